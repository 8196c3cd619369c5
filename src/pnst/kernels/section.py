"""Plane sections of a mesh and their chords. Coordinates in mm."""

from __future__ import annotations

import numpy as np

from pnst.kernels.mesh import Mesh
from pnst.typing import FloatArray, IntArray

ANGLES = 180
"""Directions in which a section's width is taken: one a degree, so the widest is missed by under 4e-5."""
SCREENING_STRIDE = 6
"""Every sixth of them tells which sections may be the widest: a width is missed by under 1.4e-3 there."""
MIN_WIDTH_SHARE = 0.995
"""Sections of less than this share of the widest are not looked at again."""


def axial_diameters(mesh: Mesh, normal: FloatArray) -> tuple[float, float, FloatArray]:
    """The longest chord of the mesh in any plane with this unit normal (3,), and the longest chord across it there.

    Returns both lengths in mm and the ends (2, 3) of the longer. The greatest chord of a plane section is its
    greatest width, so the width is taken in every degree; the chord across is cut exactly.

    A box of 3 × 4 × 5 mm: the diagonal, 5 mm, and the chord across it, 3 · 5 ÷ 4 = 3.75 mm.

    >>> vertices = np.indices((2, 2, 2)).reshape(3, 8).T * (3.0, 4.0, 5.0)
    >>> quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    >>> mesh = Mesh(vertices, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]))
    >>> long, short, _ = axial_diameters(mesh, np.array([0.0, 0.0, 1.0]))
    >>> round(long, 3), bool(abs(short - 3.75) < 0.01)
    (5.0, True)
    """
    u, v = _plane_axes(normal)
    points, plane = _sections(mesh, normal)
    flat = (points @ np.stack([u, v], axis=1)).astype(np.float64)
    flat -= flat[0]
    angles = np.arange(ANGLES) * np.pi / ANGLES
    starts = np.flatnonzero(np.diff(plane, prepend=plane[0] - 1))
    rough = _widths(flat, starts, angles[::SCREENING_STRIDE]).max(axis=1)
    kept = rough >= MIN_WIDTH_SHARE * rough.max()
    stay = np.repeat(kept, np.diff(starts, append=len(plane)))
    points, plane, flat = points[stay], plane[stay], flat[stay]
    starts = np.flatnonzero(np.diff(plane, prepend=plane[0] - 1))
    widths = _widths(flat, starts, angles)
    best, angle = np.unravel_index(int(np.argmax(widths)), widths.shape)
    chosen = slice(starts[best], starts[best + 1] if best + 1 < len(starts) else len(points))
    along = u * np.cos(angles[angle]) + v * np.sin(angles[angle])
    height = float(points[chosen.start] @ normal)
    coordinate = points[chosen] @ along
    ends = points[chosen][[int(coordinate.argmin()), int(coordinate.argmax())]]
    short = _longest_chord_across(mesh, normal, height, along)
    return float(widths[best, angle]), short, ends


def _widths(flat: FloatArray, starts: IntArray, angles: FloatArray) -> FloatArray:
    """(sections, angles): the width of each run of points (n, 2) that begins at `starts`, along each angle."""
    across = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32) @ flat.T.astype(np.float32)
    return np.asarray((np.maximum.reduceat(across, starts, axis=1) - np.minimum.reduceat(across, starts, axis=1)).T)


def _plane_axes(normal: FloatArray) -> tuple[FloatArray, FloatArray]:
    start = np.eye(3)[int(np.argmin(np.abs(normal)))]
    u = start - (start @ normal) * normal
    u /= np.linalg.norm(u)
    return u, np.cross(normal, u)


def _sections(mesh: Mesh, normal: FloatArray) -> tuple[FloatArray, IntArray]:
    """Where the mesh's edges meet evenly spaced planes: points (n, 3) and plane numbers (n,), sorted by plane."""
    heights = mesh.vertices @ normal
    start, end = mesh.edges.T
    low, high = heights[start], heights[end]
    low, high = np.minimum(low, high), np.maximum(low, high)
    # Planes no closer than the tallest edge: each edge then meets one at most. None lies on a flat end of the body.
    pitch = float((high - low).max()) * 1.001
    first = heights.min() + pitch / 2
    plane = np.ceil((low - first) / pitch)
    met = np.flatnonzero(first + plane * pitch < high)
    met = met[np.argsort(plane[met].astype(np.int16), kind="stable")]  # short integers are sorted in one pass
    plane = plane[met]
    return _at_height(mesh, start[met], end[met], heights, first + plane * pitch), plane.astype(np.int64)


def _at_height(mesh: Mesh, start: IntArray, end: IntArray, heights: FloatArray, level: FloatArray) -> FloatArray:
    below = heights[start]
    t = ((level - below) / (heights[end] - below))[:, None]
    low = mesh.vertices[start]
    return np.asarray(low + t * (mesh.vertices[end] - low))


def _longest_chord_across(mesh: Mesh, normal: FloatArray, height: float, along: FloatArray) -> float:
    """The longest chord perpendicular to `along` in the plane at this height along the normal, in mm."""
    heights = mesh.vertices @ normal - height
    above = heights >= 0
    a, b, c = above[mesh.faces.T]
    cut = mesh.faces[(a != b) | (b != c)]
    start, end = cut.ravel(), np.roll(cut, -1, axis=1).ravel()
    crossing = above[start] != above[end]  # two sides of each face, in its order
    start, end = start[crossing], end[crossing]
    ends = _at_height(mesh, start, end, heights, np.zeros(len(start))).reshape(-1, 2, 3)
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
