"""Strokes of the brush as scribbles: painted voxels on the lesion's grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.image import Box, Grid, Mask
from pnst.segmentation.prompt import Scribbles
from pnst.typing import BoolArray, FloatArray
from pnst.viewer.marks import Stroke

STEP = 0.1
"""Between samples along a stroke, in radii."""


def scribbles_of(strokes: Sequence[Stroke], grid: Grid) -> Scribbles:
    """The strokes on a grid; where two cross, the later one holds. Raises `InputError` where no voxel is painted."""
    lesion, other = (np.zeros(grid.shape, dtype=bool) for _ in range(2))
    for stroke in strokes:
        painted = painted_on(stroke, grid)
        lesion[painted], other[painted] = stroke.side == "lesion", stroke.side == "other"
    return Scribbles(Mask(lesion, grid), Mask(other, grid) if other.any() else None)


def painted_on(stroke: Stroke, grid: Grid) -> BoolArray:
    """(ni, nj, nk): voxels whose centres lie within the brush, and those that hold its path.

    A brush of 2 mm along 4 mm, in one slice of 5 mm:

    >>> grid = Grid((9, 7, 3), np.diag([2.0, 2.0, 5.0, 1.0]))
    >>> stroke = Stroke("lesion", ((6, 6, 5), (10, 6, 5)), 2.0, (0, 0, 1), 5.0)
    >>> painted_on(stroke, grid)[..., 1].astype(int).T.tolist()[2:5]
    [[0, 0, 0, 1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1, 0, 0, 0]]
    >>> int(painted_on(stroke, grid).sum())
    11
    """
    path = _sampled(np.asarray(stroke.points, dtype=float), stroke.radius_mm)
    painted = np.zeros(grid.shape, dtype=bool)
    index = grid.to_index(path)
    box = _box_round(index, (stroke.radius_mm + stroke.thickness_mm) / np.asarray(grid.spacing) + 1, grid)
    if box is None:
        return painted
    painted[box] = _within(stroke, path, grid.crop(box))
    voxels = np.rint(index).astype(int)
    voxels = voxels[((voxels >= 0) & (voxels < grid.shape)).all(axis=1)]
    painted[tuple(voxels.T)] = True
    return painted


def _box_round(index: FloatArray, reach: FloatArray, grid: Grid) -> Box | None:
    """The box of voxels within a reach (3,), in voxels, of indices (n, 3); None where it lies outside."""
    low = np.maximum(np.floor(index.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(index.max(axis=0) + reach) + 1, grid.shape).astype(int)
    if (high <= low).any():
        return None
    i, j, k = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return i, j, k


def _within(stroke: Stroke, path: FloatArray, grid: Grid) -> BoolArray:
    """(ni, nj, nk): centres no further than the radius in the slice, and than half of it or of a voxel across it."""
    from scipy.spatial import cKDTree

    normal = np.asarray(stroke.normal, dtype=float)
    index = np.moveaxis(np.indices(grid.shape), 0, -1)
    away = grid.to_world(index) - path[0]
    depth = away @ normal
    voxel = float(np.abs(normal @ grid.affine[:3, :3]).sum())
    near = np.abs(depth) <= max(stroke.thickness_mm, voxel) / 2 * (1 - 1e-6)  # a centre between two slices is of none
    flat = away[near] - depth[near][:, None] * normal
    within = near.copy()
    distance, _ = cKDTree(path - path[0]).query(flat, distance_upper_bound=stroke.radius_mm * (1 + 1e-6))
    within[near] = np.isfinite(distance)
    return np.asarray(within, dtype=bool)


def _sampled(points: FloatArray, radius_mm: float) -> FloatArray:
    """(m, 3): points along a polyline (n, 3), no further apart than a part of the radius."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    counts = np.maximum(np.ceil(steps / (STEP * radius_mm)).astype(int), 1)
    parts = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(points[:-1], points[1:], counts, strict=True)]
    return np.concatenate([*parts, points[-1:]])
