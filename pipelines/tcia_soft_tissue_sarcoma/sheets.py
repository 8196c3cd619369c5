"""Draw the sheets that a reader looks at: each case on axial, sagittal and coronal slices, with and without contour.

python sheets.py DATA --out sheets [--rings]

Nothing that was measured is shown, so that a reading is not led by it. `--rings` adds lines at 5 and 15 mm outside the
contour, for distances that are hard to judge by eye.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from run import find_cases
from scipy.ndimage import distance_transform_edt

import pnst

CONTOUR, RINGS = "#e69f00", {5.0: "#56b4e9", 15.0: "#f0e442"}
AXIAL, ACROSS = 12, (0.35, 0.65)
"""Axial slices on a sheet, and where along the lesion the other planes cut it."""
NAMES = ("sagittal", "coronal", "axial")
WINDOW = (20, 99)
"""Percentiles: what is darker is air; the brightest fat is white."""
SOURCE = "Soft-tissue-Sarcoma, The Cancer Imaging Archive, 10.7937/K9/TCIA.2015.7GO2GSKS, CC BY 3.0"


def cuts(inside: Any, count: int = AXIAL) -> Iterator[tuple[int, int]]:
    """(axis, number) of each slice of a mask (ni, nj, nk) in canonical order: axial from one below it to one above."""
    k = np.flatnonzero(inside.any(axis=(0, 1)))
    within = k[np.linspace(0, len(k) - 1, count - 2).round().astype(int)]
    last = inside.shape[2] - 1
    for number in sorted({max(k[0] - 1, 0), *within.tolist(), min(k[-1] + 1, last)}):
        yield 2, int(number)
    for axis in (0, 1):
        there = np.flatnonzero(inside.any(axis=tuple(other for other in range(3) if other != axis)))
        for share in ACROSS:
            yield axis, int(there[int(share * (len(there) - 1))])


def draw_case(name: str, series: pnst.Series, lesion: pnst.Lesion, out: Path, rings: bool) -> None:
    """Two sheets: plain, and with the contour."""
    import matplotlib.pyplot as plt

    volume, mask = series.volume.canonical(), lesion.mask_on(series.volume.grid).canonical()
    distance = distance_transform_edt(~mask.data, mask.grid.spacing) if rings else None
    chosen = list(cuts(mask.data))
    top = np.percentile(volume.data[volume.data > np.percentile(volume.data, WINDOW[0])], WINDOW[1])
    for kind in ("plain", "outline"):
        figure, axes = plt.subplots(4, 4, figsize=(16, 16), facecolor="black")
        for ax in axes.flat:
            ax.axis("off")
        for ax, (axis, number) in zip(axes.flat, chosen, strict=False):
            across = [step for n, step in enumerate(mask.grid.spacing) if n != axis]
            picture = np.take(volume.data, number, axis).T
            ax.imshow(picture, cmap="gray", vmin=0, vmax=top, origin="lower", aspect=across[1] / across[0])
            ax.set_title(f"{name} {series.role} {NAMES[axis]} {number}", color="white", fontsize=8)
            if kind == "outline":
                _outline(ax, np.take(mask.data, number, axis).T, CONTOUR, 0.5)
                for mm, colour in RINGS.items() if distance is not None else ():
                    _outline(ax, np.take(distance, number, axis).T, colour, mm)
            if axis > 0:
                ax.invert_xaxis()  # the patient's right on the left
        figure.supxlabel(SOURCE, fontsize=7, color="0.6")
        figure.savefig(out / f"{name}_{series.role}_{kind}.png", dpi=95, bbox_inches="tight", facecolor="black")
        plt.close(figure)


def _outline(ax: Any, values: Any, colour: str, level: float) -> None:
    if values.min() < level < values.max():
        ax.contour(values, levels=[level], colors=colour, linewidths=0.8)


def main() -> None:
    """Two sheets for each series of each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("sheets"))
    parser.add_argument("--rings", action="store_true", help="draw lines 5 and 15 mm outside the contour")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for case in find_cases(options.data):
        drawn = case.read()
        for series in drawn.study.series.values():
            draw_case(case.name, series, drawn.lesion, options.out, options.rings)


if __name__ == "__main__":
    main()
