"""Witnesses: closed forms of ellipsoids, spheres with a harmonic, and stars."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pnst.phantom.geometry import ellipsoid_distance, moments, shape_truth, size_truth
from pnst.phantom.harmonics import Term
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.surface import sample


def measured(**spec: Any) -> tuple[Shape, dict[str, Any]]:
    shape = Shape(LesionSpec(**spec), np.random.default_rng(1))
    surface = sample(shape, 0.6)
    body = moments(shape, surface)
    size = size_truth(shape, surface, body)
    return shape, size | shape_truth(shape, surface, body, size["longest_diameter_mm"])


RADII, TILT = (11.0, 16.0, 23.0), (25.0, -40.0, 15.0)


@pytest.fixture(scope="module")
def tilted() -> tuple[Shape, dict[str, Any]]:
    return measured(radii_mm=RADII, tilt_deg=TILT, centre_mm=(13, -7, 40))


def test_size_of_a_tilted_ellipsoid(tilted: tuple[Shape, dict[str, Any]]) -> None:
    shape, truth = tilted
    assert truth["longest_diameter_mm"] == pytest.approx(46, rel=1e-6)
    assert truth["volume_ml"] == pytest.approx(4 / 3 * np.pi * 11 * 16 * 23 / 1000, rel=1e-9)
    assert [truth[f"{axis}_axis_mm"] for axis in ("major", "minor", "least")] == pytest.approx([46, 32, 22], rel=1e-9)
    height = 2 * np.linalg.norm(shape.axes[2] * RADII)  # support of an ellipsoid along z, both ways
    assert truth["craniocaudal_mm"] == pytest.approx(height, rel=1e-3)


def test_axial_pair_of_a_tilted_ellipsoid_is_that_of_its_central_section(tilted: tuple[Shape, dict[str, Any]]) -> None:
    # x^T M x = 1 cut by z = 0: the semi-axes are the inverse roots of the eigenvalues of M's xy block.
    shape, truth = tilted
    quadric = shape.axes @ np.diag(1 / np.square(RADII)) @ shape.axes.T
    short, long = np.sort(1 / np.sqrt(np.linalg.eigvalsh(quadric[:2, :2])))
    assert truth["axial_diameter_mm"] == pytest.approx(2 * long, rel=1e-3)
    assert truth["axial_short_diameter_mm"] == pytest.approx(2 * short, rel=2e-3)


def test_shape_of_an_ellipsoid_is_regular_and_convex(tilted: tuple[Shape, dict[str, Any]]) -> None:
    _, truth = tilted
    p = 1.6075  # Knud Thomsen's area is within 1.1 %
    a, b, c = RADII
    area = 4 * np.pi * (((a * b) ** p + (a * c) ** p + (b * c) ** p) / 3) ** (1 / p)
    assert truth["surface_area_mm2"] == pytest.approx(area, rel=0.011)
    assert truth["irregularity"] == pytest.approx(0, abs=1e-6)
    assert truth["solidity"] == pytest.approx(1, abs=1e-6)
    assert truth["deep_lobulations_count"] == 0


def test_a_sphere_has_sphericity_one() -> None:
    _, truth = measured(radii_mm=(17, 17, 17))
    assert truth["sphericity"] == pytest.approx(1, abs=1e-9)
    assert truth["axial_diameter_mm"] == pytest.approx(34, rel=1e-3)


@pytest.mark.parametrize(("degree", "epsilon"), [(3, 0.05), (5, 0.05), (6, 0.1)])
def test_irregularity_of_a_sphere_with_one_harmonic(degree: int, epsilon: float) -> None:
    _, truth = measured(radii_mm=(18, 18, 18), harmonics=(Term(degree, 2, epsilon),))
    assert 0.97 * epsilon < truth["irregularity"] < epsilon


def test_low_degrees_are_absorbed_by_the_ellipsoid() -> None:
    _, truth = measured(radii_mm=(18, 18, 18), harmonics=(Term(2, 1, 0.05),))
    assert truth["irregularity"] < 0.01


@pytest.mark.parametrize(("lobes", "depth"), [(3, 0.5), (4, 0.3), (5, 0.25)])
def test_a_star_has_a_deep_lobulation_between_each_pair_of_lobes(lobes: int, depth: float) -> None:
    _, truth = measured(radii_mm=(18, 18, 18), lobes=lobes, lobe_depth=depth)
    assert truth["deep_lobulations_count"] == lobes
    assert truth["solidity"] < 0.95


def test_shallow_lobes_are_not_counted() -> None:
    _, truth = measured(radii_mm=(18, 18, 18), lobes=4, lobe_depth=0.15)
    assert truth["deep_lobulations_count"] == 0


def test_distance_to_an_ellipsoid_against_its_nearest_point_of_a_million() -> None:
    from scipy.spatial import cKDTree

    semi_axes = np.array([23.0, 16, 11])
    points = fibonacci(400) * np.linspace(2, 40, 400)[:, None]
    nearest, _ = cKDTree(fibonacci(1_000_000) * semi_axes).query(points)
    np.testing.assert_allclose(ellipsoid_distance(points, semi_axes), nearest, atol=0.01)
