"""Walls and hollows against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.vertebral_wall import first_crossing, hollow_depth, mean_across, runs, smoothed_wall


def bitten(radius=8.0, depth=3.0, step=0.5):
    """A flat wall 9 mm away with a spherical bite: (n, m) heights and, in closed form, their depth."""
    s, x = np.meshgrid(np.arange(-12, 12, step), np.arange(-5, 5, step), indexing="ij")
    reach = np.maximum(radius**2 - s**2 - x**2, 0)
    deep = np.maximum(np.sqrt(reach) - (radius - depth), 0)
    return 9 + deep, deep


def test_a_spherical_bite():
    wall, deep = bitten()
    assert hollow_depth(wall) == pytest.approx(deep, abs=1e-9)


def test_a_slope_is_no_hollow():
    wall, deep = bitten()
    tilted = wall + 0.3 * np.arange(len(wall))[:, None]
    assert np.nanmax(np.abs(hollow_depth(tilted) - deep)) < 0.5  # the rims of a bite shift on a slope
    assert np.abs(hollow_depth(np.outer(np.arange(20.0), np.ones(3)))).max() < 1e-12


def test_smoothing_twice_keeps_a_hollow_and_takes_off_steps():
    """The hollow keeps its depth to a tenth; what alternates from row to row goes."""
    wall, deep = bitten()
    steps = wall + 0.4 * (-1) ** np.arange(len(wall))[:, None]
    smooth = smoothed_wall(steps, (2.0, 2.0))
    smooth = smooth + smoothed_wall(steps - smooth, (2.0, 2.0))
    inner = slice(8, -8)
    assert hollow_depth(smooth).max() == pytest.approx(deep.max(), rel=0.1)
    assert np.abs(np.diff(smooth - wall, axis=0))[inner].max() < 0.3


def test_gaps_stay_gaps_and_weigh_nothing():
    wall, _ = bitten()
    wall[10:12] = np.nan
    smooth = smoothed_wall(np.where(np.isnan(wall), np.nan, 7.0), (1.5, 1.5))
    assert np.isnan(smooth[10:12]).all()
    assert np.nanmax(np.abs(smooth - 7)) < 1e-9
    assert np.isnan(hollow_depth(wall)[10:12]).all()


def test_a_crossing_between_two_samples():
    """Closed form, to a tenth of a sample: shares of a half space whose border lies at 3.2 samples."""
    shares = np.clip(np.arange(8.0) - 2.7, 0, 1)[None, None]
    assert first_crossing(shares, 0, 0.5)[0, 0] == pytest.approx(0.5 * 3.2, abs=0.05)
    assert first_crossing(shares, 2, 0.5)[0, 0] == pytest.approx(0.5 * 1.2, abs=0.05)


def test_columns_side_by_side():
    depth = np.arange(12.0).reshape(2, 6)
    assert np.nanmax(mean_across(depth, 3)) == 10
    assert np.isnan(mean_across(depth, 7)).all()


def test_runs_at_both_ends():
    assert runs(np.array([True, False, False, True, True])) == [(0, 1), (3, 5)]
    assert runs(np.zeros(3, dtype=bool)) == []
