"""Pictures of the five worst cases from one line: python pipelines/train_segmentation/pictures.py DATA rows.csv
--weights weights --out DIR. Nothing of the data belongs into the repository."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cross_validate import dice, study_of
from examples import LabelledCase, read_cases
from folds import fold_of
from reader import Reader

from pnst.image import Mask
from pnst.segmentation.field import voxels_of
from pnst.segmentation.network import read_networks
from pnst.segmentation.prompt_body import body_of
from pnst.segmentation.segment import segment_and_explain

COLOURS = {"reader": "#ffd166", "segmented": "#4cc9f0", "the prompt's own body": "#ef476f"}
SHARES = (0.15, 0.5, 0.85)


def draw(case: LabelledCase, weights: Path, file: Path) -> None:
    """Three axial slices and a coronal one, with three outlines."""
    line = Reader(case.mask, case.grid).one()
    with weights.open("rb") as stream:
        lesion = segment_and_explain(study_of(case), line, networks=read_networks(stream))[0].mask.data
    body = body_of(line, case.grid.directions[:, 2]).depth(voxels_of(case.grid)) > 0
    regions = dict(zip(COLOURS, (case.mask, lesion, body), strict=True))
    low, high = (int(k) for k in np.flatnonzero(case.mask.any(axis=(0, 1)))[[0, -1]])
    middle = int(np.argwhere(case.mask)[:, 1].mean())
    planes = [
        (f"axial, {100 * s:.0f} % of the extent", (slice(None), slice(None), round(low + s * (high - low))))
        for s in SHARES
    ]
    planes.append(("coronal", (slice(None), middle, slice(None))))
    figure, axes = plt.subplots(1, len(planes), figsize=(16, 4.6))
    window = np.percentile(case.image[np.isfinite(case.image)], [1, 97])
    for axis, (title, plane) in zip(axes, planes, strict=True):
        aspect = case.grid.spacing[2] / case.grid.spacing[0] if title == "coronal" else 1.0
        axis.imshow(case.image[plane].T, cmap="gray", origin="lower", vmin=window[0], vmax=window[1], aspect=aspect)
        for name, region in regions.items():
            axis.contour(region[plane].T.astype(float), [0.5], colors=COLOURS[name], linewidths=1.2)
        axis.set_title(title, fontsize=9)
        axis.axis("off")
    truth = Mask(case.mask, case.grid)
    scores = ", ".join(
        f"{name} {dice(Mask(region, case.grid), truth):.2f}" for name, region in list(regions.items())[1:]
    )
    figure.suptitle(f"{case.name}: Dice with the reader (yellow): {scores}", fontsize=10)
    figure.savefig(file, dpi=80, bbox_inches="tight")
    plt.close(figure)


def main(arguments: Sequence[str]) -> None:
    """Draw the worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=11)
    asked = parser.parse_args(arguments)
    rows = pd.read_csv(asked.rows)
    worst = rows[rows["kind"] == "line"].nsmallest(5, "dice")["case"]
    cases = {case.name: case for case in read_cases(asked.data)}
    left_out = fold_of(list(cases), asked.folds)
    asked.out.mkdir(parents=True, exist_ok=True)
    for name in worst:
        draw(cases[name], asked.weights / f"fold_{left_out[name]}.npz", asked.out / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
