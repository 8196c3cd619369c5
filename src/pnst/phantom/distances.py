"""Signed distances in mm (negative inside) of points (..., 3) to plain bodies; those of ellipses to first order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pnst.typing import FloatArray

Point = tuple[float, float]
"""x, y of an upright axis."""


def length(vectors: FloatArray) -> FloatArray:
    """(...): Euclid's length of vectors (..., m), a component at a time: `np.linalg.norm`'s number in a third of its
    time, which goes into adding up along so short an axis.

    >>> length(np.array([[3.0, 4.0], [0.0, 2.0]])).tolist()
    [5.0, 2.0]
    """
    squared = vectors[..., 0] ** 2
    for axis in range(1, vectors.shape[-1]):
        squared = squared + vectors[..., axis] ** 2
    return np.asarray(np.sqrt(squared))


def cylinder(points: FloatArray, axis: Point, radius_mm: float) -> FloatArray:
    """To an upright cylinder."""
    return np.asarray(np.hypot(points[..., 0] - axis[0], points[..., 1] - axis[1]) - radius_mm)


def elliptic_cylinder(points: FloatArray, axis: Point, radii_mm: Point) -> FloatArray:
    """To an upright cylinder of elliptic section: the level less 1 over its gradient; the border is exact."""
    return ellipsoid(points[..., :2] - np.asarray(axis), np.asarray(radii_mm))


def ellipsoid(points: FloatArray, radii_mm: FloatArray, level: FloatArray | float = 1.0) -> FloatArray:
    """To the ellipsoid (or ellipse) round the origin that is scaled by `level`, to first order; exact on its border."""
    scaled = points / radii_mm
    out, gradient = length(scaled), length(scaled / radii_mm)
    near_centre = out < 1e-6
    distance = out * (out - level) / np.where(near_centre, 1.0, gradient)
    return np.asarray(np.where(near_centre, -level * radii_mm.min(), distance))


def slab(points: FloatArray, normal: FloatArray, offset_mm: float, thickness_mm: float) -> FloatArray:
    """To the layer between two planes; `offset_mm` is that of its middle along the unit normal."""
    return np.asarray(np.abs(points @ normal - offset_mm) - thickness_mm / 2)


def tube(points: FloatArray, direction: FloatArray, radius_mm: float) -> FloatArray:
    """To an endless tube through the origin along a unit vector."""
    along = points @ direction
    return np.asarray(length(points - along[..., None] * direction) - radius_mm)


def cord(points: FloatArray, path: FloatArray, radius_mm: float) -> FloatArray:
    """To a tube of round ends along a broken line through `path` (m, 3)."""
    nearest = np.full(points.shape[:-1], np.inf)
    for start, end in pairwise(path):
        step = end - start
        beyond = points - start
        share = np.clip(beyond @ step / (step @ step), 0, 1)
        nearest = np.minimum(nearest, length(beyond - share[..., None] * step))
    return np.asarray(nearest - radius_mm)


def fan(points: FloatArray, axis: Point, count: int, thickness_mm: float) -> FloatArray:
    """To `count` upright planes through an axis, evenly turned."""
    x, y = points[..., 0] - axis[0], points[..., 1] - axis[1]
    nearest = np.full(points.shape[:-1], np.inf)
    for n in range(count):
        angle = np.pi * (n + 0.35) / count
        nearest = np.minimum(nearest, np.abs(-np.sin(angle) * x + np.cos(angle) * y))
    return np.asarray(nearest - thickness_mm / 2)


def cone(cosine: FloatArray, radius: FloatArray, half_angle_deg: float) -> FloatArray:
    """To a cone from the origin, of points at `radius` whose angle to its axis has this cosine."""
    beyond = np.arccos(np.clip(cosine, -1, 1)) - np.radians(half_angle_deg)
    return np.asarray(radius * np.sin(np.clip(beyond, -np.pi / 2, np.pi / 2)))
