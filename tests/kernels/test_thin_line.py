"""Lines in profiles. Witness: closed forms of boxes and of Gaussian ridges."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.thin_line import brightest_lines

X = np.linspace(-6, 6, 49)


def ridge(place: float, sigma: float, height: float = 50.0) -> np.ndarray:
    return height * np.exp(-0.5 * ((X - place) / sigma) ** 2)


@pytest.mark.parametrize("place", [-2.0, 0.0, 1.75])
@pytest.mark.parametrize("sigma", [0.4, 0.8])
def test_a_ridge_has_its_place_height_and_width(place, sigma):
    """A Gaussian is 2.355 σ wide at half of its height."""
    lines = brightest_lines(X, (20 + ridge(place, sigma))[None], 3.0, 3.0)
    assert lines.position[0] == pytest.approx(place, abs=0.06)
    assert lines.prominence[0] == pytest.approx(50, abs=1)
    assert lines.width[0] == pytest.approx(2.355 * sigma, abs=0.1)


def test_prominence_is_counted_from_the_higher_flank():
    profile = np.where(X < -0.1, 60.0, np.where(X < 1.4, 100.0, 10.0))
    assert brightest_lines(X, profile[None], 3.0, 3.0).prominence[0] == 40


def test_a_step_and_a_wide_layer_are_no_lines():
    step, layer = np.where(X < 0, 80.0, 10.0), np.where(np.abs(X - 2) < 4, 90.0, 10.0)
    assert brightest_lines(X, np.stack([step, layer]), 3.0, 3.0).prominence.tolist() == [0, 0]


def test_a_line_beyond_reach_is_not_seen():
    assert brightest_lines(X, ridge(4.5, 0.4)[None], 3.0, 1.0).prominence[0] < 1


def test_a_dark_line_is_a_bright_one_upside_down():
    lines = brightest_lines(X, -(100 - ridge(1.0, 0.5))[None], 3.0, 3.0)
    assert (lines.position[0], lines.prominence[0]) == (pytest.approx(1.0, abs=0.06), pytest.approx(50, abs=1))


def test_profiles_do_not_touch_each_other():
    one, other = 20 + ridge(-1, 0.5), 30 + ridge(2, 0.7)
    both = brightest_lines(X, np.stack([one, other]), 3.0, 3.0)
    alone = [brightest_lines(X, profile[None], 3.0, 3.0) for profile in (one, other)]
    for column in range(3):
        assert both[column].tolist() == [single[column][0] for single in alone]
