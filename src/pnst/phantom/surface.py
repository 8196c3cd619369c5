"""The tumour's surface as quadrature points, and the distance to it.

The points are Gauss–Legendre in cos θ and evenly spaced in φ on the unstretched ball; each carries its share of the
area, so that a mean over the surface is a weighted sum. Local axes, mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pnst.phantom.shape import Shape
from pnst.phantom.sphere import quadrature, unit_vectors
from pnst.phantom.threads import threads
from pnst.phantom.vector import rotation
from pnst.typing import FloatArray

NEAR_MM = 10.0
"""Up to this far from the surface its distance is looked up at every node of the field."""

STRIDE = 2
"""Elsewhere only at every second, and interpolated between."""

FAR_MM = 1e3
"""Distance reported outside the field's box."""

TURN = rotation((23.0, 37.0, 11.0))
"""Rows of directions are turned away from the tumour's axes, lest the edge of a polar cap falls between two of them all
round, or the nerve at the pole between the rays."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Quadrature points of a surface."""

    directions: FloatArray
    """(n, 3) unit vectors of the unstretched ball."""
    points: FloatArray
    """(n, 3) local mm."""
    normals: FloatArray
    """(n, 3) outward unit vectors."""
    areas: FloatArray
    """(n,) mm²; their sum is the surface area."""
    solid_angles: FloatArray
    """(n,) of the unstretched ball; their sum is 4π."""

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(self.points)

    def distance(self, local: FloatArray) -> FloatArray:
        """Signed distance in mm, negative inside, of points (n, 3).

        Measured to the tangent plane at the nearest quadrature point: the error is δ²/2R for points δ apart on a
        surface of radius of curvature R.
        """
        _, nearest = self._tree.query(local, workers=threads())
        return np.asarray(np.einsum("ij,ij->i", local - self.points[nearest], self.normals[nearest]))


def sample(shape: Shape, spacing_mm: float) -> Surface:
    """The surface of a shape with points about `spacing_mm` apart, at least 24 along θ."""
    rows = max(24, int(np.ceil(np.pi * shape.radii.max() / spacing_mm)))
    theta, phi, solid_angles = quadrature(rows)
    step = 1e-5
    along_theta = (_point(shape, theta + step, phi) - _point(shape, theta - step, phi)) / (2 * step)
    along_phi = (_point(shape, theta, phi + step) - _point(shape, theta, phi - step)) / (2 * step)
    cross = np.cross(along_theta, along_phi)
    length = np.linalg.norm(cross, axis=-1)
    areas = length / np.sin(theta) * solid_angles
    directions = turned(theta, phi)
    return Surface(
        directions.reshape(-1, 3),
        shape.surface(directions).reshape(-1, 3),
        (cross / length[..., None]).reshape(-1, 3),
        areas.ravel(),
        solid_angles.ravel(),
    )


class DistanceField:
    """Signed distance to the surface near it, as a cubic spline on a coarse grid of exact distances.

    Away from the surface's medial axis the spline is within about 0.01 mm; beyond the box `FAR_MM` is returned.
    """

    def __init__(self, shape: Shape, reach_mm: float) -> None:
        from scipy.ndimage import spline_filter, zoom

        self.step = float(np.clip(shape.radii.min() / 8, 0.75, 2.0))
        surface = sample(shape, np.clip(shape.radii.max() / 40, 0.25, 0.75))
        half = np.abs(surface.points).max(axis=0) + reach_mm + 2 * self.step
        self.counts = STRIDE * np.ceil(half / self.step / STRIDE).astype(int)
        # Every second node first: the nodes between them are looked up only near the surface, else interpolated.
        few, all_ = 2 * self.counts // STRIDE + 1, 2 * self.counts + 1
        coarse = surface.distance(self._nodes(STRIDE)).reshape(few)
        interpolated = zoom(coarse, all_ / few, order=3, mode="nearest", grid_mode=False).ravel()
        near = np.abs(interpolated) < NEAR_MM
        interpolated[near] = surface.distance(self._nodes(1)[near])
        self._coefficients = spline_filter(interpolated.reshape(all_), order=3, mode="nearest")

    def _nodes(self, stride: int) -> FloatArray:
        axes = [np.arange(-n, n + 1, stride) * self.step for n in self.counts]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)

    def __call__(self, local: FloatArray) -> FloatArray:
        """Signed distance in mm at local points (n, 3)."""
        from scipy.ndimage import map_coordinates

        index = local / self.step + self.counts
        known = ((index >= 0) & (index <= 2 * self.counts)).all(axis=1)
        out = np.full(len(local), FAR_MM)
        out[known] = map_coordinates(self._coefficients, index[known].T, order=3, mode="nearest", prefilter=False)
        return out


def turned(theta: FloatArray, phi: FloatArray) -> FloatArray:
    """(..., 3) local unit vectors towards angles of the turned rows."""
    return np.asarray(unit_vectors(theta, phi) @ TURN.T)


def weighted_quantile(values: FloatArray, weights: FloatArray, share: float) -> float:
    """The smallest of values (n,) at which a share of the weight (n,) is reached."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])


def _point(shape: Shape, theta: FloatArray, phi: FloatArray) -> FloatArray:
    return shape.surface(turned(theta, phi))
