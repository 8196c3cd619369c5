"""Changes and their intervals. Witness: closed forms, and the share of drawn pairs whose interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.measurement.growth.change import IntervalEstimate, change_fraction, change_interval


def test_a_change_is_a_share_of_what_was_before():
    assert change_fraction(IntervalEstimate(10.0), IntervalEstimate(12.0)) == pytest.approx(0.2)
    assert change_fraction(IntervalEstimate(12.0), IntervalEstimate(10.0)) == pytest.approx(-1 / 6)


def test_independent_errors_add_in_squares_on_the_logarithm():
    """Witness: closed form; ln of the ends is ln of the ratio ± √2 · ln 1.1."""
    low, high = change_interval(IntervalEstimate(10.0, (10 / 1.1, 11.0)), IntervalEstimate(12.0, (12 / 1.1, 13.2)))
    half = np.sqrt(2) * np.log(1.1)
    assert np.log1p([low, high]) == pytest.approx([np.log(1.2) - half, np.log(1.2) + half])


def test_lopsided_ends_go_to_the_side_that_they_speak_of():
    """A baseline that may be smaller makes the change larger, never smaller."""
    low, high = change_interval(IntervalEstimate(10.0, (5.0, 10.0)), IntervalEstimate(10.0, (10.0, 10.0)))
    assert (low, high) == (0.0, pytest.approx(1.0))


@pytest.mark.parametrize("before", [None, (0.0, 11.0)])
def test_without_an_interval_above_nothing_there_is_none(before):
    assert change_interval(IntervalEstimate(10.0, before), IntervalEstimate(12.0, (11.0, 13.0))) is None
    assert change_interval(IntervalEstimate(12.0, (11.0, 13.0)), IntervalEstimate(10.0, before)) is None


def test_the_interval_holds_the_truth_in_95_of_100():
    """Witness: 4000 drawn pairs of lognormal errors of 3 % and 5 %; half widths that add plainly would hold 99.3 %."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(4000):
        pair = []
        for truth, sd in ((10.0, 0.03), (12.0, 0.05)):
            value = truth * np.exp(rng.normal(0, sd))
            pair.append(IntervalEstimate(value, (value * np.exp(-1.96 * sd), value * np.exp(1.96 * sd))))
        low, high = change_interval(*pair)
        held += low <= 0.2 <= high
    assert 0.94 < held / 4000 < 0.96
