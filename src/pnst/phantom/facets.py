"""The tumour's surface as a mesh: chords in axial planes, and what lies below the convex hull."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.phantom.shape import Shape
from pnst.typing import FloatArray


@dataclass(frozen=True, eq=False)
class Facets:
    """A closed triangle mesh with vertices on the true surface, in RAS mm."""

    vertices: FloatArray
    triangles: np.ndarray[tuple[int, int], np.dtype[np.int64]]


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
    solidity = min(volume / float(hull.volume), 1.0)  # a convex body is its hull, but for the last digit
    return solidity, len(np.unique(labels[deep]))


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
