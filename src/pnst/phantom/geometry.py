"""Exact size and shape of a simulated tumour: volumes, lengths and concavities of its analytic surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import FloatArray
from pnst.phantom import definitions as of
from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.surface import Surface

MESH_ROWS = 144


@dataclass(frozen=True, eq=False)
class Moments:
    """Volume, centroid and equal-moment ellipsoid of a body."""

    volume_mm3: float
    centroid: FloatArray
    """RAS mm."""
    semi_axes: FloatArray
    """(3,) mm, falling."""
    axes: FloatArray
    """(3, 3): their RAS directions, one a column."""


@dataclass(frozen=True, eq=False)
class Facets:
    """A closed triangle mesh with vertices on the true surface, in RAS mm."""

    vertices: FloatArray
    triangles: np.ndarray[tuple[int, int], np.dtype[np.int64]]


def moments(shape: Shape, surface: Surface) -> Moments:
    """∫dV, ∫x dV and ∫xxᵀ dV of x = A·s·r, 0 ≤ r ≤ ρ(s): radial integrals ρ³/3, ρ⁴/4 and ρ⁵/5, exact in r.

    An ellipsoid with semi-axes e has ∫xxᵀ dV = V/5 · diag(e²), hence e = √(5λ/V).
    """
    rho = shape.rho(surface.directions)
    weight = surface.solid_angles * float(np.prod(shape.radii))
    volume = float(weight @ (rho**3 / 3))
    unit = surface.directions * shape.radii
    centroid = (weight * rho**4 / 4) @ unit / volume
    second = np.einsum("n,ni,nj->ij", weight * rho**5 / 5, unit, unit) / volume - np.outer(centroid, centroid)
    values, vectors = np.linalg.eigh(second)
    return Moments(volume, shape.to_world(centroid), np.sqrt(5 * values[::-1]), shape.axes @ vectors[:, ::-1])


def facets(shape: Shape, rows: int) -> Facets:
    """The surface as triangles between `rows` parallels and 2·rows meridians, closed at the poles."""
    theta = np.pi * np.arange(1, rows) / rows
    phi = np.pi * np.arange(2 * rows) / rows
    t, p = (a.ravel() for a in np.meshgrid(theta, phi, indexing="ij"))
    ring = np.stack([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], axis=-1)
    directions = np.vstack([ring, [(0, 0, 1), (0, 0, -1)]])
    n, count = 2 * rows, len(ring)
    here = np.arange(count).reshape(rows - 1, n)
    right = np.roll(here, -1, axis=1)
    a, b, c, d = here[:-1].ravel(), here[1:].ravel(), right[1:].ravel(), right[:-1].ravel()
    north = np.stack([np.full(n, count), here[0], right[0]], axis=1)
    south = np.stack([np.full(n, count + 1), right[-1], here[-1]], axis=1)
    triangles = np.vstack([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1), north, south])
    return Facets(shape.to_world(shape.surface(directions)), triangles)


def size_truth(shape: Shape, surface: Surface, body: Moments) -> dict[str, float]:
    """The columns of `size`."""
    mesh = facets(shape, MESH_ROWS)
    long, short = axial_pair(mesh)
    major, minor, least = (2 * body.semi_axes).tolist()
    return {
        "longest_diameter_mm": longest_diameter(shape),
        "axial_diameter_mm": long,
        "axial_short_diameter_mm": short,
        "craniocaudal_mm": float(np.ptp(mesh.vertices[:, 2])),
        "volume_ml": body.volume_mm3 / 1000,
        "surface_area_mm2": float(surface.areas.sum()),
        "major_axis_mm": major,
        "minor_axis_mm": minor,
        "least_axis_mm": least,
    }


def shape_truth(
    shape: Shape, surface: Surface, body: Moments, longest_mm: float
) -> dict[str, bool | int | float | str | None]:
    """The columns of `margin` that the shape decides."""
    area = float(surface.areas.sum())
    offsets = ellipsoid_distance((shape.to_world(surface.points) - body.centroid) @ body.axes, body.semi_axes)
    equivalent = (3 * body.volume_mm3 / (4 * np.pi)) ** (1 / 3)
    solidity, deep = concavities(facets(shape, MESH_ROWS // 3), of.DEEP_FRACTION * longest_mm)
    return {
        "irregularity": float(np.sqrt(surface.areas @ offsets**2 / area) / equivalent),
        "sphericity": float(np.pi ** (1 / 3) * (6 * body.volume_mm3) ** (2 / 3) / area),
        "solidity": solidity,
        "deep_lobulations_count": deep,
    }


def longest_diameter(shape: Shape) -> float:
    """Greatest distance between two points of the surface: the best pair of a mesh, then of ever smaller patches."""
    from scipy.spatial.distance import cdist

    directions = fibonacci(4000)
    ends = [directions, directions]
    radius = 0.1
    while True:
        first, second = (shape.surface(end) for end in ends)
        lengths = cdist(first, second)
        i, j = np.unravel_index(int(np.argmax(lengths)), lengths.shape)
        if radius < 1e-5:
            return float(lengths[i, j])
        ends = [_patch(ends[0][i], radius), _patch(ends[1][j], radius)]
        radius /= 3


def axial_pair(mesh: Facets, levels: int = 120) -> tuple[float, float]:
    """Longest chord in a plane across the patient's superior axis, and the longest chord across it in that plane."""
    edges = np.vstack([mesh.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    rising = mesh.vertices[edges[:, 0], 2] < mesh.vertices[edges[:, 1], 2]
    ends = mesh.vertices[edges[rising]]  # each edge once, its lower end first
    low, high = float(ends[:, 0, 2].min()), float(ends[:, 1, 2].max())
    heights = np.linspace(low, high, levels + 2)[1:-1]
    best = max(heights, key=lambda height: _longest_chord(_section(ends, float(height)))[0])
    step = (high - low) / levels
    # The chord's direction changes quickly with height, and with it the chord across.
    finer = np.linspace(max(low, best - step), min(high, best + step), 41)[1:-1]
    best = max(finer, key=lambda height: _longest_chord(_section(ends, float(height)))[0])
    section = _section(ends, float(best))
    long, direction = _longest_chord(section)
    return long, _chord_across(section, direction)


def ellipsoid_distance(points: FloatArray, semi_axes: FloatArray) -> FloatArray:
    """Shortest distance of points (n, 3), in an ellipsoid's own axes, to its surface.

    The foot is x_i = e_i² y_i / (t + e_i²), where t is the greatest root of Σ (e_i y_i / (t + e_i²))² = 1 (Eberly,
    "Distance from a point to an ellipse, an ellipsoid, or a hyperellipsoid"); found by bisection.
    """
    y, square = np.abs(points), semi_axes**2
    low = np.full(len(y), -square.min())
    high = low + np.linalg.norm(semi_axes * y, axis=1) + 1e-12
    for _ in range(80):
        t = (low + high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = np.sum((semi_axes * y / (t[:, None] + square)) ** 2, axis=1) > 1
        low, high = np.where(beyond, t, low), np.where(beyond, high, t)
    foot = square * y / (high[:, None] + square)
    return np.asarray(np.linalg.norm(foot - y, axis=1))


def concavities(mesh: Facets, depth_mm: float) -> tuple[float, int]:
    """Solidity, and the number of separate parts of the surface deeper than `depth_mm` below the convex hull."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import ConvexHull

    hull = ConvexHull(mesh.vertices)
    a, b, c = (mesh.vertices[mesh.triangles[:, n]] for n in range(3))
    volume = abs(float(np.einsum("ni,ni->", a, np.cross(b, c)))) / 6
    depth = np.full(len(mesh.vertices), np.inf)
    for part in np.array_split(hull.equations, max(1, len(hull.equations) // 500)):
        depth = np.minimum(depth, -(mesh.vertices @ part[:, :3].T + part[:, 3]).max(axis=1))
    deep = depth > depth_mm
    edges = np.vstack([mesh.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    edges = edges[deep[edges].all(axis=1)]
    links = coo_array((np.ones(len(edges)), edges.T), shape=(len(deep), len(deep)))
    _, labels = connected_components(links, directed=False)
    return volume / float(hull.volume), len(np.unique(labels[deep]))


def _patch(direction: FloatArray, radius: float) -> FloatArray:
    """(401, 3): a unit vector and others about it, up to `radius` radians away."""
    spread = fibonacci(400) * (radius * np.sqrt((np.arange(400) % 20 + 1) / 20))[:, None]
    near = np.vstack([direction, direction + spread])
    return np.asarray(near / np.linalg.norm(near, axis=1)[:, None])


def _section(ends: FloatArray, level: float) -> FloatArray:
    """(n, 2): where edges (m, 2, 3), each with its lower end first, cross a height."""
    crossing = ends[(ends[:, 0, 2] <= level) & (ends[:, 1, 2] > level)]
    low, high = crossing[:, 0], crossing[:, 1]
    share = (level - low[:, 2]) / (high[:, 2] - low[:, 2])
    return np.asarray(low[:, :2] + share[:, None] * (high - low)[:, :2])


def _longest_chord(points: FloatArray) -> tuple[float, FloatArray]:
    """Length and direction of the longest chord between points (n, 2)."""
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import cdist

    if len(points) < 3:
        return 0.0, np.array([1.0, 0.0])
    outer = points[ConvexHull(points).vertices]
    lengths = cdist(outer, outer)
    i, j = np.unravel_index(int(np.argmax(lengths)), lengths.shape)
    return float(lengths[i, j]), (outer[j] - outer[i]) / lengths[i, j]


def _chord_across(points: FloatArray, direction: FloatArray) -> float:
    """Longest chord across a direction of the closed curve through points (n, 2), seen from their middle in turn."""
    along = points @ direction
    across = points @ np.array([-direction[1], direction[0]])
    order = np.argsort(np.arctan2(across - across.mean(), along - along.mean()))
    along, across = along[order], across[order]
    ahead, beside = np.roll(along, -1), np.roll(across, -1)
    longest = 0.0
    for place in np.linspace(along.min(), along.max(), 402)[1:-1]:
        hit = (along <= place) != (ahead <= place)
        share = (place - along[hit]) / (ahead[hit] - along[hit])
        crossing = across[hit] + share * (beside[hit] - across[hit])
        longest = max(longest, float(np.ptp(crossing)))
    return longest
