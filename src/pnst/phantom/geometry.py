"""Exact size and shape of a simulated tumour, from its analytic surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.phantom import definitions as of
from pnst.phantom.facets import axial_pair, concavities, facets
from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.surface import Surface
from pnst.typing import FloatArray

MESH_ROWS = 144


@dataclass(frozen=True, eq=False)
class MassMoments:
    """Volume, centroid and equal-moment ellipsoid of a body."""

    volume_mm3: float
    centroid: FloatArray
    """RAS mm."""
    semi_axes: FloatArray
    """(3,) mm, falling."""
    axes: FloatArray
    """(3, 3): their RAS directions, one a column."""


def moments(shape: Shape, surface: Surface) -> MassMoments:
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
    return MassMoments(volume, shape.to_world(centroid), np.sqrt(5 * values[::-1]), shape.axes @ vectors[:, ::-1])


def size_truth(shape: Shape, surface: Surface, body: MassMoments) -> dict[str, float]:
    """The columns of `size`."""
    mesh = facets(shape, MESH_ROWS)
    long, short = axial_pair(mesh)
    major, minor, smallest = (2 * body.semi_axes).tolist()
    return {
        "longest_diameter_mm": longest_diameter(shape),
        "axial_diameter_mm": long,
        "axial_short_diameter_mm": short,
        "craniocaudal_mm": float(np.ptp(mesh.vertices[:, 2])),
        "volume_ml": body.volume_mm3 / 1000,
        "surface_area_mm2": float(surface.areas.sum()),
        "major_axis_mm": major,
        "minor_axis_mm": minor,
        "least_axis_mm": smallest,
    }


def shape_truth(
    shape: Shape, surface: Surface, body: MassMoments, longest_mm: float
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


def _patch(direction: FloatArray, radius: float) -> FloatArray:
    """(401, 3): a unit vector and others about it, up to `radius` radians away."""
    spread = fibonacci(400) * (radius * np.sqrt((np.arange(400) % 20 + 1) / 20))[:, None]
    near = np.vstack([direction, direction + spread])
    return np.asarray(near / np.linalg.norm(near, axis=1)[:, None])
