"""Closed planar contours made into a mask: on which grid they lie, slice by slice, and what lies between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pnst.errors import GeometryError
from pnst.image import Grid, Mask
from pnst.io.image_bounds import plausible_grid
from pnst.io.masks.gaps import fill_gaps
from pnst.io.masks.outlines import Outline, fill_outlines
from pnst.typing import BoolArray, FloatArray, IntArray

MAX_OFF_SLICE = 0.1
"""Slices by which contours may lie off a series' slices, or off even planes: header rounding stays below 0.02."""

MAX_OFF_PLANE = 0.3
"""Slices by which the points of one contour, or the contours of one slice, may leave their plane."""

MAX_ROUNDED_SLICE = 0.25
"""Slices by which contours lie off when they are rounded to whole mm on slices of 2 mm or more."""

MAX_OFF_NAMED_SLICE = 0.49
"""Slices by which contours may lie off the slices of the series that their file names. At half a slice either neighbour
would do."""

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
    off_plane: float = 0.0
    """Greatest distance of a point, or of a contour of the same slice, from the contour's middle, in slices."""
    shift: float = 0.0
    """Greatest distance of a contour's middle from its slice, in slices."""

    @property
    def pixel_mm2(self) -> float:
        return self.grid.voxel_volume_mm3 / self.grid.spacing[self.axis]


def fill_contours(
    contours: Sequence[FloatArray],
    grids: Sequence[Grid],
    thickness_mm: float | None = None,
    drawn_on: Sequence[Grid] = (),
    xor: Sequence[bool] = (),
    *,
    gaps: bool = True,
) -> tuple[Mask, tuple[str, ...]]:
    """The mask of contours, each (n, 3) RAS mm, and what was noticed.

    It lies on the grid among `drawn_on`, else among `grids`, on whose slices the contours lie (the finest in plane
    where several fit), grown where they leave it. Contours between slices are moved onto those of `drawn_on`. Where
    none fits, on a grid of the contours' own planes with the finest pixels among `grids`; a single plane then needs
    `thickness_mm`. `xor` says which contours are combined by exclusive or; none by default. `gaps` interpolates
    slices between that have none, which else stay empty. Raises `GeometryError` for
    contours that are not planar, not parallel, not evenly spaced, or on too few slices.
    """
    points, starts = np.concatenate(contours), np.cumsum([0, *map(len, contours)])[:-1]
    fit, notes = _fit(contours, points, starts, grids, thickness_mm, drawn_on)
    grid = _extended(fit, points)
    index = grid.to_index(points)
    slices = np.rint(_means(index[:, fit.axis], starts)).astype(int)
    outlines = [
        Outline(np.delete(polygon, fit.axis, axis=1), exclusive)
        for polygon, exclusive in zip(np.split(index, starts[1:]), xor or [False] * len(contours), strict=True)
    ]
    inside, counts = _filled(outlines, slices, grid, fit.axis)
    drawn = np.unique(slices).tolist()
    whole, gap_notes = fill_gaps(inside, fit.axis, grid.spacing, drawn) if gaps else (inside, ())
    return Mask(whole, grid), (*notes, *_count_notes(counts), *gap_notes)


def _fit(
    contours: Sequence[FloatArray],
    points: FloatArray,
    starts: IntArray,
    grids: Sequence[Grid],
    thickness_mm: float | None,
    drawn_on: Sequence[Grid],
) -> tuple[_Fit, tuple[str, ...]]:
    """The grid to fill contours on, and what was noticed in choosing it."""
    exact = _best_fit(points, starts, drawn_on)
    if exact is not None:
        return exact, ()
    rounded = _moved_fit(points, starts, drawn_on, MAX_ROUNDED_SLICE)
    if rounded is not None:
        return rounded, (_moved_note(rounded),)
    other = _best_fit(points, starts, grids)
    if other is not None:
        absent = "the contours do not lie on the slices of the series that their file names, but on another's"
        return other, (absent,) if drawn_on else ()
    moved = _moved_fit(points, starts, drawn_on, MAX_OFF_NAMED_SLICE)
    if moved is not None:
        return moved, (_moved_note(moved),)
    try:
        own = _own_planes(contours, grids, thickness_mm)
    except GeometryError:
        moved = None if drawn_on else _moved_fit(points, starts, grids, MAX_ROUNDED_SLICE)
        if moved is None:
            raise
        return moved, (_moved_note(moved),)
    return own, ("the contours lie on no series' slices; they were filled on their own planes",)


def _moved_note(fit: _Fit) -> str:
    mm = fit.shift * fit.grid.spacing[fit.axis]
    return f"the contours lie up to {mm:.2g} mm ({fit.shift:.2f} slices) off the slices and were moved onto them"


