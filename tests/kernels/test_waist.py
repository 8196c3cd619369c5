"""Sections and waists of bodies against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import ellipsoid, fused, icosphere, mesh_of, tilted
from pnst.kernels.waist import section_areas, waist_ratio

TURN = tilted()


def test_sections_of_a_ball():
    """Closed form: π (1 − h²)."""
    heights = np.array([-0.83, -0.41, 0.013, 0.77, 1.5])
    areas = section_areas(icosphere(4), TURN[:, 0], heights)
    assert areas == pytest.approx(np.pi * np.maximum(1 - heights**2, 0), rel=0.006, abs=1e-9)


def test_sections_far_from_the_origin():
    mesh = mesh_of(ellipsoid(9, 6, 14), TURN, (-180.0, 95.0, 310.0), level=4)
    axis = TURN[:, 2]
    at = float(np.array((-180.0, 95.0, 310.0)) @ axis)
    assert section_areas(mesh, axis, np.array([at + 0.01]))[0] == pytest.approx(np.pi * 54, rel=0.005)


@pytest.mark.parametrize("apart", [1.4, 1.7])
def test_two_balls_with_a_neck(apart):
    """Closed form: radius² of the neck is R² − (half of the distance)²."""
    mesh = mesh_of(fused(10, apart), TURN, (30.0, -12.0, 80.0), level=5)
    assert waist_ratio(mesh, TURN[:, 0]) == pytest.approx(1 - apart**2 / 4, rel=0.05)


def test_a_body_without_a_waist():
    assert waist_ratio(mesh_of(ellipsoid(8, 9, 20), TURN, level=4), TURN[:, 2]) == 1
    assert waist_ratio(mesh_of(fused(10, 1.7), TURN, level=4), TURN[:, 1]) == 1
