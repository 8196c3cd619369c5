"""The smooth centre line of a tube, or through given points: arc length, places beside it, and sections across it.

All coordinates are in the space that the points come in (RAS mm). The frame across the line does not twist
(double reflection: Wang, Jüttler, Zheng & Liu, ACM Trans. Graph. 27, 2008), so that a place in one section is the
same place in the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.sampling import sample
from pnst.kernels.smoothing_spline import smoothing_spline
from pnst.typing import AnyArray, FloatArray, IntArray

STEP_MM = 1.0
"""Between the points of a line: a circle of 50 mm is missed by 0.0025 mm between two of them."""
WAVE_MM = 35.0
"""Of the smooth curve through a tube's sections: what bends within less is tremor of the contour."""
PASSES = 3
"""Times that a tube's sections are laid across the line that they then give."""
PROJECTIONS = 4
"""Newton steps to the foot of a point: each leaves its distance ÷ the radius of curvature of the error."""
CELLS = 200
"""Cells that stand for a tube while its course is looked for."""
MIN_ELONGATION = 2.0
"""Length ÷ width of what is called a tube: the diagonal of a cube is no axis."""
CUT_END = 0.75
"""Within this many radii of an end a section may be cut obliquely."""
WHOLE_SECTION = 0.7
"""A section of less than this share of the median area lies at an end that is cut obliquely."""


