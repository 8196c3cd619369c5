"""Borders ray by ray."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.centre_line import line_through
from pnst.kernels.polar import (
    RADIUS_STEP_MM,
    RAYS,
    completed_radii,
    first_crossing,
    median_of,
    polar_points,
    smooth_radii,
)


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


def test_an_outline_that_is_moved_and_widened_is_completed_from_its_half():  # closed form
    angles = 2 * np.pi * np.arange(RAYS) / RAYS
    aside = 1.2 * np.exp(-(((np.arange(30) - 15) / 5.0) ** 2))[:, None]
    whole = 6 + 0.7 * np.cos(2 * angles) + aside * np.cos(angles) + 0.5 * aside
    seen = whole.copy()
    seen[11:19, 27:], seen[11:19, :9] = np.nan, np.nan
    assert completed_radii(seen) == pytest.approx(whole, abs=0.35)
    assert completed_radii(whole) == pytest.approx(whole)  # what is known stays


def test_a_section_of_which_nothing_is_seen_follows_its_neighbours():  # invariant
    radii = np.full((15, RAYS), 5.0)
    radii[7] = np.nan
    assert completed_radii(radii) == pytest.approx(np.full((15, RAYS), 5.0))
    assert np.isnan(completed_radii(np.full((3, RAYS), np.nan))).all()


def test_medians_pass_over_what_is_not_known():
    assert median_of(np.array([[np.nan, 4.0, 1.0, 9.0], [2.0, np.nan, np.nan, np.nan]])).tolist() == [4.0, 2.0]
