"""The area of a part of a surface against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import icosphere
from pnst.kernels.contact_area import area_below

AXIS = np.array([0.36, -0.48, 0.8])


@pytest.mark.parametrize("level", [-1.2, -0.7, 0.0, 0.31, 0.95, 1.2])
def test_a_cap_of_a_ball(level):
    """Closed form: 2π(1 + level) of the unit ball."""
    sphere = icosphere(4)
    cap = 2 * np.pi * (1 + np.clip(level, -1, 1))
    assert area_below(sphere, sphere.vertices @ AXIS, level) == pytest.approx(cap, rel=0.003, abs=1e-9)


def test_both_sides_make_the_whole():
    """Invariant, whatever the values."""
    sphere = icosphere(3)
    values = np.random.default_rng(0).normal(size=len(sphere.vertices))
    both = area_below(sphere, values, 0.2) + area_below(sphere, -values, -0.2)
    assert both == pytest.approx(sphere.area_mm2, rel=1e-12)
