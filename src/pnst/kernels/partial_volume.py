"""How much of each voxel of an image lies inside a smooth surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pnst.kernels.surface import LevelSet

FloatArray = npt.NDArray[np.floating[Any]]
Float32Array = npt.NDArray[np.float32]

CELL_MM = 1.0
"""Voxels on the border are split into cells of at most this side, at least two a side; in a cell the border is flat."""
BAND_PIXELS = 2
"""A slanted border leaves thick slices this many pixels beside where it crosses their middle."""
FLAT_SLOPE = 1e-6
OUTSIDE = -1e5


def coverage(
    surface: LevelSet, shape: Sequence[int], to_mask_index: FloatArray, spacing: Sequence[float]
) -> Float32Array:
    """(ni, nj, nk): share of each voxel of a grid that lies inside the surface, 0 to 1.

    `shape` and `spacing` (3,) in mm of that grid; `to_mask_index` (4, 4) from its index space to that of the mask from
    which the surface was made. What a scanner would make of a body of this shape with a sharp edge.
    """
    from scipy.ndimage import map_coordinates

    share = surface.inside(shape, to_mask_index)
    border = np.argwhere(_border(share, spacing))
    values = share.astype(np.float32)
    if not len(border):
        return values
    counts = [max(2, int(np.ceil(side / CELL_MM - 1e-9))) for side in spacing]
    steps = [(np.arange(n) + 0.5) / n - 0.5 for n in counts]
    cells = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    scale = np.asarray(surface.step)
    matrix = to_mask_index[:3, :3] / scale[:, None]
    shift = (to_mask_index[:3, 3] - np.asarray(surface.origin)) / scale
    points = (border @ matrix.T + shift)[:, None, :] + cells @ matrix.T
    levels = map_coordinates(surface.values, points.reshape(-1, 3).T, order=1, mode="constant", cval=OUTSIDE)
    levels = levels.reshape(len(border), *counts)
    sides = [side / n for side, n in zip(spacing, counts, strict=True)]
    slopes = [np.diff(levels, axis=axis + 1).mean(axis=(1, 2, 3)) / sides[axis] for axis in range(3)]
    slope = np.sqrt(sum(part**2 for part in slopes)) + FLAT_SLOPE
    cell = float(np.prod(sides)) ** (1 / 3)
    inside = np.clip(0.5 + levels / (slope * cell)[:, None, None, None], 0, 1)
    values[tuple(border.T)] = inside.mean(axis=(1, 2, 3))
    return values


def _border(inside: npt.NDArray[np.bool_], spacing: Sequence[float]) -> npt.NDArray[np.bool_]:
    """The voxels that the border may cross."""
    from scipy.ndimage import binary_dilation, binary_erosion

    border = binary_dilation(inside, np.ones((3, 3, 3))) & ~binary_erosion(inside, np.ones((3, 3, 3)))
    in_plane = [slice(None) if side < 0.6 * max(spacing) else slice(1, 2) for side in spacing]
    if all(side == slice(1, 2) for side in in_plane):
        return np.asarray(border)
    wide = np.zeros((3, 3, 3), dtype=bool)
    wide[tuple(in_plane)] = True
    return np.asarray(binary_dilation(border, wide, iterations=BAND_PIXELS))