@dataclass(frozen=True, eq=False)
class CentreLine:
    """A line by points (n, 3) that lie evenly along it, in mm, with a frame at each that does not twist.

    A quarter of a circle of 20 mm is 10 π long; a point 3 mm outside its middle lies half-way, 3 mm beside it:

    >>> angle = np.radians(np.linspace(0, 90, 7))
    >>> line = line_through(20 * np.stack([0 * angle, np.cos(angle), np.sin(angle)], axis=1))
    >>> round(line.length_mm / (10 * np.pi), 3)
    1.0
    >>> arc, beside = line.project(np.array([[0.0, 23.0, 23.0]]) / np.sqrt(2))
    >>> round(float(arc[0]) / line.length_mm, 3), np.abs(beside[0]).round(1).tolist()
    (0.5, [0.0, 3.0])
    """

    points: FloatArray
    """(n, 3)."""
    arc: FloatArray
    """(n,) length along the line, from 0."""
    frames: FloatArray
    """(n, 3, 3): unit vectors, one a column: two across the line, the third along it. Right-handed.

    The first is at the start the patient's right (the first axis), or the second axis where the line runs along it."""

    @property
    def length_mm(self) -> float:
        """From end to end."""
        return float(self.arc[-1])

    @property
    def tangents(self) -> FloatArray:
        """(n, 3) unit vectors along the line."""
        return np.asarray(self.frames[:, :, 2])

    def at(self, arc: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Points (..., 3) and frames (..., 3, 3) at lengths along the line; straight on beyond its ends."""
        low, share, beyond = self._place(np.asarray(arc))
        frames = _orthonormal(self.frames[low] * (1 - share[..., None]) + self.frames[low + 1] * share[..., None])
        points = self.points[low] * (1 - share) + self.points[low + 1] * share
        return np.asarray(points + beyond * frames[..., 2]), frames

    def _place(self, arc: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
        """Of lengths (...): the point before each, the share of the way to the next and mm beyond the ends (..., 1)."""
        within = np.clip(arc, 0.0, self.length_mm)
        place = within * ((len(self.arc) - 1) / self.length_mm)
        low = np.minimum(place.astype(np.intp), len(self.arc) - 2)
        return low, (place - low)[..., None], (arc - within)[..., None]

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of points (..., 3): length along the line (...), beyond its ends too, and the place across it (..., 2)."""
        from scipy.spatial import cKDTree

        flat = points.reshape(-1, 3)
        arc = self.arc[cKDTree(self.points).query(flat)[1]].astype(np.float64)
        tangents = self.tangents
        for _ in range(PROJECTIONS):
            low, share, beyond = self._place(arc)
            along = tangents[low]
            along += share * (tangents[low + 1] - along)  # between neighbours its length is 1 to second order
            foot = self.points[low]
            foot += share * (self.points[low + 1] - foot)
            arc = arc + np.einsum("ni,ni->n", flat - foot, along) - beyond[:, 0]
        foot, frames = self.at(arc)
        beside = np.einsum("ni,nij->nj", flat - foot, frames[..., :2])
        return arc.reshape(points.shape[:-1]), beside.reshape((*points.shape[:-1], 2))

    def beyond_mm(self, point: FloatArray) -> float:
        """How far the foot of a point (3,) lies beyond the nearer end; 0 beside the line.

        >>> line_through(np.array([[0.0, 0, 0], [0, 0, 9]])).beyond_mm(np.array([3.0, 0, 13]))
        4.0
        """
        arc = float(self.project(point[None])[0][0])
        return max(-arc, arc - self.length_mm, 0.0)

    def to_world(self, arc: FloatArray, beside: FloatArray) -> FloatArray:
        """(..., 3): the points at lengths (...) along the line and places (..., 2) across it."""
        points, frames = self.at(arc)
        return np.asarray(points + np.einsum("...ij,...j->...i", frames[..., :2], beside))


def line_through(points: FloatArray, step_mm: float = STEP_MM) -> CentreLine:
    """The line through points (m, 3) in their order: a cubic spline over chord length, of lesser degree for few points.

    `ValueError` for fewer than two different points.

    >>> line_through(np.array([[0.0, 0, 0], [0, 3, 4]])).length_mm
    5.0
    """
    from scipy.interpolate import make_interp_spline

    points = np.asarray(points, dtype=np.float64)
    chord = np.linalg.norm(np.diff(points, axis=0), axis=1)
    points = points[np.concatenate([[True], chord > 0])]
    if len(points) < 2:
        raise ValueError("a line needs two different points")
    place = np.concatenate([[0.0], np.cumsum(chord[chord > 0])])
    spline = make_interp_spline(place, points, k=min(3, len(points) - 1))
    dense = spline(np.linspace(0, place[-1], max(9, 4 * int(np.ceil(place[-1] / step_mm)) + 1)))
    return _even(dense, step_mm)


def line_of_tube(
    mask: AnyArray,
    affine: FloatArray,
    step_mm: float = STEP_MM,
    start: CentreLine | None = None,
) -> CentreLine:
    """The line through the centroids of a tube's sections, each perpendicular to the line: from end to end.

    `mask` (ni, nj, nk), boolean or shares of a voxel; `affine` (4, 4) from index to mm. The line rises along the axis
    in which it is longest, and ends at the outermost voxel centres. A branched body gives the line of its longest way.
    Gaps are bridged. `start` is a line that runs near already: that of the whole tube, where `mask` is parts of it.
    `ValueError` for an empty mask, and for one that is not twice as long as it is wide.

    A straight tube of 6 mm, 40 mm long, in slices of 4 mm:

    >>> i, j, k = np.ogrid[-9:10, -12:13, 0:10]
    >>> tube = (i**2 + (0.8 * j) ** 2 < 36) & (k >= 0)
    >>> line = line_of_tube(tube, np.diag([1.0, 0.8, 4.0, 1.0]))
    >>> (line.points[[0, -1]].round(1) + 0).tolist()
    [[9.0, 9.6, 0.0], [9.0, 9.6, 36.0]]
    """
    inside = np.argwhere(np.asarray(mask) > 0.5)
    if not len(inside):
        raise ValueError("the mask is empty")
    voxels = inside @ affine[:3, :3].T + affine[:3, 3]
    volume = len(voxels) * abs(float(np.linalg.det(affine[:3, :3])))
    side = float(np.linalg.norm(affine[:3, :3], axis=0).max())
    line = _rough_line(voxels, volume, side, step_mm) if start is None else start
    radius = np.sqrt(volume / (np.pi * line.length_mm))
    if line.length_mm < MIN_ELONGATION * 2 * radius:
        raise ValueError("the mask is not twice as long as it is wide")
    for _ in range(PASSES):
        line = _through_sections(mask, affine, _to_the_ends(line, voxels, step_mm), radius)
    return _to_the_ends(line, voxels, step_mm)


def sections(
    data: AnyArray, affine: FloatArray, line: CentreLine, arc: FloatArray, half_width_mm: float, pixel_mm: float
) -> FloatArray:
    """(n, m, m): `data` (ni, nj, nk) across a line at lengths (n,) along it, trilinear; NaN beyond the image.

    Pixel (p, q) lies at `section_offsets(...)[p, q]` in the line's frame. Of a mask the values are shares: their sum
    times the pixel's area is the section's area.

    A bar of 6 × 4 mm:

    >>> bar = np.zeros((12, 10, 9))
    >>> bar[3:9, 3:7] = 1
    >>> line = line_through(np.array([[5.5, 4.5, 0.0], [5.5, 4.5, 8.0]]))
    >>> across = sections(bar, np.eye(4), line, np.array([2.3, 5.0]), 4.0, 0.25)
    >>> (across.sum(axis=(1, 2)) * 0.25**2).round(1).tolist()
    [24.0, 24.0]
    """
    ticks = section_offsets(half_width_mm, pixel_mm)[:, 0, 0]
    points, frames = line.at(np.asarray(arc, dtype=np.float64))
    inverse = np.linalg.inv(affine)
    start = points @ inverse[:3, :3].T + inverse[:3, 3]
    first, second = np.moveaxis(inverse[:3, :3] @ frames[..., :2], -1, 0)
    index = (start[:, None] + ticks[:, None] * first[:, None])[:, :, None] + ticks[:, None] * second[:, None, None]
    return sample(np.asarray(data, dtype=np.float32), index)


def section_offsets(half_width_mm: float, pixel_mm: float) -> FloatArray:
    """(m, m, 2): places across a line on a square of that half width, as `sections` samples them.

    >>> section_offsets(1.0, 1.0)[:, 0, 0].tolist()
    [-1.0, 0.0, 1.0]
    """
    count = max(1, int(np.ceil(half_width_mm / pixel_mm)))
    along = np.arange(-count, count + 1) * pixel_mm
    return np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1)


