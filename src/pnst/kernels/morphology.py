"""Morphology of masks: erosion and dilation by the 6 neighbours; dilation, opening and closing by discs in slices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import AnyArray, BoolArray

RADIUS_ROUNDING = 1e-6
"""A voxel that lies at the radius up to this share lies within it, whatever the rounding of the spacing."""


def open_in_plane(mask: BoolArray, spacing: Sequence[float], slice_axis: int, radius_mm: float) -> BoolArray:
    """The part of a mask (ni, nj, nk) that is covered by discs which fit into it; `spacing` (3,) in mm.

    No disc of 1 mm fits into a line one voxel wide:

    >>> line = np.zeros((5, 7, 1), dtype=bool)
    >>> line[2] = True
    >>> int(open_in_plane(line, (1.0, 1.2, 4.0), 2, 1.0).sum())
    0
    """
    eroded = ~dilate_in_plane(~mask, spacing, slice_axis, radius_mm)
    return dilate_in_plane(eroded, spacing, slice_axis, radius_mm)


def close_in_plane(mask: BoolArray, spacing: Sequence[float], slice_axis: int, radius_mm: float) -> BoolArray:
    """A mask (ni, nj, nk) and the gaps in it into which no disc fits.

    >>> halves = np.ones((5, 7, 1), dtype=bool)
    >>> halves[2] = False
    >>> bool(close_in_plane(halves, (1.0, 1.2, 4.0), 2, 1.0).all())
    True
    """
    dilated = dilate_in_plane(mask, spacing, slice_axis, radius_mm)
    return ~dilate_in_plane(~dilated, spacing, slice_axis, radius_mm)


def dilate_in_plane(mask: BoolArray, spacing: Sequence[float], slice_axis: int, radius_mm: float) -> BoolArray:
    """Where a mask (ni, nj, nk) lies no further than the radius in the same slice: its dilation by a disc.

    The disc is a stack of rows; each row's width grows from that of the row before, so that the cost is that of as many
    shifted copies as the disc is wide and high.

    1 mm is one voxel along i and two along j:

    >>> mask = np.zeros((5, 7, 1), dtype=bool)
    >>> mask[2, 3] = True
    >>> dilate_in_plane(mask, (1.0, 0.5, 4.0), 2, 1.0)[..., 0].sum(axis=1).tolist()
    [0, 1, 5, 1, 0]
    """
    row, column = (axis for axis in range(3) if axis != slice_axis)
    reach = radius_mm * (1 + RADIUS_ROUNDING)
    wide, half = mask.copy(order="K"), 0
    out = np.zeros_like(mask)
    for up in range(int(reach / spacing[row]), -1, -1):
        width = int(np.sqrt(reach**2 - (up * spacing[row]) ** 2) / spacing[column])
        for half in range(half + 1, width + 1):  # noqa: B020
            add_shifted(wide, mask, column, half)
        add_shifted(out, wide, row, up)
    return out


def add_shifted(onto: BoolArray, mask: BoolArray, axis: int, by: int) -> None:
    """Add to a mask another, shifted by some voxels along an axis, both ways.

    One voxel of five, shifted by two:

    >>> mask, onto = np.zeros((5, 1, 1), dtype=bool), np.zeros((5, 1, 1), dtype=bool)
    >>> mask[2] = True
    >>> add_shifted(onto, mask, 0, 2)
    >>> onto[:, 0, 0].tolist()
    [True, False, False, False, True]
    """
    count = mask.shape[axis]
    if by >= count:
        return
    ahead, behind = ([slice(None)] * 3 for _ in range(2))
    ahead[axis], behind[axis] = slice(by, None), slice(0, count - by)
    onto[tuple(ahead)] |= mask[tuple(behind)]
    onto[tuple(behind)] |= mask[tuple(ahead)]


def erode(mask: BoolArray) -> BoolArray:
    """A mask (ni, nj, nk) less its edge voxels: those with one of their 6 neighbours outside (or beyond the array).

    5 × 4 × 3 voxels less their edge are 3 × 2 × 1:

    >>> int(erode(np.ones((5, 4, 3), dtype=bool)).sum())
    6
    """
    return np.asarray(~dilate(~np.pad(mask, 1))[1:-1, 1:-1, 1:-1])


def dilate(labels: AnyArray, steps: Sequence[int] = (1, 1, 1)) -> AnyArray:
    """Labels or a mask (ni, nj, nk) spread to the 6 neighbours, `steps` (3,) times along each axis.

    Where two labels meet, the greater one stays.

    Two steps along i, one along j, none along k:

    >>> mask = np.zeros((7, 5, 3), dtype=int)
    >>> mask[3, 2, 1] = 8
    >>> dilate(mask, (2, 1, 0))[..., 1].sum(axis=1).tolist()
    [0, 8, 24, 24, 24, 8, 0]
    """
    for step in range(max(steps)):
        out = labels.copy()
        for axis in (axis for axis in range(3) if steps[axis] > step):
            ahead = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
            behind = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
            np.maximum(out[ahead], labels[behind], out=out[ahead])
            np.maximum(out[behind], labels[ahead], out=out[behind])
        labels = out
    return labels
