"""How far a surface departs from an ellipsoid and from its convex hull."""

from __future__ import annotations

import numpy as np

from pnst.kernels.mesh import BoolArray, FloatArray, Mesh

CONCAVITY_MERGE = 0.8
"""A concavity is followed down to this share of the depth that makes it count, so that noise does not split it."""
HULL_CELLS = 24
"""The hull's vertices are thinned to cells of the diameter over this; its sagitta moves by 4e-4 of the diameter."""


def sphericity(volume_mm3: float, area_mm2: float) -> float:
    """π^⅓ (6V)^⅔ ÷ A: 1 for a ball, less for anything else (Wadell 1935)."""
    return float(np.pi ** (1 / 3) * (6 * volume_mm3) ** (2 / 3) / area_mm2)


def ellipsoid_distance(points: FloatArray, semi_axes: FloatArray) -> FloatArray:
    """Shortest distance (n,) in mm of points (n, 3) to the surface of an axis-aligned ellipsoid at the origin.

    The foot of the perpendicular is a²y/(t + a²) with Σ (a y/(t + a²))² = 1; that sum less one is convex and falls in
    t, so Newton from the left of the root never overshoots (Eberly, "Distance from a Point to an Ellipsoid", 2013).
    """
    a = np.maximum(semi_axes, 1e-9)
    y = np.maximum(np.abs(points), 1e-12)
    t = (a * y - a**2).max(axis=1)
    for _ in range(30):
        q = t[:, None] + a**2
        terms = (a * y / q) ** 2
        step = (terms.sum(axis=1) - 1) / (2 * (terms / q).sum(axis=1))
        t = t + step
        if np.abs(step).max() < 1e-9 * a[0] ** 2:
            break
    foot = a**2 * y / (t[:, None] + a**2)
    return np.asarray(np.linalg.norm(foot - y, axis=1))


def irregularity(mesh: Mesh) -> float:
    """Area-weighted RMS distance of the surface to its equal-moment ellipsoid ÷ equivalent radius (∛(3V/4π))."""
    semi_axes, directions = mesh.axes
    distance = ellipsoid_distance((mesh.vertices - mesh.centroid) @ directions, semi_axes)
    mean_square = np.average(distance**2, weights=mesh.vertex_areas)
    return float(np.sqrt(mean_square) / np.cbrt(3 * mesh.volume_mm3 / (4 * np.pi)))


def hull_depth(mesh: Mesh, diameter_mm: float) -> FloatArray:
    """(n,): depth in mm of each vertex under the mesh's convex hull."""
    from scipy.spatial import ConvexHull

    corners = mesh.vertices[ConvexHull(mesh.vertices).vertices]
    cells = np.floor((corners - corners.min(axis=0)) * (HULL_CELLS / diameter_mm)).astype(np.int64)
    _, first = np.unique(cells, axis=0, return_index=True)
    planes = np.unique(ConvexHull(corners[first]).equations.round(9), axis=0).astype(np.float32)
    points = (mesh.vertices - mesh.centroid).astype(np.float32)
    offsets = planes[:, 3] + planes[:, :3] @ mesh.centroid.astype(np.float32)
    depth = [
        -(part @ planes[:, :3].T + offsets).max(axis=1) for part in np.array_split(points, 1 + len(points) // 4096)
    ]
    return np.asarray(np.maximum(np.concatenate(depth), 0))


def concavities(mesh: Mesh, depth: FloatArray, least_depth_mm: float) -> int:
    """Number of separate concavities of the hull deeper than `least_depth_mm`; `depth` as of `hull_depth`."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    low: BoolArray = depth > CONCAVITY_MERGE * least_depth_mm
    edges = mesh.edges[low[mesh.edges].all(axis=1)]
    count = len(depth)
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    return int(np.unique(labels[depth > least_depth_mm]).size)
