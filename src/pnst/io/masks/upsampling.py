"""Masks on a finer grid than they were drawn on, brought back to the voxels that they repeat."""

from __future__ import annotations

from itertools import product

import numpy as np

from pnst.image import Grid, Mask
from pnst.io.masks.region import MaskWithNotes
from pnst.study import Study
from pnst.typing import BoolArray, IntArray

MAX_VOXEL_RATIO = 0.75
"""A mask whose voxels are at least this long along every axis, as a share of a series', is not finer than it."""
MAX_OBLIQUITY = 1e-4
"""Voxels of one axis that step over this share of a voxel along another are turned against the series'."""
TIE_TOLERANCE = 1e-3
"""A centre this near to the border of two voxels may belong to either."""


def undo_upsampling(mask: Mask, study: Study) -> MaskWithNotes:
    """The mask on the grid of the series whose voxels it repeats, and a note; as it is where it repeats none.

    A mask saved on a finer grid without being drawn again (nearest neighbour) is a staircase of a series' voxels: its
    steps are no shape, and only on that series' grid are they known for what they are.
    """
    for role, series in study.series.items():
        coarse_mask = _downsampled(mask, series.volume.grid)
        if coarse_mask is not None:
            return coarse_mask, (f"its voxels repeat those of {role}, on whose grid it is measured",)
    return mask, ()


def _downsampled(mask: Mask, grid: Grid) -> Mask | None:
    fine, coarse = mask.canonical(), grid.canonical()
    box = fine.box(max(grid.spacing))
    to_coarse = coarse.inverse @ fine.grid.affine
    steps = np.diag(to_coarse)[:3]
    turned = np.abs(to_coarse[:3, :3] - np.diag(steps)).max() > MAX_OBLIQUITY
    if box is None or turned or steps.min() >= MAX_VOXEL_RATIO or steps.min() <= 0 or steps.max() > 1 + MAX_OBLIQUITY:
        return None
    for ties in product((-TIE_TOLERANCE, TIE_TOLERANCE), repeat=3):
        index = [
            np.rint(step * np.arange(cut.start, cut.stop) + start + tie).astype(np.int64)
            for step, start, cut, tie in zip(steps, to_coarse[:3, 3], box, ties, strict=True)
        ]
        coarse_data = _repeated(fine.data[box], index, coarse.shape)
        if coarse_data is not None:
            return Mask(grid.from_canonical(coarse_data), grid)
    return None


def _repeated(data: BoolArray, index: list[IntArray], shape: tuple[int, ...]) -> BoolArray | None:
    """The coarse voxels of which `data` is made, `index` saying for each axis which; None where it is not."""
    unique = [np.unique(i, return_index=True, return_inverse=True) for i in index]
    firsts = [first for _, first, _ in unique]
    once = data[np.ix_(*firsts)]
    if not np.array_equal(once[np.ix_(*[place for _, _, place in unique])], data):
        return None
    within = [(voxels >= 0) & (voxels < n) for (voxels, _, _), n in zip(unique, shape, strict=True)]
    kept = once[np.ix_(*within)]
    if np.count_nonzero(kept) != np.count_nonzero(once):
        return None
    out = np.zeros(shape, dtype=bool)
    out[np.ix_(*[voxels[w] for (voxels, _, _), w in zip(unique, within, strict=True)])] = kept
    return out
