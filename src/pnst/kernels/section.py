"""Plane sections of a mesh and their chords. Coordinates in mm."""

from __future__ import annotations

import numpy as np

from pnst.kernels.mesh import FloatArray, IntArray, Mesh

ANGLES = 180
"""Directions in which a section's width is taken: one a degree, so the widest is missed by under 4e-5."""


def axial_diameters(mesh: Mesh, normal: FloatArray) -> tuple[float, float, FloatArray]:
    """The longest chord of the mesh in any plane with this unit normal (3,), and the longest chord across it there.

    Returns both lengths in mm and the ends (2, 3) of the longer. The greatest chord of a plane section is its
    greatest width, so the width is taken in every degree; the chord across is cut exactly.
    """
    u, v = _plane_axes(normal)
    points, plane = _sections(mesh, normal)
    angles = np.arange(ANGLES) * np.pi / ANGLES
    turned = np.stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    across = (np.stack([points @ u, points @ v], axis=1) - [points[0] @ u, points[0] @ v]).astype(np.float32) @ turned
    starts = np.flatnonzero(np.diff(plane, prepend=plane[0] - 1))
    widths = np.maximum.reduceat(across, starts, axis=0) - np.minimum.reduceat(across, starts, axis=0)
    best, angle = np.unravel_index(int(np.argmax(widths)), widths.shape)
    chosen = slice(starts[best], starts[best + 1] if best + 1 < len(starts) else len(points))
    along = u * np.cos(angles[angle]) + v * np.sin(angles[angle])
    height = float(points[chosen.start] @ normal)
    coordinate = points[chosen] @ along
    ends = points[chosen][[int(coordinate.argmin()), int(coordinate.argmax())]]
    short = _longest_chord_across(mesh, normal, height, along)
    return float(widths[best, angle]), short, ends


def _plane_axes(normal: FloatArray) -> tuple[FloatArray, FloatArray]:
    start = np.eye(3)[int(np.argmin(np.abs(normal)))]
    u = start - (start @ normal) * normal
    u /= np.linalg.norm(u)
    return u, np.cross(normal, u)


def _sections(mesh: Mesh, normal: FloatArray) -> tuple[FloatArray, IntArray]:
    """Where the mesh's edges meet evenly spaced planes: points (n, 3) and plane numbers (n,), sorted by plane."""
    heights = mesh.vertices @ normal
    low, high = np.sort(heights[mesh.edges], axis=1).T
    # Planes no closer than the tallest edge: each edge then meets one at most. None lies on a flat end of the body.
    pitch = float((high - low).max()) * 1.001
    first = heights.min() + pitch / 2
    plane = np.ceil((low - first) / pitch)
    level = first + plane * pitch
    met = (level >= low) & (level < high)
    points = _at_height(mesh, mesh.edges[met], heights, level[met])
    order = np.argsort(plane[met], kind="stable")
    return points[order], plane[met][order].astype(np.int64)


def _at_height(mesh: Mesh, edges: IntArray, heights: FloatArray, level: FloatArray) -> FloatArray:
    start, end = heights[edges].T
    t = (level - start) / (end - start)
    return np.asarray(mesh.vertices[edges[:, 0]] * (1 - t)[:, None] + mesh.vertices[edges[:, 1]] * t[:, None])


def _longest_chord_across(mesh: Mesh, normal: FloatArray, height: float, along: FloatArray) -> float:
    """The longest chord perpendicular to `along` in the plane at this height along the normal, in mm."""
    heights = mesh.vertices @ normal - height
    above = heights >= 0
    cut = mesh.faces[above[mesh.faces].any(axis=1) & ~above[mesh.faces].all(axis=1)]
    sides = np.stack([cut, np.roll(cut, -1, axis=1)], axis=-1)
    crossing = sides[above[sides[..., 0]] != above[sides[..., 1]]]  # two sides of each face, in its order
    ends = _at_height(mesh, crossing, heights, np.zeros(len(crossing))).reshape(-1, 2, 3)
    return _longest_column(ends @ along, ends @ np.cross(normal, along))


def _longest_column(x: FloatArray, y: FloatArray) -> float:
    """Greatest extent in y, over 200 lines of constant x, of segments (n, 2) that close an outline."""
    lines = np.linspace(x.min(), x.max(), 202)[1:-1]
    low, high = x.min(axis=1)[:, None], x.max(axis=1)[:, None]
    segment, line = np.nonzero((lines >= low) & (lines < high))
    t = (lines[line] - x[segment, 0]) / (x[segment, 1] - x[segment, 0])
    value = y[segment, 0] * (1 - t) + y[segment, 1] * t
    top, bottom = np.full(len(lines), -np.inf), np.full(len(lines), np.inf)
    np.maximum.at(top, line, value)
    np.minimum.at(bottom, line, value)
    return float((top - bottom)[np.isfinite(top)].max(initial=0.0))
