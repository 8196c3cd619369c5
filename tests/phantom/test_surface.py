"""Quadrature points of the surface and the distance to it, against closed forms and a million points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pnst.phantom.harmonics import Term
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.surface import DistanceField, sample, weighted_quantile


def shape_of(**spec: Any) -> Shape:
    return Shape(LesionSpec(**spec), np.random.default_rng(7))


@pytest.mark.parametrize("epsilon", [0.03, 0.1])
def test_volume_of_a_sphere_with_an_odd_harmonic_is_a_closed_form(epsilon: float) -> None:
    # ∫ρ³/3 with ρ = 1 + εY, mean Y = 0, mean Y² = 1, mean Y³ = 0 for odd degree: 4/3·π·r³·(1 + 3ε²)
    shape = shape_of(radii_mm=(15, 15, 15), harmonics=(Term(3, 2, epsilon),))
    surface = sample(shape, 0.5)
    volume = 15**3 * float(surface.solid_angles @ shape.rho(surface.directions) ** 3) / 3
    assert volume == pytest.approx(4 / 3 * np.pi * 15**3 * (1 + 3 * epsilon**2), rel=1e-10)


def test_area_of_a_prolate_spheroid_is_a_closed_form() -> None:
    a, c = 10.0, 24.0
    e = np.sqrt(1 - a**2 / c**2)
    exact = 2 * np.pi * a**2 * (1 + c / (a * e) * np.arcsin(e))
    assert sample(shape_of(radii_mm=(a, a, c)), 0.5).areas.sum() == pytest.approx(exact, rel=1e-8)


def test_normals_point_outward_and_are_those_of_the_ellipsoid() -> None:
    radii = np.array([9.0, 14, 20])
    surface = sample(shape_of(radii_mm=tuple(radii)), 1.0)
    gradient = surface.points / radii**2
    gradient /= np.linalg.norm(gradient, axis=1)[:, None]
    np.testing.assert_allclose(surface.normals, gradient, atol=1e-8)


def test_distance_field_of_a_sphere_is_a_closed_form() -> None:
    field = DistanceField(shape_of(radii_mm=(16, 16, 16)), reach_mm=25)
    points = np.random.default_rng(0).uniform(-28, 28, size=(4000, 3))
    exact = np.linalg.norm(points, axis=1) - 16
    kept = (exact > -10) & (exact < 22)  # the centre is the sphere's medial axis
    assert np.abs(field(points[kept]) - exact[kept]).max() < 0.02


def test_distance_field_of_an_ellipsoid_against_the_nearest_of_a_million_points() -> None:
    from scipy.spatial import cKDTree

    shape = shape_of(radii_mm=(10, 14, 19))
    field = DistanceField(shape, reach_mm=25)
    tree = cKDTree(shape.surface(fibonacci(1_000_000)))
    points = fibonacci(500) * np.random.default_rng(1).uniform(22, 32, size=(500, 1))
    nearest, _ = tree.query(points)
    assert np.abs(field(points) - nearest).max() < 0.02


def test_weighted_quantiles_by_hand() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert weighted_quantile(values, np.array([1.0, 5.0, 1.0]), 0.5) == 1.0
    assert weighted_quantile(values, np.array([5.0, 1.0, 1.0]), 0.5) == 3.0
    assert weighted_quantile(values, np.array([1.0, 2.0, 3.0]), 0.75) == 2.0
