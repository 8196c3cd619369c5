"""Closed forms of ellipsoids against each other, published values, and the exact meshes of `bodies`."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import ellipsoid, mesh_of, tilted
from pnst.kernels.ellipsoid import Ellipsoid
from pnst.kernels.hull import longest_diameter
from pnst.kernels.section import axial_diameters

UP = np.array([0.0, 0.0, 1.0])


def body(a, b, c, turn=None):
    return Ellipsoid(np.array([3.0, -8.0, 5.0]), np.array([a, b, c]), tilted() if turn is None else turn)


def test_a_ball_is_a_ball():
    ball = body(7, 7, 7)
    assert ball.area_mm2 == pytest.approx(4 * np.pi * 49)
    assert ball.volume_mm3 == pytest.approx(4 / 3 * np.pi * 343)
    assert ball.section_axes(UP) == pytest.approx((14, 14))
    assert ball.extent(tilted()[:, 0]) == pytest.approx(14)


@pytest.mark.parametrize(
    ("axes", "area"),
    [
        # Closed forms of spheroids: 2πa² (1 + (1 − e²)/e · artanh e) and 2πc² (1 + a/(c e) · arcsin e).
        ((5.0, 5.0, 2.0), 2 * np.pi * 25 * (1 + 0.16 / np.sqrt(0.84) * np.arctanh(np.sqrt(0.84)))),
        ((9.0, 4.0, 4.0), 2 * np.pi * 16 * (1 + 9 / (4 * np.sqrt(65 / 81)) * np.arcsin(np.sqrt(65 / 81)))),
    ],
)
def test_area_of_spheroids(axes, area):
    assert body(*axes).area_mm2 == pytest.approx(area, rel=1e-9)


def test_area_sections_and_extent_against_an_exact_mesh():
    """Another way: triangles with their corners on the surface, a little within it."""
    mesh = mesh_of(ellipsoid(16, 11, 7), tilted(), (3, -8, 5))
    exact = body(16, 11, 7)
    assert mesh.area_mm2 == pytest.approx(exact.area_mm2, rel=2e-3)
    assert mesh.area_mm2 < exact.area_mm2
    assert axial_diameters(mesh, UP)[:2] == pytest.approx(exact.section_axes(UP), rel=4e-3)
    assert np.ptp(mesh.vertices @ UP) == pytest.approx(exact.extent(UP), rel=2e-3)
    assert longest_diameter(mesh.vertices)[0] == pytest.approx(2 * exact.semi_axes[0], rel=2e-3)


def test_points_inside_and_outside():
    exact = body(16, 11, 7)
    tips = exact.centre + exact.directions.T * exact.semi_axes[:, None]
    assert exact.contains(exact.centre + 0.999 * (tips - exact.centre)).all()
    assert not exact.contains(exact.centre + 1.001 * (tips - exact.centre)).any()
