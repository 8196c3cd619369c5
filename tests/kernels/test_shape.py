"""Irregularity, sphericity and concavities against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from bodies import ellipsoid, fused, mesh_of, star, tilted
from pnst.kernels.hull import convex_hull, longest_diameter
from pnst.kernels.mesh import Mesh
from pnst.kernels.shape import concavities, deep_points, ellipsoid_distance, irregularity, sphericity


def test_ball_is_the_roundest_body():  # closed form
    mesh = mesh_of(ellipsoid(15, 15, 15), origin=(50, 60, 70))
    assert sphericity(mesh.volume_mm3, mesh.area_mm2) == pytest.approx(1, abs=5e-3)
    assert irregularity(mesh) < 1e-3


def test_ellipsoid_is_regular_however_long_and_tilted():  # closed form: 0
    assert irregularity(mesh_of(ellipsoid(30, 12, 9), tilted())) < 1.5e-3


@pytest.mark.parametrize(("order", "epsilon"), [(3, 0.05), (4, 0.1)])
def test_a_unit_rms_harmonic_reads_098_to_099_epsilon(order, epsilon):
    """Closed form: sin^l θ cos lφ is a spherical harmonic of degree l; scaled to unit RMS over the sphere."""
    u = np.random.default_rng(1).normal(size=(200_000, 3))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    rms = np.sqrt(np.mean((star(1.0, order, 1.0)(u) - 1) ** 2))
    measured = irregularity(mesh_of(star(24, order, epsilon / rms), tilted()))
    assert 0.97 * epsilon < measured < 1.0 * epsilon


def test_distance_to_an_ellipsoid_is_the_shortest():  # numerical minimisation, point by point
    axes = np.array([9.0, 5.0, 3.0])
    points = np.random.default_rng(2).normal(size=(25, 3)) * (6, 4, 3)
    distances = ellipsoid_distance(points, axes)

    def nearest(p: np.ndarray) -> float:
        def gap(angles: np.ndarray) -> float:
            t, f = angles
            return float(np.linalg.norm(axes * (np.sin(t) * np.cos(f), np.sin(t) * np.sin(f), np.cos(t)) - p))

        starts = [(t, f) for t in (0.4, 1.2, 2.0, 2.8) for f in (-2.5, -1.0, 0.5, 2.0)]
        return min(minimize(gap, s, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}).fun for s in starts)

    np.testing.assert_allclose(distances, [nearest(p) for p in points], atol=1e-5)


def test_distance_of_a_sphere_is_exact_even_at_its_centre_planes():  # closed form
    points = np.array([[0, 0, 7.0], [3, 0, 0], [0, 4, 3], [0, 0, 5]])
    np.testing.assert_allclose(ellipsoid_distance(points, np.full(3, 5.0)), [2, 2, 0, 0], atol=1e-6)


def counted(mesh: Mesh, limit: float) -> int:
    """Of a surface that is smooth already."""
    hull = convex_hull(mesh)
    return concavities(deep_points(mesh, hull, limit), mesh, hull, limit, 0.8 * limit)


@pytest.mark.parametrize(
    ("body", "count"),
    [(star(25, 4, 0.2), 4), (star(25, 5, 0.2), 5), (fused(18, 1.3), 1)],
    ids=["four lobes", "five lobes", "fused"],
)
def test_concavities_are_counted(body, count):  # closed form: n lobes → n, two fused balls → 1
    mesh = mesh_of(body, tilted())
    diameter, _ = longest_diameter(mesh.vertices)
    assert counted(mesh, 0.05 * diameter) == count


@pytest.mark.parametrize(
    "body", [ellipsoid(20, 14, 9), star(25, 3, 0.1), fused(18, 0.8)], ids=["ellipsoid", "star", "fused"]
)
def test_shallow_or_no_concavities_are_not_counted(body):  # saying no
    mesh = mesh_of(body, tilted())
    diameter, _ = longest_diameter(mesh.vertices)
    assert counted(mesh, 0.05 * diameter) == 0


def test_depth_under_the_hull_of_two_balls():  # closed form: R − √(R² − (d/2)²)
    mesh = mesh_of(fused(18, 1.3), tilted())
    depth = convex_hull(mesh).depth(mesh.vertices)
    assert depth.max() == pytest.approx(18 - np.sqrt(18**2 - (0.65 * 18) ** 2), abs=0.25)
