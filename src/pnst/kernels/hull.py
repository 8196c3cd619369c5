"""Extreme points: the longest diameter, and the convex hull with the depth under it. Coordinates in mm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from pnst.kernels.mesh import Mesh
from pnst.typing import BoolArray, Float32Array, FloatArray, IntArray

DIRECTIONS = 256
"""Lines along which extreme points are sought: one every 9°."""
STARTS = 8
"""Extreme points from which the longest diameter is sought."""
SCREENING_STRIDE = 8
"""One line in so many tells which vertices may lie deep under the hull."""


def fibonacci_directions(count: int) -> FloatArray:
    """(count, 3): unit vectors spread evenly over a half sphere, so that each line is met once.

    One in each of four layers of equal area:

    >>> fibonacci_directions(4)[:, 2].tolist()
    [0.125, 0.375, 0.625, 0.875]
    """
    n = np.arange(count) + 0.5
    z = n / count
    angle = np.pi * (1 + np.sqrt(5)) * n
    radius = np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def longest_diameter(points: FloatArray, corners: IntArray | None = None) -> tuple[float, FloatArray]:
    """Greatest distance between two of the points (n, 3), and those two points (2, 3).

    Both are extreme along their own line: some of the points' `corners`, which are their extremes in evenly spread
    directions, lie near the two; from the best of these the farthest point, and the farthest from that, are sought
    among all.

    The diagonal of 3 × 4 mm:

    >>> length, ends = longest_diameter(np.array([[0.0, 0, 0], [3, 0, 0], [3, 4, 0], [1, 1, 0]]))
    >>> length, ends.tolist()
    (5.0, [[3.0, 4.0, 0.0], [0.0, 0.0, 0.0]])
    """
    centred = (points - points.mean(axis=0)).astype(np.float32)
    extreme = centred[extremes(centred) if corners is None else corners]
    reach = _squared_distances(extreme, extreme).max(axis=1)
    ends = extreme[np.argsort(reach)[: -STARTS - 1 : -1]]
    for _ in range(2):
        far = _squared_distances(ends, centred).argmax(axis=1)
        ends = centred[far]
    back = _squared_distances(ends, centred).argmax(axis=1)
    lengths = np.linalg.norm(points[far] - points[back], axis=1)
    best = int(lengths.argmax())
    return float(lengths[best]), points[[far[best], back[best]]]


def _squared_distances(a: FloatArray, b: FloatArray) -> FloatArray:
    """(len(a), len(b)): squared distances between points."""
    return np.asarray((a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * (a @ b.T))


@cache
def _lines(count: int) -> Float32Array:
    return fibonacci_directions(count).astype(np.float32)


def extremes(points: FloatArray, count: int = DIRECTIONS) -> IntArray:
    """(at most 2 · count,): the numbers of the highest and lowest of points (n, 3) along so many lines.

    The corners of a tetrahedron, and not the point inside it:

    >>> extremes(np.array([[0.0, 0, 0], [2, 0, 0], [0, 3, 0], [0, 0, 4], [0.4, 0.4, 0.4]])).tolist()
    [0, 1, 2, 3]
    """
    heights = _lines(count) @ points.astype(np.float32).T
    return np.unique([heights.argmax(axis=1), heights.argmin(axis=1)])


@dataclass(frozen=True, eq=False)
class Hull:
    """The convex hull of a mesh."""

    volume_mm3: float
    corners: IntArray
    """(k,): the numbers of the mesh's vertices that span it."""
    planes: FloatArray
    """(p, 4): unit normals n and offsets o in mm; a point x lies inside where n·x + o ≤ 0 for all."""

    def depth(self, points: FloatArray) -> FloatArray:
        """(n,): depth in mm of points (n, 3) under the hull; 0 on it."""
        normals, offsets = self.planes[:, :3].astype(np.float32), self.planes[:, 3]
        middle = self.planes[0, :3] * -self.planes[0, 3]
        heights = (points - middle).astype(np.float32) @ normals.T
        heights += (offsets + self.planes[:, :3] @ middle).astype(np.float32)
        return np.asarray(np.maximum(-heights.max(axis=1), 0))


def convex_hull(mesh: Mesh) -> Hull:
    """The hull of a mesh's extreme vertices in directions spread evenly over its equal-moment ellipsoid.

    A hull of n extreme points of a smooth body lacks a volume in proportion to 1/n: twice that of 2n less that of n
    lacks none (Richardson's extrapolation). A body with flat sides or few corners is met exactly by either.

    An octahedron is its own hull: 4/3 · 1 · 1.5 · 2 mm³. No vertex lies under it.

    >>> from pnst.kernels.mask_mesh import mask_mesh
    >>> mesh = mask_mesh(np.ones((1, 1, 1), dtype=bool), (2.0, 3.0, 4.0))
    >>> hull = convex_hull(mesh)
    >>> round(hull.volume_mm3, 6), bool(hull.depth(mesh.vertices).max() < 1e-6)
    (4.0, True)
    """
    from scipy.spatial import ConvexHull

    semi_axes, directions = mesh.axes
    turn = directions / np.maximum(semi_axes, 1e-6 * semi_axes[0])
    round_body = (mesh.vertices - mesh.centroid) @ turn
    corners = extremes(round_body)
    fine, coarse = (ConvexHull(round_body[points]) for points in (corners, extremes(round_body, DIRECTIONS // 2)))
    volume = max(fine.volume, 2 * fine.volume - coarse.volume) / abs(np.linalg.det(turn))
    # n·u + o = 0 with u = (x − c) T is (T n)·x + o − (T n)·c = 0.
    normals = fine.equations[:, :3] @ turn.T
    planes = np.column_stack([normals, fine.equations[:, 3] - normals @ mesh.centroid])
    return Hull(float(volume), corners, planes / np.linalg.norm(normals, axis=1, keepdims=True))


def may_be_deeper(mesh: Mesh, depth_mm: float) -> BoolArray:
    """(n,): false for the vertices that some plane which touches the mesh shows to be less deep under the hull.

    Of a slab with a notch from 2.5 to 5.5 mm along i, 4 mm deep, only vertices in the notch may lie 2 mm deep:

    >>> from pnst.kernels.mask_mesh import mask_mesh
    >>> mask = np.ones((9, 7, 4), dtype=bool)
    >>> mask[3:6, 3:] = False
    >>> mesh = mask_mesh(mask, (1.0, 1.0, 2.0))
    >>> deep = mesh.vertices[may_be_deeper(mesh, 2.0)]
    >>> float(deep[:, 0].min()), float(deep[:, 0].max())
    (2.5, 5.5)
    """
    heights = _lines(DIRECTIONS // SCREENING_STRIDE) @ (mesh.vertices - mesh.centroid).astype(np.float32).T
    lowest, highest = (end[:, None] for end in (heights.min(axis=1), heights.max(axis=1)))
    return np.asarray(((heights < highest - depth_mm) & (heights > lowest + depth_mm)).all(axis=0))
