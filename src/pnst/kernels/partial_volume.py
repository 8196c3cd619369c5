"""How much of each voxel of an image lies inside a smooth surface."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.kernels.end_extrapolation import OUTSIDE
from pnst.kernels.surface import LevelSet
from pnst.typing import BoolArray, Float32Array, FloatArray

CELL_MM = 1.0
"""Voxels on the border are split into cells of at most this side; in a cell the border is flat."""
SURFACE_ERROR_MM = 0.1
"""A surface made of voxels lies off the true one by this, RMS (0.08–0.27 on ellipsoids), and is drawn that unsharp."""
MIN_SLOPE = 1e-6
MAX_CHANGE_SHARE = 0.6
"""A level changes within a voxel by this share of its steps to the neighbours, or less: by half if it is linear."""


def coverage(
    surface: LevelSet, shape: Sequence[int], to_mask_index: FloatArray, spacing: Sequence[float]
) -> Float32Array:
    """(ni, nj, nk): share of each voxel of a grid that lies inside the surface, 0 to 1.

    `shape` and `spacing` (3,) in mm of that grid; `to_mask_index` (4, 4) from its index space to that of the mask from
    which the surface was made. What a scanner would make of a body of this shape with a sharp edge.

    A ball of 10 mm: all of the voxel at its centre, none of one at the corner, 4/3·π·10³ mm³ in all (to 2 %).

    >>> from pnst.kernels.surface import level_set
    >>> i, j, k = np.ogrid[-14:15, -12:13, -6:7]
    >>> ball = i**2 + (1.2 * j) ** 2 + (2.5 * k) ** 2 < 100
    >>> share = coverage(level_set(ball, (1.0, 1.2, 2.5)), ball.shape, np.eye(4), (1.0, 1.2, 2.5))
    >>> float(share[14, 12, 6]), float(share[0, 0, 0])
    (1.0, 0.0)
    >>> bool(abs(share.sum() * 1.0 * 1.2 * 2.5 / (4 / 3 * np.pi * 1000) - 1) < 0.02)
    True
    """
    from scipy.ndimage import map_coordinates

    levels = surface.levels(shape, to_mask_index)
    values = (levels > 0).astype(np.float32)
    steps = [_steps(levels, axis) for axis in range(3)]
    border = np.nonzero(_may_cross_zero(levels, steps))
    slopes = [np.minimum(np.abs(before[border]), np.abs(after[border])) for before, after in steps]
    counts = np.array([max(1, int(np.ceil(side / CELL_MM - 1e-9))) for side in spacing])
    cells = (np.indices(tuple(counts.tolist())).reshape(3, -1) + 0.5) / counts[:, None] - 0.5
    matrix = to_mask_index[:3, :3] / np.asarray(surface.step)[:, None]
    shift = (to_mask_index[:3, 3] - np.asarray(surface.origin)) / surface.step
    centres = (matrix @ np.stack(border) + shift[:, None]).astype(np.float32)
    points = centres[:, :, None] + (matrix @ cells).astype(np.float32)[:, None, :]
    inside = map_coordinates(surface.values, points, order=1, mode="constant", cval=float(OUTSIDE))
    # A flat border leaves a ramp in a cell as wide as the cell's shadow on the normal, by variance.
    across = 1 / counts**2 + 12 * (SURFACE_ERROR_MM / np.asarray(spacing)) ** 2
    width = np.sqrt(sum(slope**2 * np.float32(w) for slope, w in zip(slopes, across, strict=True))) + MIN_SLOPE
    values[border] = np.clip(inside / width[:, None] + 0.5, 0, 1).mean(axis=1)
    return values


def _steps(levels: Float32Array, axis: int) -> tuple[Float32Array, Float32Array]:
    """The change from the voxel before to each, and from each to the voxel after; linear beyond the grid's ends."""
    if levels.shape[axis] == 1:
        return np.zeros_like(levels), np.zeros_like(levels)
    steps = np.diff(levels, axis=axis)
    first, last = steps.take([0], axis=axis), steps.take([-1], axis=axis)
    return np.concatenate([first, steps], axis=axis), np.concatenate([steps, last], axis=axis)


def _may_cross_zero(levels: Float32Array, steps: Sequence[tuple[Float32Array, Float32Array]]) -> BoolArray:
    """The voxels within which the level may come to zero, going by its change towards zero along each axis."""
    towards = np.where(levels > 0, np.float32(-1), np.float32(1))
    reach = np.zeros_like(levels)
    for before, after in steps:
        reach += np.maximum(np.maximum(towards * after, -towards * before), 0)
    return np.asarray(np.abs(levels) < MAX_CHANGE_SHARE * reach)
