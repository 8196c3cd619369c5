"""The growth curve. Witness: closed forms, numpy's weighted polyfit, coverage over drawn curves."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.measurement.growth.change import IntervalEstimate
from pnst.measurement.growth.curve import fit_curve


def sure(volume, share=0.02):
    half = np.exp(1.959964 * share)
    return IntervalEstimate(volume, (volume / half, volume * half))


def test_two_dates_double_in_closed_form():
    """Witness: 20 % in 100 days is ln 2 ÷ ln 1.2 · 100 days, and 1.2^3.6525 in a year."""
    curve = fit_curve([0, 100], [sure(10.0), sure(12.0)])
    assert curve.doubling_time_days == pytest.approx(100 * np.log(2) / np.log(1.2))
    assert curve.annual_change_fraction == pytest.approx(1.2**3.6525 - 1)
    half = 1.959964 * 0.02 * np.sqrt(2) / 100
    assert curve.rate_interval == pytest.approx((np.log(1.2) / 100 - half, np.log(1.2) / 100 + half), rel=1e-5)
    assert [curve.volume_ml(day) for day in (0, 100)] == pytest.approx([10.0, 12.0])


def test_what_shrinks_or_stays_has_no_doubling_time():
    for last in (10.0, 8.0):
        curve = fit_curve([0, 50], [sure(10.0), sure(last)])
        assert (curve.doubling_time_days, curve.doubling_time_interval) == (None, None)
        assert curve.annual_change_interval is not None


def test_growth_that_is_not_certain_has_no_upper_end():
    low, high = fit_curve([0, 50], [sure(10.0, 0.1), sure(11.0, 0.1)]).doubling_time_interval
    assert high is None
    assert low < 50 * np.log(2) / np.log(1.1)


def test_more_dates_are_weighted_by_their_intervals():
    """Witness: numpy.polyfit of the logarithms with weights 1 ÷ SD."""
    days, volumes, shares = [0, 40, 90, 200], [10.0, 10.9, 12.1, 15.0], [0.01, 0.05, 0.02, 0.03]
    curve = fit_curve(days, [sure(v, s) for v, s in zip(volumes, shares, strict=True)])
    rate, start = np.polyfit(days, np.log(volumes), 1, w=1 / np.array(shares))
    assert (curve.rate, curve.start) == pytest.approx((rate, start))


def test_scatter_beyond_the_intervals_widens():
    calm = fit_curve([0, 100, 200], [sure(10.0), sure(12.0), sure(14.4)])
    wild = fit_curve([0, 100, 200], [sure(10.0), sure(18.0), sure(14.4)])
    width = [high - low for low, high in (calm.rate_interval, wild.rate_interval)]
    assert width[1] > 5 * width[0]


@pytest.mark.parametrize("ends", [None, (0.0, 12.0), (10.0, 10.0)])
def test_a_volume_without_an_interval_leaves_the_rate_without_one(ends):
    curve = fit_curve([0, 100], [sure(10.0), IntervalEstimate(12.0, ends)])
    assert curve.rate_interval is curve.doubling_time_interval is curve.annual_change_interval is None
    assert curve.doubling_time_days == pytest.approx(380.18, abs=0.01)


def test_the_interval_holds_the_true_rate_in_95_of_100():
    """Witness: 2000 drawn pairs of volumes with lognormal errors of 4 %."""
    rng = np.random.default_rng(5)
    true = np.log(1.3) / 150
    held = 0
    for _ in range(2000):
        volumes = [sure(10.0 * np.exp(rate + rng.normal(0, 0.04)), 0.04) for rate in (0.0, true * 150)]
        low, high = fit_curve([0, 150], volumes).rate_interval
        held += low <= true <= high
    assert 0.935 < held / 2000 < 0.965
