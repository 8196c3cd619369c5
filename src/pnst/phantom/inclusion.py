"""Cysts, necrosis, blood and fat inside the simulated tumour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.harmonics import Term, evaluate, random_terms
from pnst.phantom.sphere import fibonacci, quadrature, unit_vectors
from pnst.phantom.tissue import Tissue
from pnst.phantom.vector import Vector
from pnst.typing import FloatArray

Included = Literal[Tissue.CYST, Tissue.NECROSIS, Tissue.BLOOD, Tissue.FAT]
DEGREES = range(2, 6)
"""Of the harmonics that make an inclusion irregular."""


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """A sphere of another tissue inside the tumour, or an irregular ball: cyst, necrosis, blood or fat.

    Fat may reach beyond the tumour's surface: a lobule that its border, and the lesion's contour, takes in.
    """

    tissue: Included
    radius_mm: float
    """Of the sphere of the same volume."""
    roughness: float = 0.0
    """Root-mean-square over the sphere of the random harmonics in its radius, as a share of it; 0: a sphere."""
    centre_mm: Vector = (0.0, 0.0, 0.0)
    """In the tumour's own axes, from its centre."""

    def __post_init__(self) -> None:
        require_min("inclusion.radius_mm", self.radius_mm, 0.1)
        require_range("inclusion.roughness", self.roughness, 0.0, 0.2)
        allowed: tuple[Tissue, ...] = get_args(Included)
        names = ", ".join(tissue.name.lower() for tissue in allowed)
        require(self.tissue in allowed, "inclusion.tissue", self.tissue.name.lower(), names)


@dataclass(frozen=True, eq=False)
class Ball:
    """An inclusion with its random parts drawn: its radius towards s is `radius_mm` · ρ(s) · `scale`."""

    inclusion: Inclusion
    terms: tuple[Term, ...]
    scale: float
    """Keeps the volume that of the sphere, exactly."""
    slope: float
    """How much faster than 1 mm a mm the distance to the surface along the radius may change."""

    @classmethod
    def draw(cls, inclusion: Inclusion, rng: np.random.Generator) -> Ball:
        """Harmonics of the roughness asked for; a sphere draws none, so that other random parts stay as they are."""
        if inclusion.roughness == 0:
            return cls(inclusion, (), 1.0, 1.0)
        terms = random_terms(DEGREES, inclusion.roughness, rng)
        scale = _mean_cube(terms) ** (-1 / 3)
        return cls(inclusion, terms, scale, _slope(terms))

    @property
    def centre(self) -> FloatArray:
        """(3,) local mm."""
        return np.asarray(self.inclusion.centre_mm, dtype=np.float64)

    @property
    def volume_mm3(self) -> float:
        """4/3·π·r³, whatever the roughness."""
        return float(4 / 3 * np.pi * self.inclusion.radius_mm**3)

    @property
    def reach_mm(self) -> float:
        """The surface's greatest distance from the centre."""
        return (
            float(np.linalg.norm(self.surface(fibonacci(4000)), axis=1).max())
            if self.terms
            else self.inclusion.radius_mm
        )

    def surface(self, directions: FloatArray) -> FloatArray:
        """(..., 3) mm from the centre, towards unit vectors (..., 3)."""
        return np.asarray(self._radius(directions)[..., None] * directions)

    def distance(self, local: FloatArray) -> FloatArray:
        """(n,) signed distance in mm of local points (n, 3); off the border of an irregular ball an underestimate."""
        offset = local - self.centre
        length = np.linalg.norm(offset, axis=-1)
        if not self.terms:
            return np.asarray(length - self.inclusion.radius_mm)
        beyond = length - self._radius(offset / np.maximum(length, 1e-9)[..., None])
        return np.asarray(beyond / self.slope)

    def _radius(self, directions: FloatArray) -> FloatArray:
        return np.asarray(self.inclusion.radius_mm * self.scale * (1 + evaluate(self.terms, directions)))


def _mean_cube(terms: tuple[Term, ...]) -> float:
    """Mean of ρ³ over the sphere, exact: the quadrature is, for polynomials of three times the greatest degree."""
    theta, phi, solid_angles = quadrature(2 * DEGREES.stop)
    rho = 1 + evaluate(terms, unit_vectors(theta, phi))
    return float((solid_angles * rho**3).sum() / (4 * np.pi))


def _slope(terms: tuple[Term, ...]) -> float:
    """Greatest |∇(r − ρ(s))| on the surface, by steps over it."""
    directions, step = fibonacci(4000), 1e-4
    rho = 1 + evaluate(terms, directions)
    square = np.zeros(len(directions))
    for axis in np.eye(3):
        moved = directions + step * axis
        moved /= np.linalg.norm(moved, axis=1)[:, None]
        square += ((1 + evaluate(terms, moved) - rho) / step) ** 2
    return float(np.sqrt(1 + (square / rho**2).max()))
