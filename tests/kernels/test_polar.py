"""Borders ray by ray."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.centre_line import line_through
from pnst.kernels.polar import RADIUS_STEP_MM, RAYS, first_crossing, polar_points, smooth_radii


def test_rays_lie_round_the_line():  # closed form
    line = line_through(np.array([[1.0, 2.0, 3.0], [5.0, 9.0, 30.0]]))
    points = polar_points(line, np.array([4.0, 9.0]), 6.0)
    arc, beside = line.project(points)
    assert points.shape == (2, RAYS, 25, 3)
    assert arc == pytest.approx(np.broadcast_to(np.array([4.0, 9.0])[:, None, None], arc.shape))
    assert np.linalg.norm(beside, axis=-1) == pytest.approx(np.broadcast_to(np.arange(25) * RADIUS_STEP_MM, arc.shape))


def test_crossings_lie_between_samples_and_after_their_start():  # closed form
    rows = np.array([[9.0, 1.0, 2.0, 4.0, 4.0], [5.0, 5.0, 3.0, 1.0, 0.0]])
    assert first_crossing(rows, np.array([3.0, 9.0]), np.ones(2), rising=True)[0] == 2.5
    assert np.isnan(first_crossing(rows, np.array([3.0, 9.0]), np.ones(2), rising=True)[1])
    assert first_crossing(rows, np.array([0.0, 2.0]), np.zeros(2), rising=False)[1] == 2.5


def test_gaps_and_outliers_are_filled_from_round_about():  # invariant
    radii = 4 + np.cos(2 * np.pi * np.arange(RAYS) / RAYS) * np.ones((20, 1))
    spoilt = radii.copy()
    spoilt[5:8, 3:6], spoilt[12, 20] = np.nan, 14.0
    assert smooth_radii(spoilt, 1.0, 1.0) == pytest.approx(radii, abs=0.2)