def _count_notes(counts: Counter[str]) -> tuple[str, ...]:
    sentences = {
        "repeated": "{} of the contours repeat another one and were taken once",
        "united": "{} of the contours overlap another one and were united with it",
        "hole": "{} of the contours lie inside another one and were taken as holes",
    }
    return tuple(sentences[kind].format(counts[kind]) for kind in sentences if counts[kind])


def _filled(outlines: Sequence[Outline], slices: IntArray, grid: Grid, axis: int) -> tuple[BoolArray, Counter[str]]:
    """The voxels inside the outlines, each on its slice across the axis, and the counts of all slices."""
    in_plane = [a for a in range(3) if a != axis]
    shape, pixel_mm = (grid.shape[in_plane[0]], grid.shape[in_plane[1]]), [grid.spacing[a] for a in in_plane]
    inside, counts = np.zeros(grid.shape, dtype=bool), Counter[str]()
    planes = np.moveaxis(inside, axis, 2)
    for k in np.unique(slices):
        own = [outlines[int(n)] for n in np.flatnonzero(slices == k)]
        planes[:, :, k], slice_counts = fill_outlines(own, shape, (pixel_mm[0], pixel_mm[1]))
        counts += slice_counts
    return inside, counts


def _best_fit(points: FloatArray, starts: IntArray, grids: Sequence[Grid]) -> _Fit | None:
    close = [fit for grid in grids for fit in _fits(points, starts, grid) if fit.distance <= MAX_OFF_SLICE]
    if not close:
        return None
    best = min(fit.distance for fit in close) + MAX_OFF_SLICE / 5
    return min((fit for fit in close if fit.distance <= best), key=lambda fit: fit.pixel_mm2)


def _moved_fit(points: FloatArray, starts: IntArray, grids: Sequence[Grid], max_shift: float) -> _Fit | None:
    """The grid on whose slices contours of one plane each come to lie that are moved by a part of a slice."""
    fits = [fit for grid in grids for fit in _fits(points, starts, grid)]
    near = [fit for fit in fits if fit.off_plane <= MAX_OFF_PLANE and fit.shift <= max_shift]
    return min(near, key=lambda fit: fit.shift, default=None)


def _fits(points: FloatArray, starts: IntArray, grid: Grid) -> list[_Fit]:
    """How the contours that start at `starts` lie on the slices across each axis; nothing for contours elsewhere."""
    index = grid.to_index(points)
    if (index.max(axis=0) <= -0.5).any() or (index.min(axis=0) >= np.asarray(grid.shape) - 0.5).any():
        return []
    counts = np.diff([*starts, len(points)])
    middles = _means(index, starts)
    slices = np.rint(middles)
    distance = np.abs(index - np.repeat(slices, counts, axis=0)).max(axis=0)
    own_plane = np.abs(index - np.repeat(middles, counts, axis=0)).max(axis=0)
    shift = np.abs(middles - slices).max(axis=0)
    return [
        _Fit(grid, a, float(distance[a]), max(float(own_plane[a]), _spread(middles[:, a])), float(shift[a]))
        for a in range(3)
    ]


def _spread(middles: FloatArray) -> float:
    """How far the contours of one slice lie apart, in slices: planes of their own have no slice in common."""
    number = np.rint(middles)
    order = np.lexsort((middles, number))
    same = np.diff(number[order]) == 0
    return float(np.diff(middles[order])[same].max(initial=0.0))


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
    return plausible_grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


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
    counts = np.rint((points.max(axis=0) + margin - low) / spacing) + 1
    if not np.prod(counts) <= MAX_VOXELS:
        raise _not_fillable(f"contours {np.ptp(points, axis=0).max():.0f} mm across", "contours of a patient's size")
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = axes @ low
    return _Fit(plausible_grid((int(counts[0]), int(counts[1]), int(counts[2])), affine), 2, 0.0)


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
    """Distance between neighbouring planes: the thickness where the depths of all contours keep to it, else theirs."""
    planes = np.sort(depths)
    gaps = np.diff(planes)
    gaps = gaps[gaps > 0.05]  # mm: contours of one slice
    if gaps.size == 0:
        if thickness_mm:
            return thickness_mm
        raise _not_fillable("contours on one plane only, without a thickness", "two planes, or a slab thickness")
    unit = gaps.min()
    if thickness_mm and np.abs(gaps / thickness_mm - np.rint(gaps / thickness_mm)).max() <= MAX_OFF_SLICE:
        unit = thickness_mm
    number = np.concatenate([[0], np.cumsum(np.rint(gaps / unit))])
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
