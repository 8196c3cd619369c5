"""Closed planar contours made into a mask: a voxel is inside when its centre is, by the even-odd rule.

Even-odd over all contours of a slice makes holes work both as contours of their own (XOR) and as keyholes, whose two
coinciding edges cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pnst.errors import GeometryError
from pnst.image import Grid, Mask
from pnst.typing import BoolArray, FloatArray, IntArray

MAX_OFF_SLICE = 0.1
"""Slices by which contours may lie off a series' slices, or off even planes: header rounding stays below 0.02."""

MAX_OFF_PLANE = 0.3
"""Slices by which the points of one contour may leave their own plane."""

MAX_GROWTH = 4.0
"""A series' grid is not grown to hold contours beyond it by more than this factor."""

MAX_VOXELS = 2e8


@dataclass(frozen=True)
class _Fit:
    """How well contours lie on the slices of a grid across one of its axes."""

    grid: Grid
    axis: int
    distance: float
    """Greatest distance of a point from its slice, in slices."""

    @property
    def pixel_mm2(self) -> float:
        return self.grid.voxel_volume_mm3 / self.grid.spacing[self.axis]


def fill_contours(
    contours: Sequence[FloatArray],
    grids: Sequence[Grid],
    thickness_mm: float | None = None,
    drawn_on: Sequence[Grid] = (),
) -> tuple[Mask, tuple[str, ...]]:
    """The mask of contours, each (n, 3) RAS mm, and what was noticed.

    It lies on the grid among `drawn_on`, else among `grids`, on whose slices the contours lie (the finest in plane
    where several fit), grown where they leave it. Where none fits, on a grid of the contours' own planes with the
    finest pixels among `grids`; a single plane then needs `thickness_mm`. Raises `GeometryError` for contours that are
    not planar, not parallel, or not evenly spaced.
    """
    points, starts = np.concatenate(contours), np.cumsum([0, *map(len, contours)])[:-1]
    notes: tuple[str, ...] = ()
    fit = _best_fit(points, starts, drawn_on)
    if fit is None:
        fit = _best_fit(points, starts, grids)
        if drawn_on and fit is not None:
            notes = ("the contours do not lie on the slices of the series that their file names, but on another's",)
    if fit is None:
        fit = _own_planes(contours, grids, thickness_mm)
        notes = ("the contours lie on no series' slices; they were filled on their own planes",)
    grid = _extended(fit, points)
    index = grid.to_index(points)
    slices = np.rint(_means(index[:, fit.axis], starts)).astype(int)
    inside = _filled(np.split(index, starts[1:]), slices, grid, fit.axis)
    empty_count = int(slices.max() - slices.min() + 1 - len(np.unique(slices)))
    if empty_count:
        notes += (f"{empty_count} slices between the first contour and the last have none and were left empty",)
    return Mask(inside, grid), notes


def even_odd(polygons: Sequence[FloatArray], shape: tuple[int, int]) -> BoolArray:
    """Pixels (nu, nv) whose centres lie inside an odd number of polygons, each (n, 2) in pixel indices (u, v).

    Every edge is crossed by the rows v with v_low ≤ v < v_high; a crossing at u toggles all pixels from there on.
    """
    start = np.concatenate(polygons)
    end = np.concatenate([np.roll(polygon, -1, axis=0) for polygon in polygons])
    swap = (start[:, 1] > end[:, 1]) | ((start[:, 1] == end[:, 1]) & (start[:, 0] > end[:, 0]))
    # One order for each edge, whichever way it runs, so that the edges of a keyhole cancel to the last bit.
    low, high = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
    first = np.ceil(low[:, 1]).astype(int).clip(0, shape[1])
    count = np.ceil(high[:, 1]).astype(int).clip(0, shape[1]) - first
    edge = np.repeat(np.arange(len(low)), count)
    row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    slope = (high[edge, 0] - low[edge, 0]) / (high[edge, 1] - low[edge, 1])
    column = np.ceil(low[edge, 0] + (row - low[edge, 1]) * slope).astype(int).clip(0, shape[0])
    toggles = np.zeros((shape[0] + 1, shape[1]), dtype=np.int32)
    np.add.at(toggles, (column, row), 1)
    return np.asarray(np.cumsum(toggles, axis=0)[:-1] % 2 == 1)


def _filled(polygons: Sequence[FloatArray], slices: IntArray, grid: Grid, axis: int) -> BoolArray:
    """The voxels inside the polygons, each (n, 3) in indices of the grid and on its slice across the axis."""
    in_plane = [a for a in range(3) if a != axis]
    points = np.concatenate(polygons)[:, in_plane]
    low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int) + 1
    inside = np.zeros(grid.shape, dtype=bool)
    planes = np.moveaxis(inside, axis, 2)[low[0] : high[0], low[1] : high[1]]
    for k in np.unique(slices):
        own = [polygon[:, in_plane] - low for polygon, on in zip(polygons, slices, strict=True) if on == k]
        planes[:, :, k] = even_odd(own, (planes.shape[0], planes.shape[1]))
    return inside


def _best_fit(points: FloatArray, starts: IntArray, grids: Sequence[Grid]) -> _Fit | None:
    close = [fit for grid in grids for fit in _fits(points, starts, grid) if fit.distance <= MAX_OFF_SLICE]
    if not close:
        return None
    best = min(fit.distance for fit in close) + MAX_OFF_SLICE / 5
    return min((fit for fit in close if fit.distance <= best), key=lambda fit: fit.pixel_mm2)


