"""What given masks name beside a lesion: it is what it is called, however bright it shines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Grid, Mask
from pnst.kernels.ball import dilate_by_ball
from pnst.segmentation.dural_fat import CANAL_AND_FAT
from pnst.segmentation.perilesional import resample_nearest
from pnst.study import Study
from pnst.typing import BoolArray

NO_EDEMA = ("nerve", "nerve_other_side", "vessels", "cord", "csf", "canal", CANAL_AND_FAT, "bone", "vertebrae")
"""Masks of what is as bright as oedema on fat-suppressed T2, or may be, and is none of a soft tissue's."""


@dataclass(frozen=True, eq=False)
class NamedTissue:
    """The voxels (ni, nj, nk) of a grid in some of a study's masks or near them."""

    inside: BoolArray
    names: tuple[str, ...]
    """Of the masks that hold any of it."""


def named_tissue(study: Study, vertebrae: Mask | None, grid: Grid, margin_mm: float) -> NamedTissue | None:
    """What the masks `NO_EDEMA` hold of a grid, and `margin_mm` round it: blur carries its signal beyond its border.

    `vertebrae` is what all masks of vertebrae hold together. None where no mask reaches the grid.
    """
    masks = {name: study.masks.get(name) for name in NO_EDEMA} | {"vertebrae": vertebrae}
    inside, names = np.zeros(grid.shape, dtype=bool), []
    for name, mask in masks.items():
        if mask is None:
            continue
        here = resample_nearest(mask.data, mask.grid, grid, fill=False)
        if here.any():
            inside |= here
            names.append(name)
    return NamedTissue(dilate_by_ball(inside, grid.spacing, margin_mm), tuple(names)) if names else None
