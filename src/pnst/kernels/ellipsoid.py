"""Closed forms of an ellipsoid: surface area, extent, plane sections, and which points lie inside. Lengths in mm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.typing import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    """An ellipsoid in any orientation.

    Semi-axes of 3, 2 and 1 mm:

    >>> body = Ellipsoid(np.zeros(3), np.array([3.0, 2.0, 1.0]), np.eye(3))
    >>> round(body.volume_mm3 / np.pi, 6), body.extent(np.array([0.0, 1.0, 0.0]))
    (8.0, 4.0)
    >>> [round(axis, 6) for axis in body.section_axes(np.array([0.0, 0.0, 1.0]))]
    [6.0, 4.0]
    >>> body.contains(np.array([[2.9, 0.0, 0.0], [0.0, 2.1, 0.0]])).tolist()
    [True, False]
    """

    centre: FloatArray
    """(3,)."""
    semi_axes: FloatArray
    """(3,), longest first."""
    directions: FloatArray
    """(3, 3): their unit directions, one a column."""

    @property
    def volume_mm3(self) -> float:
        """4/3 π abc."""
        return float(4 / 3 * np.pi * np.prod(self.semi_axes))

    @cached_property
    def area_mm2(self) -> float:
        """2πc² + 2πab/sin φ · (E(φ,k) sin²φ + F(φ,k) cos²φ), cos φ = c/a, k² = a²(b²−c²)/(b²(a²−c²)) (Legendre)."""
        from scipy.special import ellipeinc, ellipkinc

        a, b, c = self.semi_axes.tolist()
        if a - c < 1e-6 * a:
            return float(4 * np.pi * a * c)
        angle = np.arccos(c / a)
        m = a**2 * (b**2 - c**2) / (b**2 * (a**2 - c**2))
        sine = np.sin(angle)
        partial = ellipeinc(angle, m) * sine**2 + ellipkinc(angle, m) * np.cos(angle) ** 2
        return float(2 * np.pi * (c**2 + a * b / sine * partial))

    def extent(self, normal: FloatArray) -> float:
        """Width in mm along a unit vector (3,): 2 √(Σ (aᵢ nᵢ)²)."""
        return float(2 * np.linalg.norm(self.semi_axes * (normal @ self.directions)))

    def section_axes(self, normal: FloatArray) -> tuple[float, float]:
        """Full axes in mm of its greatest section across a unit vector (3,), the longer first.

        The section through the centre is an ellipse, whose semi-axes are 1/√λ of the quadratic form within the plane.
        """
        form = (self.directions / self.semi_axes**2) @ self.directions.T
        across = np.linalg.svd(normal[None, :])[2][1:]
        low, high = np.linalg.eigvalsh(across @ form @ across.T)
        return float(2 / np.sqrt(low)), float(2 / np.sqrt(high))

    def contains(self, points: FloatArray) -> BoolArray:
        """(...) whether points (..., 3) lie inside."""
        local = (points - self.centre) @ (self.directions / self.semi_axes)
        return np.asarray((local**2).sum(axis=-1) < 1)
