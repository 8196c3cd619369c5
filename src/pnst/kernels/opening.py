"""Opening and closing of a mask by a disc in the plane of the slices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import BoolArray

ROUNDING = 1e-6
"""A voxel that lies at the radius up to this share lies within it, whatever the rounding of the spacing."""


def opened_in_plane(mask: BoolArray, spacing: Sequence[float], slice_axis: int, radius_mm: float) -> BoolArray:
    """The part of a mask (ni, nj, nk) that is covered by discs which fit into it; `spacing` (3,) in mm."""
    eroded = ~within_in_plane(~mask, spacing, slice_axis, radius_mm)
    return within_in_plane(eroded, spacing, slice_axis, radius_mm)


def closed_in_plane(mask: BoolArray, spacing: Sequence[float], slice_axis: int, radius_mm: float) -> BoolArray:
    """A mask (ni, nj, nk) and the gaps in it into which no disc fits."""
    dilated = within_in_plane(mask, spacing, slice_axis, radius_mm)
    return ~within_in_plane(~dilated, spacing, slice_axis, radius_mm)


def within_in_plane(mask: BoolArray, spacing: Sequence[float], slice_axis: int, radius_mm: float) -> BoolArray:
    """Where a mask (ni, nj, nk) lies no further than the radius in the same slice: its dilation by a disc.

    The disc is a stack of rows; each row's width grows from that of the row before, so that the cost is that of as many
    shifted copies as the disc is wide and high.
    """
    row, column = (axis for axis in range(3) if axis != slice_axis)
    reach = radius_mm * (1 + ROUNDING)
    wide, half = mask.copy(order="K"), 0
    out = np.zeros_like(mask)
    for up in range(int(reach / spacing[row]), -1, -1):
        width = int(np.sqrt(reach**2 - (up * spacing[row]) ** 2) / spacing[column])
        for half in range(half + 1, width + 1):  # noqa: B020
            _add_shifted(wide, mask, column, half)
        _add_shifted(out, wide, row, up)
    return out


def _add_shifted(onto: BoolArray, mask: BoolArray, axis: int, by: int) -> None:
    """Add to a mask another, shifted by some voxels along an axis, both ways."""
    count = mask.shape[axis]
    if by >= count:
        return
    ahead, behind = ([slice(None)] * 3 for _ in range(2))
    ahead[axis], behind[axis] = slice(by, None), slice(0, count - by)
    onto[tuple(ahead)] |= mask[tuple(behind)]
    onto[tuple(behind)] |= mask[tuple(ahead)]
