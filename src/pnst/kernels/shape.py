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


def concavities(mesh: Mesh, hull: Hull, min_depth_mm: float, merge_fraction: float) -> int:
    """Number of separate concavities of the mesh's convex hull that are deeper than `min_depth_mm`.

    A concavity is followed down to `merge_fraction` of that depth, so that noise does not split it.
    A slab with a notch 4 mm deep in one side has one; without it, none.

    >>> from pnst.kernels.hull import convex_hull
    >>> from pnst.kernels.mask_mesh import mask_mesh
    >>> slab, notched = np.ones((2, 9, 7, 4), dtype=bool)
    >>> notched[3:6, 3:] = False
    >>> meshes = [mask_mesh(mask, (1.0, 1.0, 2.0)) for mask in (slab, notched)]
    >>> [concavities(mesh, convex_hull(mesh), 2.0, merge_fraction=0.8) for mesh in meshes]
    [0, 1]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    low = may_be_deeper(mesh, merge_fraction * min_depth_mm)
    depth = np.zeros(len(low))
    depth[low] = hull.depth(mesh.vertices[low])
    if depth.max() <= min_depth_mm:
        return 0
    low = depth > merge_fraction * min_depth_mm
    edges = mesh.edges[low[mesh.edges].all(axis=1)]
    count = len(depth)
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    return int(np.unique(labels[depth > min_depth_mm]).size)
