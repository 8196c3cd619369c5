"""Noise of magnitude signal against draws from its definition."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.rician import MAX_LOG_BIAS, NOISE_GEOMETRIC_MEAN, channel_sd, log_bias, noise_floor

REAL, IMAGINARY = np.random.default_rng(7).normal(size=(2, 400_000))


@pytest.mark.parametrize("ratio", [1.4, 2.0, 2.7, 4.0])
def test_the_mean_log_of_a_magnitude_is_half_an_exponential_integral_too_high(ratio):  # closed form against draws
    drawn = np.log(np.hypot(ratio + REAL, IMAGINARY)).mean() - np.log(ratio)
    assert drawn == pytest.approx(float(log_bias(np.float64(ratio))), abs=0.003)


def test_the_correction_fades_where_it_is_left_out():  # at the fit's own threshold of 4 SD
    assert log_bias(np.float64(4.0)) < 5e-5
    assert log_bias(np.float64(2.0)) > 0.02


def test_a_signal_lost_in_noise_is_corrected_no_further():
    assert log_bias(np.float64(0.3)) == MAX_LOG_BIAS
    assert log_bias(np.float64(1.39)) < MAX_LOG_BIAS < log_bias(np.float64(1.37)) + 0.01


@pytest.mark.parametrize("ratio", [0.0, 1.0, 2.0, 4.0, 30.0])
def test_the_noise_is_told_from_magnitudes_at_any_level(ratio):  # draws
    drawn = 5 * np.hypot(ratio + REAL, IMAGINARY)
    assert channel_sd(float(drawn.std()), float(drawn.mean())) == pytest.approx(5, rel=0.025)  # flat at 0
    if ratio < 3:
        assert drawn.std() < 0.98 * 5  # what would be stated without


def test_an_image_without_noise_stays_without():
    assert channel_sd(0.0, 100.0) == 0


def test_the_geometric_mean_of_noise_alone():  # closed form against draws
    assert np.exp(np.log(np.hypot(REAL, IMAGINARY)).mean()) == pytest.approx(NOISE_GEOMETRIC_MEAN, rel=0.003)


@pytest.mark.parametrize("directions", [1, 3, 6, 20])
def test_noise_alone_lies_under_the_floor(directions):  # all but one in a hundred, in the mean of any directions
    means = np.exp(np.log(np.hypot(REAL, IMAGINARY)).reshape(-1, 20)[:, :directions].mean(axis=1))
    assert 0.95 < np.mean(means < noise_floor(directions, 3.0)) < 0.9999
    assert np.mean(means < noise_floor(directions, 1.5)) < 0.9  # a lower one lets noise through
