"""The waist of a body that is narrower between two ends."""

from __future__ import annotations

import numpy as np

from pnst.kernels.mesh import Mesh
from pnst.typing import FloatArray, IntArray

SECTIONS = 64
"""Along the body …"""
FINER = 9
"""… and so many more between the narrowest one's neighbours."""
NARROWER = 0.97
"""A section of more than this share of the smaller end is no waist, but a ripple of the surface."""


def section_areas(mesh: Mesh, axis: FloatArray, heights: FloatArray) -> FloatArray:
    """(n,) mm² of the sections of a closed mesh across a unit axis (3,) at heights (n,) along it, no vertex's own.

    By Green's theorem over the lines in which each face meets the plane. A box of 2 × 3 × 4 mm:

    >>> vertices = np.indices((2, 2, 2)).reshape(3, 8).T * (2.0, 3.0, 4.0)
    >>> quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    >>> mesh = Mesh(vertices, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]))
    >>> section_areas(mesh, np.array([0.0, 0.0, 1.0]), np.array([1.0, 3.9, 5.0])).round(9).tolist()
    [6.0, 6.0, 0.0]
    """
    along = mesh.vertices @ axis
    centred = mesh.vertices - mesh.centroid
    corners = along[mesh.faces]
    low, high = corners.min(axis=1), corners.max(axis=1)
    areas = np.zeros(len(heights))
    for number, height in enumerate(heights.tolist()):
        met = np.flatnonzero((low < height) & (high > height))
        areas[number] = _area(centred, mesh.faces[met], along - height, axis)
    return areas


def _area(vertices: FloatArray, faces: IntArray, above: FloatArray, axis: FloatArray) -> float:
    """Of the section of these faces with the plane at which `above` (n,) is 0."""
    start, end = faces, np.roll(faces, -1, axis=1)
    rising, falling = (above[start] < 0) & (above[end] > 0), (above[start] > 0) & (above[end] < 0)
    ends = []
    for crossing in (rising, falling):
        a, b = start[crossing], end[crossing]
        share = (above[a] / (above[a] - above[b]))[:, None]
        ends.append(vertices[a] * (1 - share) + vertices[b] * share)
    return abs(float(np.cross(ends[0], ends[1]).sum(axis=0) @ axis)) / 2


def waist_ratio(mesh: Mesh, axis: FloatArray) -> float:
    """The smallest section between two ends ÷ that of the larger end, across a unit axis (3,); 1 without a waist.

    Of all narrow places the one counts that is narrowest against the smaller of its two ends. A box has none:

    >>> vertices = np.indices((2, 2, 2)).reshape(3, 8).T * (2.0, 3.0, 4.0)
    >>> quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    >>> mesh = Mesh(vertices, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]))
    >>> waist_ratio(mesh, np.array([0.0, 0.0, 1.0]))
    1.0
    """
    along = mesh.vertices @ axis
    heights = along.min() + np.ptp(along) * (np.arange(SECTIONS) + 0.5) / SECTIONS
    area = section_areas(mesh, axis, heights)
    before, after = np.maximum.accumulate(area), np.maximum.accumulate(area[::-1])[::-1]
    smaller = np.minimum(before, after)
    narrowest = int(np.argmin(area / smaller))
    if area[narrowest] >= NARROWER * smaller[narrowest]:
        return 1.0
    near = np.linspace(heights[narrowest - 1], heights[narrowest + 1], FINER + 2)[1:-1]
    least = min(float(area[narrowest]), float(section_areas(mesh, axis, near).min()))
    return least / float(max(before[narrowest], after[narrowest]))
