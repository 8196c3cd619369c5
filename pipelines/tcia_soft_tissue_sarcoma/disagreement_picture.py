"""A picture of a sign that was read and measured differently: three slices with the outline and what was found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from run import Drawn

import pnst

COLOURS = {"fat_rim": "#56b4e9", "t1_high": "#e69f00", "fat_inclusion": "#009e73", "edema": "#cc79a7"}
"""Regions of the measurement that are drawn, where they are there."""
OUTLINE = "#ffffff"
MARGIN_VOXELS = 25
SOURCE = "Soft-tissue-Sarcoma, The Cancer Imaging Archive, 10.7937/K9/TCIA.2015.7GO2GSKS, CC BY 3.0"


def draw_disagreement(drawn: Drawn, m: pnst.Measurements, row: Mapping[str, Any], path: Path) -> None:
    """The axial slice that the reading names, counted from the feet, and one a quarter of the lesion to either side."""
    import matplotlib.pyplot as plt

    series = next(iter(drawn.study.series.values()))
    volume, lesion = series.volume.canonical(), drawn.lesion.mask_on(series.volume.grid).canonical()
    i, j, k = lesion.box()
    window = tuple(slice(max(0, side.start - MARGIN_VOXELS), side.stop + MARGIN_VOXELS) for side in (i, j))
    top = np.percentile(volume.data[window], 99.5)
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.4), layout="constrained")
    for ax, number in zip(axes, slices(str(row.get("slice", "")), k), strict=True):
        ax.imshow(volume.data[window][:, :, number].T, cmap="gray", vmin=0, vmax=top, origin="lower")
        for colour, mask in masks(m, lesion).items():
            if mask.data[window][:, :, number].any():
                ax.contour(mask.data[window][:, :, number].T, levels=[0.5], colors=colour, linewidths=1)
        ax.invert_xaxis()
        ax.set(xticks=[], yticks=[], title=f"axial {number}")
    figure.suptitle(f"{row['case']}, {row['sign']}: read {row['reading']}, measured {row['measured']}", fontsize=9)
    figure.supxlabel(SOURCE, fontsize=6, color="0.4")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def masks(m: pnst.Measurements, lesion: pnst.Mask) -> dict[str, pnst.Mask]:
    """Colour → what is drawn in it, of what lies on the lesion's grid."""
    found = {COLOURS[name]: region.canonical() for name, region in m.regions.items() if name in COLOURS}
    return {colour: mask for colour, mask in found.items() if mask.grid.matches(lesion.grid)} | {OUTLINE: lesion}


def slices(words: str, extent: slice) -> list[int]:
    """The axial slice that words name, within the lesion, else its middle; and its neighbours a quarter further."""
    numbers = re.findall(r"axial\D*(\d+)", words)
    middle = int(numbers[0]) if numbers else (extent.start + extent.stop) // 2
    step = max(1, (extent.stop - extent.start) // 4)
    return [int(np.clip(n, extent.start, extent.stop - 1)) for n in (middle - step, middle, middle + step)]
