"""Witnesses: the nearest of many points on the body's border; closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pnst.phantom.distances import cone, cord, cylinder, ellipsoid, elliptic_cylinder, fan, slab, tube
from pnst.phantom.sphere import fibonacci

POINTS = fibonacci(300) * np.linspace(3, 34, 300)[:, None]


def test_distance_to_a_cylinder_a_slab_and_a_tube_are_closed_forms() -> None:
    turned = np.array([1.0, 2.0, -2.0]) / 3
    np.testing.assert_allclose(cylinder(POINTS, (3, -4), 6), np.hypot(POINTS[:, 0] - 3, POINTS[:, 1] + 4) - 6)
    np.testing.assert_allclose(slab(POINTS, turned, 5.0, 3.0), np.abs(POINTS @ turned - 5) - 1.5)
    across = np.linalg.norm(np.cross(POINTS, turned), axis=1)
    np.testing.assert_allclose(tube(POINTS, turned, 2.5), across - 2.5, atol=1e-12)


def test_distance_to_a_broken_line_is_that_to_its_nearest_point() -> None:
    path = np.array([[0.0, 1, 2], [12, -5, 7], [15, 9, -3]])
    along = np.concatenate(
        [a + np.linspace(0, 1, 4001)[:, None] * (b - a) for a, b in ((path[0], path[1]), (path[1], path[2]))]
    )
    nearest = np.linalg.norm(POINTS[:, None] - along, axis=-1).min(axis=1)
    np.testing.assert_allclose(cord(POINTS, path, 1.5), nearest - 1.5, atol=1e-4)


def test_border_of_an_ellipsoid_is_exact_and_near_it_the_distance_is_too() -> None:
    from scipy.spatial import cKDTree

    radii = np.array([9.0, 14, 20])
    border = fibonacci(200_000) * radii
    np.testing.assert_allclose(ellipsoid(border, radii), 0, atol=1e-9)
    off = border[::500] * 1.03
    nearest, _ = cKDTree(border).query(off)
    np.testing.assert_allclose(ellipsoid(off, radii), nearest, rtol=0.05, atol=0.02)
    assert ellipsoid(np.zeros((1, 3)), radii)[0] == -9


def test_an_ellipsoid_scaled_is_one_of_scaled_axes() -> None:
    radii = np.array([9.0, 14, 20])
    np.testing.assert_allclose(ellipsoid(POINTS, radii, 0.4), ellipsoid(POINTS, 0.4 * radii), atol=1e-9)


def test_an_elliptic_cylinder_has_its_border_on_the_ellipse_at_any_height() -> None:
    phi = np.linspace(0, 6, 50)
    border = np.stack([4 + 23 * np.cos(phi), -2 + 17 * np.sin(phi), 40 * phi], axis=-1)
    np.testing.assert_allclose(elliptic_cylinder(border, (4, -2), (23, 17)), 0, atol=1e-9)


def test_planes_fan_out_from_their_axis_evenly() -> None:
    assert fan(np.array([[3.0, -1, 8]]), (3, -1), 3, 2.0)[0] == -1
    phi = np.radians(np.arange(0, 360, 0.25))
    ring = np.stack([20 * np.cos(phi), 20 * np.sin(phi), 0 * phi], axis=-1)
    assert np.count_nonzero(np.diff((fan(ring, (0, 0), 3, 2.0) < 0).astype(int)) == 1) == 6


@pytest.mark.parametrize("half_angle", [30.0, 90.0, 140.0])
def test_a_cone_is_entered_at_its_angle(half_angle: float) -> None:
    angles = np.radians(np.linspace(1, 179, 90))
    inside: Any = cone(np.cos(angles), np.full(90, 10.0), half_angle) < 0
    np.testing.assert_array_equal(inside, np.degrees(angles) < half_angle)