def _fits(points: FloatArray, starts: IntArray, grid: Grid) -> list[_Fit]:
    """How the contours that start at `starts` lie on the slices across each axis; nothing for contours elsewhere."""
    index = grid.to_index(points)
    if (index.max(axis=0) <= -0.5).any() or (index.min(axis=0) >= np.asarray(grid.shape) - 0.5).any():
        return []
    counts = np.diff([*starts, len(points)])
    slices = np.repeat(np.rint(_means(index, starts)), counts, axis=0)
    return [_Fit(grid, axis, float(off)) for axis, off in enumerate(np.abs(index - slices).max(axis=0))]


def _means(values: FloatArray, starts: IntArray) -> FloatArray:
    """The mean of each contour's values."""
    counts = np.diff([*starts, len(values)])
    return np.asarray(np.add.reduceat(values, starts, axis=0) / counts.reshape(-1, *[1] * (values.ndim - 1)))


def _extended(fit: _Fit, points: FloatArray) -> Grid:
    """The grid, made larger by whole voxels where contours leave it."""
    index = fit.grid.to_index(points)
    index[:, fit.axis] = np.rint(index[:, fit.axis])
    low = np.minimum(np.floor(index.min(axis=0)), 0).astype(int)
    high = np.maximum(np.ceil(index.max(axis=0)), np.asarray(fit.grid.shape) - 1).astype(int)
    shape = high - low + 1
    if np.prod(shape / np.asarray(fit.grid.shape)) > MAX_GROWTH:
        raise _not_fillable("contours that lie mostly outside the images", "contours drawn on an image of the study")
    affine = fit.grid.affine.copy()
    affine[:3, 3] = fit.grid.to_world(low)
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


def _own_planes(contours: Sequence[FloatArray], grids: Sequence[Grid], thickness_mm: float | None) -> _Fit:
    """A grid on the contours' own planes; its third axis is their normal."""
    normal = _normal(contours)
    depths = np.array([float((contour @ normal).mean()) for contour in contours])
    step = _spacing(depths, thickness_mm)
    if max(float(np.ptp(contour @ normal)) for contour in contours) > MAX_OFF_PLANE * step:
        raise _not_fillable("a contour that leaves its plane", f"points within {MAX_OFF_PLANE} slices of one plane")
    pixel = min((min(_in_plane_spacing(grid)) for grid in grids), default=1.0)
    u = np.eye(3)[np.argmin(np.abs(normal))]
    u = np.cross(np.cross(normal, u), normal)
    axes = np.stack([u / np.linalg.norm(u), np.cross(normal, u / np.linalg.norm(u)), normal], axis=1)
    spacing = np.array([pixel, pixel, step])
    points = np.concatenate(contours) @ axes
    margin = np.array([pixel, pixel, 0.0])
    low = points.min(axis=0) - margin
    low[2] = depths.min()
    counts = np.rint((points.max(axis=0) + margin - low) / spacing).astype(int) + 1
    if np.prod(counts.astype(float)) > MAX_VOXELS:
        raise _not_fillable(f"contours {np.ptp(points, axis=0).max():.0f} mm across", "contours of a patient's size")
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = axes @ low
    return _Fit(Grid((int(counts[0]), int(counts[1]), int(counts[2])), affine), 2, 0.0)


def _normal(contours: Sequence[FloatArray]) -> FloatArray:
    """The common unit normal of the contours, from their area vectors (Newell)."""
    areas = []
    for contour in contours:
        centred = contour - contour.mean(axis=0)
        areas.append(np.cross(centred, np.roll(centred, -1, axis=0)).sum(axis=0))
    max_area = max(areas, key=lambda area: float(np.linalg.norm(area)))
    if np.linalg.norm(max_area) == 0:
        raise _not_fillable("contours without an area", "closed contours of at least three points")
    normal = max_area / np.linalg.norm(max_area)
    tilts = [abs(float(area @ normal)) / float(np.linalg.norm(area)) for area in areas if np.linalg.norm(area) > 0]
    if min(tilts) < np.cos(np.deg2rad(2.0)):
        raise _not_fillable("contours in planes that are not parallel", "contours of one orientation")
    return np.asarray(normal)


def _spacing(depths: FloatArray, thickness_mm: float | None) -> float:
    """Distance between neighbouring planes, from the depths of all contours."""
    planes = np.sort(depths)
    gaps = np.diff(planes)
    gaps = gaps[gaps > 0.05]  # mm: contours of one slice
    if gaps.size == 0:
        if thickness_mm:
            return thickness_mm
        raise _not_fillable("contours on one plane only, without a thickness", "two planes, or a slab thickness")
    number = np.concatenate([[0], np.cumsum(np.rint(gaps / gaps.min()))])
    depth = np.concatenate([[0], np.cumsum(gaps)])
    step, offset = (float(c) for c in np.polyfit(number, depth, 1))
    if np.abs(number * step + offset - depth).max() > MAX_OFF_SLICE * step:
        raise _not_fillable("planes at uneven distances", "planes an even distance apart")
    return step


def _in_plane_spacing(grid: Grid) -> tuple[float, float]:
    first, second, _ = sorted(grid.spacing)
    return first, second


def _not_fillable(got: str, expected: str) -> GeometryError:
    return GeometryError(
        "the contours cannot be made into a mask",
        got=got,
        expected=expected,
        remedy="give the series that the contours were drawn on, or a label map instead of contours",
    )
