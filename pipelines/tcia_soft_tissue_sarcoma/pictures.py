"""Draw the pictures of the sarcomas that the pages show: the oedema zone beside the expert's, and two distributions.

python pictures.py DATA --table out/results.csv --out ../../docs/figures

The pictures hold slices of the collection (CC BY 3.0): keep the line that names their source beside them.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from run import DISTRIBUTIONS, RAW, Drawn, read_raw

import pnst

FOUND, EXPERT, MASS = "#e69f00", "#56b4e9", "#ffffff"
MARGIN_VOXELS = 12
SLICES = 6
SOURCE = "STS_001, Soft-tissue-Sarcoma, The Cancer Imaging Archive, 10.7937/K9/TCIA.2015.7GO2GSKS, CC BY 3.0"


def draw_zone(drawn: Drawn, path: Path) -> None:
    """Slices through the zone that was found, the expert's contour of the oedema, and the mass."""
    import matplotlib.pyplot as plt

    volume = drawn.study.series[pnst.Role.T2_FS].volume
    found = pnst.measure(drawn.study, drawn.lesion, pnst.MeasureSettings.without_intervals()).regions["edema"].data
    mass = drawn.lesion.mask_on(volume.grid).data
    masks = {FOUND: found | mass, EXPERT: drawn.edema.data | mass, MASS: mass}
    box = pnst.Mask(masks[FOUND] | masks[EXPERT], volume.grid).box()
    i, j = (slice(max(0, side.start - MARGIN_VOXELS), side.stop + MARGIN_VOXELS) for side in box[:2])
    chosen = np.linspace(box[2].start + 1, box[2].stop - 2, SLICES).round().astype(int)
    figure, axes = plt.subplots(2, SLICES // 2, figsize=(8, 5.2), layout="constrained")
    top = np.percentile(volume.data[i, j], 99.5)
    for ax, k in zip(axes.flat, chosen, strict=True):
        ax.imshow(volume.data[i, j, k].T, cmap="gray", vmin=0, vmax=top)
        for colour, mask in masks.items():
            if mask[i, j, k].any():
                ax.contour(mask[i, j, k].T, levels=[0.5], colors=colour, linewidths=1.2)
        ax.set(xticks=[], yticks=[])
    figure.suptitle("oedema found (orange), expert (blue), mass (white)", fontsize=9)
    figure.supxlabel(SOURCE, fontsize=6, color="0.4")
    _save(figure, path)


def draw_distributions(table: pd.DataFrame, path: Path) -> None:
    """One dot a case."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(DISTRIBUTIONS), figsize=(7, 2.4), layout="constrained")
    for ax, (column, title) in zip(axes, DISTRIBUTIONS.items(), strict=True):
        values = np.sort(table[column].dropna())
        ax.plot(values, (np.arange(len(values)) + 0.5) / len(values), "o", ms=4, color="#0072b2")
        ax.set(xlabel=title, ylabel="share of the cases", xlim=(0, 1), ylim=(0, 1))
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure.savefig(path, dpi=110, pil_kwargs={"quality": 82, "optimize": True})
    plt.close(figure)


def main() -> None:
    """Write both pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--table", type=Path, default=Path("out/results.csv"), help="what run.py wrote")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "docs" / "figures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    draw_zone(read_raw(options.data / RAW), options.out / "sarcoma_edema.jpg")
    draw_distributions(pd.read_csv(options.table), options.out / "sarcoma_distributions.jpg")


if __name__ == "__main__":
    main()