def _even(dense: FloatArray, step_mm: float) -> CentreLine:
    """A line of evenly spaced points along a polyline (m, 3) that is much finer than they are."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))])
    count = max(2, round(length[-1] / step_mm)) + 1
    arc = np.linspace(0, length[-1], count)
    points = np.stack([np.interp(arc, length, axis) for axis in dense.T], axis=1)
    tangents = np.gradient(points, arc, axis=0, edge_order=2)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    return CentreLine(points, arc, _untwisted(points, tangents))


def _untwisted(points: FloatArray, tangents: FloatArray) -> FloatArray:
    """(n, 3, 3): frames by double reflection, each from the one before."""
    start = np.eye(3)[0] if abs(tangents[0, 0]) < 0.8 else np.eye(3)[1]
    first = [start - (start @ tangents[0]) * tangents[0]]
    for step, here, ahead in zip(np.diff(points, axis=0), tangents[:-1], tangents[1:], strict=True):
        reflected = first[-1] - 2 * (step @ first[-1]) / (step @ step) * step
        turned = here - 2 * (step @ here) / (step @ step) * step
        back = ahead - turned
        square = back @ back
        first.append(reflected if square < 1e-24 else reflected - 2 * (back @ reflected) / square * back)
    return _orthonormal(np.stack([np.stack(first), np.zeros_like(tangents), tangents], axis=-1))


def _orthonormal(frames: FloatArray) -> FloatArray:
    """Frames (..., 3, 3) whose third column leads, then the first."""
    third = frames[..., 2] / np.linalg.norm(frames[..., 2], axis=-1, keepdims=True)
    first = frames[..., 0] - np.einsum("...i,...i->...", frames[..., 0], third)[..., None] * third
    first = first / np.linalg.norm(first, axis=-1, keepdims=True)
    return np.asarray(np.stack([first, np.cross(third, first), third], axis=-1))


def _rough_line(voxels: FloatArray, volume: float, side_mm: float, step_mm: float) -> CentreLine:
    """Through the middles of the layers of equal distance, on the way through the tube, from the end of it."""
    cell = max(1.01 * side_mm, float(np.cbrt(volume / CELLS)))
    _, group = np.unique(np.floor(voxels / cell).astype(np.int64), axis=0, return_inverse=True)
    group = group.ravel()
    count = np.bincount(group)
    cells = np.stack([np.bincount(group, weights=axis) for axis in voxels.T], axis=1) / count[:, None]
    far = _distances(cells, int(np.argmax(np.linalg.norm(cells - cells.mean(axis=0), axis=1))), 2 * cell)
    way = _distances(cells, int(np.argmax(far)), 2 * cell)
    layer = np.floor(way / max(2 * cell, way.max() / 12)).astype(np.int64)
    total = np.bincount(layer, weights=count)
    sums = np.stack([np.bincount(layer, weights=axis * count) for axis in cells.T], axis=1)
    middles = np.asarray(sums[total > 0] / total[total > 0][:, None], dtype=np.float64)
    if len(middles) < 2:
        raise ValueError("the mask is not twice as long as it is wide")
    chord = middles[-1] - middles[0]
    if chord[int(np.argmax(np.abs(chord)))] < 0:
        middles = middles[::-1]
    return line_through(middles, step_mm)


def _distances(cells: FloatArray, start: int, reach_mm: float) -> FloatArray:
    """(n,): the way from one of the cells (n, 3) to each, in hops of up to `reach_mm`, more where there are gaps."""
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import cKDTree

    tree = cKDTree(cells)
    while True:
        hops = tree.sparse_distance_matrix(tree, reach_mm, output_type="coo_matrix").tocsr()
        way = np.asarray(dijkstra(hops, directed=False, indices=start))
        if np.isfinite(way).all():
            return way
        reach_mm *= 1.5


def _through_sections(mask: AnyArray, affine: FloatArray, line: CentreLine, radius_mm: float) -> CentreLine:
    """A smooth curve through the centroids of the sections across a line, but for those cut short."""
    half_width, pixel = 2.5 * radius_mm, radius_mm / 8
    across = np.nan_to_num(sections(mask, affine, line, line.arc, half_width, pixel))
    area = across.sum(axis=(1, 2))
    beside = np.einsum("npq,pqi->ni", across, section_offsets(half_width, pixel)) / np.maximum(area, 1e-9)[:, None]
    whole = area > WHOLE_SECTION * np.median(area[area > 0])
    whole &= np.minimum(line.arc, line.length_mm - line.arc) > CUT_END * radius_mm
    arc, centres = line.arc[whole], line.to_world(line.arc, beside)[whole]
    if len(arc) < 4:
        raise ValueError("too few whole sections lie in the mask")
    spline = smoothing_spline(arc, centres, WAVE_MM)
    step_mm = line.length_mm / (len(line.arc) - 1)
    return _even(spline(np.linspace(arc[0], arc[-1], 4 * len(arc) + 1)), step_mm)


def _to_the_ends(line: CentreLine, voxels: FloatArray, step_mm: float) -> CentreLine:
    """The line as far as the voxels (n, 3) reach along it, straight on beyond its own ends."""
    arc, _ = line.project(voxels)
    count = 4 * max(2, int(np.ceil(np.ptp(arc) / step_mm))) + 1
    points, _ = line.at(np.linspace(arc.min(), arc.max(), count))
    return _even(points, step_mm)
