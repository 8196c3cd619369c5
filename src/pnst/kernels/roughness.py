"""How far a surface departs from its own smooth self."""

from __future__ import annotations

import numpy as np

from pnst.typing import FloatArray

NEIGHBOURS = 64
"""Points that a patch rests on, at most."""
MIN_NEIGHBOURS = 10
"""A quadric has six coefficients."""
SAME_SIDE_COSINE = 0.2


def quadric_departure(points: FloatArray, normals: FloatArray, weights: FloatArray, radius_mm: float) -> FloatArray:
    """(n,): mm from each point to the quadric that fits the surface within a radius of it; NaN of too few points.

    `points` and unit `normals` (n, 3), `weights` (n,). Over a plane through the point across the mean normal near it
    the surface's height is fitted by weighted least squares with all terms up to the second degree.

    A paraboloid is a quadric; a point 0.5 mm above it is a little less above the one that it pulls up:

    >>> x, y = np.meshgrid(np.arange(-4, 5.0), np.arange(-4, 5.0))
    >>> points = np.stack([x, y, 0.05 * x**2 - 0.02 * x * y], axis=-1).reshape(-1, 3)
    >>> up = np.tile([0.0, 0.0, 1.0], (81, 1))
    >>> bool(abs(quadric_departure(points, up, np.ones(81), 3.5)[40]) < 1e-6)
    True
    >>> points[40, 2] += 0.5
    >>> round(float(quadric_departure(points, up, np.ones(81), 3.5)[40]), 2)
    0.44
    """
    from scipy.spatial import cKDTree

    count = min(NEIGHBOURS, len(points))
    reach, near = cKDTree(points).query(points, k=count, distance_upper_bound=radius_mm)
    known = np.isfinite(reach)
    near = np.where(known, near, np.arange(len(points))[:, None])
    known &= np.einsum("ni,nki->nk", normals, normals[near]) > SAME_SIDE_COSINE
    share = np.where(known, weights[near], 0.0)
    up = np.einsum("nk,nki->ni", share, normals[near])
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-12)
    first = np.eye(3)[np.argmin(np.abs(up), axis=1)]
    first = first - np.einsum("ni,ni->n", first, up)[:, None] * up
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    frame = np.stack([first, np.cross(up, first), up], axis=-1)
    local = np.einsum("nki,nij->nkj", points[near] - points[:, None], frame) / radius_mm
    x, y, height = np.moveaxis(local, -1, 0)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1) * np.sqrt(share)[..., None]
    normal = np.einsum("nki,nkj->nij", terms, terms)
    right = np.einsum("nki,nk->ni", terms, height * np.sqrt(share))
    normal += 1e-9 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(6)
    fitted = np.linalg.solve(normal, right[..., None])[:, 0, 0]
    return np.where(known.sum(axis=1) >= min(MIN_NEIGHBOURS, count), -fitted * radius_mm, np.nan)
