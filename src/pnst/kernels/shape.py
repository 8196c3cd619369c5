"""How far a surface departs from an ellipsoid and from its convex hull."""

from __future__ import annotations

import numpy as np

from pnst.kernels.hull import Hull, may_be_deeper
from pnst.kernels.mesh import Mesh
from pnst.typing import FloatArray

NEWTON_STEPS = 30
NEWTON_TOLERANCE = 1e-7
"""Of the square of the longest semi-axis. The next step would be its square, so the distance is good to nanometres."""


def sphericity(volume_mm3: float, area_mm2: float) -> float:
    """π^⅓ (6V)^⅔ ÷ A: 1 for a ball, less for anything else (Wadell 1935).

    A ball, and a cube: (π/6)^⅓ = 0.806.

    >>> round(sphericity(4 / 3 * np.pi, 4 * np.pi), 3), round(sphericity(1.0, 6.0), 3)
    (1.0, 0.806)
    """
    return float(np.pi ** (1 / 3) * (6 * volume_mm3) ** (2 / 3) / area_mm2)


def ellipsoid_distance(points: FloatArray, semi_axes: FloatArray) -> FloatArray:
    """Shortest distance (n,) in mm of points (n, 3) to the surface of an axis-aligned ellipsoid at the origin.

    The foot of the perpendicular is a²y/(t + a²) with Σ (a y/(t + a²))² = 1; that sum less one is convex and falls in
    t, so Newton from the left of the root never overshoots (Eberly, "Distance from a Point to an Ellipsoid", 2013).

    From points on its axes, 3 mm beyond either end:

    >>> ellipsoid_distance(np.array([[0.0, 0, 5], [7, 0, 0]]), np.array([4.0, 3.0, 2.0])).round(6).tolist()
    [3.0, 3.0]
    """
    a = np.maximum(semi_axes, 1e-9)[:, None]
    y = np.maximum(np.abs(points.T), 1e-12)
    left = (a * y - a**2).max(axis=0)
    t = np.maximum(left, 0)  # near the surface the root is near 0, and a step from its right ends on its left
    for _ in range(NEWTON_STEPS):
        q = t + a**2
        terms = (a * y / q) ** 2
        step = (terms.sum(axis=0) - 1) / (2 * (terms / q).sum(axis=0))
        t = np.maximum(t + step, left)
        if np.abs(step).max() < NEWTON_TOLERANCE * float(a[0, 0]) ** 2:
            break
    foot = a**2 * y / (t + a**2)
    return np.asarray(np.linalg.norm(foot - y, axis=0))


def irregularity(mesh: Mesh) -> float:
    """Area-weighted RMS distance of the surface to its equal-moment ellipsoid ÷ equivalent radius (∛(3V/4π)).

    An octahedron is no ellipsoid; a finely drawn ball is one, to 1 %.

    >>> from pnst.kernels.mask_mesh import mask_mesh
    >>> mesh = mask_mesh(np.ones((1, 1, 1), dtype=bool), (2.0, 3.0, 4.0))
    >>> from pnst.kernels.surface import level_set
    >>> i, j, k = np.ogrid[-14:15, -14:15, -14:15]
    >>> ball = level_set(i**2 + j**2 + k**2 < 144, (1.0, 1.0, 1.0)).mesh()
    >>> bool(irregularity(mesh) > 0.1), bool(irregularity(ball) < 0.01)
    (True, True)
    """
    semi_axes, directions = mesh.axes
    distance = ellipsoid_distance((mesh.vertices - mesh.centroid) @ directions, semi_axes)
    mean_square = np.average(distance**2, weights=mesh.vertex_areas)
    return float(np.sqrt(mean_square) / np.cbrt(3 * mesh.volume_mm3 / (4 * np.pi)))


def deep_points(mesh: Mesh, hull: Hull, min_depth_mm: float) -> FloatArray:
    """(k, 3): the vertices of a mesh that lie deeper under its convex hull than that.

    Of a slab only those in its notch, 4 mm deep:

    >>> from pnst.kernels.hull import convex_hull
    >>> from pnst.kernels.mask_mesh import mask_mesh
    >>> slab, notched = np.ones((2, 9, 7, 4), dtype=bool)
    >>> notched[3:6, 3:] = False
    >>> meshes = [mask_mesh(mask, (1.0, 1.0, 2.0)) for mask in (slab, notched)]
    >>> [len(deep_points(mesh, convex_hull(mesh), 2.0)) > 0 for mesh in meshes]
    [False, True]
    """
    low = may_be_deeper(mesh, min_depth_mm)
    points = mesh.vertices[low]
    return np.asarray(points[hull.depth(points) > min_depth_mm])


def concavities(deep: FloatArray, smooth: Mesh, hull: Hull, min_depth_mm: float, merge_depth_mm: float) -> int:
    """Number of separate hollows of a smoothed surface that hold one of the points `deep` (k, 3) of the surface itself.

    A hollow of `smooth` is deeper under its `hull` than `min_depth_mm`; it is followed up to `merge_depth_mm`, so that
    noise does not split it. Each point belongs to the hollow where the smoothed surface is nearest to it. Smoothing
    makes hollows shallower: how deep they are is asked of the surface itself.

    A slab with a notch in either side has two; of one with points in one of them only, one counts:

    >>> from pnst.kernels.hull import convex_hull
    >>> from pnst.kernels.mask_mesh import mask_mesh
    >>> slab = np.ones((9, 11, 4), dtype=bool)
    >>> slab[3:6, :4] = slab[3:6, 7:] = False
    >>> mesh = mask_mesh(slab, (1.0, 1.0, 2.0))
    >>> hull = convex_hull(mesh)
    >>> deep = deep_points(mesh, hull, 2.0)
    >>> [concavities(points, mesh, hull, 1.5, 1.2) for points in (deep, deep[deep[:, 1] > 5], deep[:0])]
    [2, 1, 0]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(deep):
        return 0
    depth, low = np.zeros(len(smooth.vertices)), may_be_deeper(smooth, merge_depth_mm)
    depth[low] = hull.depth(smooth.vertices[low])
    low = depth > merge_depth_mm
    edges = smooth.edges[low[smooth.edges].all(axis=1)]
    shape = (len(depth), len(depth))
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=shape)
    count, labels = connected_components(graph, directed=False)
    deepest = np.zeros(count)
    np.maximum.at(deepest, labels, depth)
    held = np.unique(labels[smooth.tree.query(deep)[1]])
    return int(np.count_nonzero(deepest[held] > min_depth_mm))
