"""Calibration. Witnesses: closed forms and tables made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit

from pnst.classification.metrics.reliability import reliability


def two_levels():
    """40 lesions at probability .2, 8 of them malignant; 20 at .6, 15 malignant."""
    probability = np.repeat([0.2, 0.6], [40, 20])
    malignant = np.concatenate([np.arange(40) < 8, np.arange(20) < 15])
    return probability, malignant


class TestReliability:
    def test_two_levels_have_a_slope_by_hand(self):
        """Closed form: the line through (logit .2, logit 8/40) and (logit .6, logit 15/20)."""
        result = reliability(*two_levels())
        slope = (logit(15 / 20) - logit(8 / 40)) / (logit(0.6) - logit(0.2))
        assert result.slope == pytest.approx(slope, abs=1e-7)
        assert result.line == pytest.approx((slope, logit(0.2) - slope * logit(0.2)), abs=1e-6)
        assert result.slope_interval[0] < slope < result.slope_interval[1]

    def test_probabilities_shifted_by_a_constant_have_it_as_intercept(self):
        """Closed form: 30 of 100 malignant at probability .1 everywhere."""
        result = reliability(np.full(100, 0.1), np.arange(100) < 30)
        assert result.intercept == pytest.approx(logit(0.3) - logit(0.1), abs=1e-8)
        assert result.slope is None

    def test_calibrated_probabilities_have_slope_one_and_intercept_zero(self):
        rng = np.random.default_rng(0)
        probability = rng.beta(1, 2, 4000)
        result = reliability(probability, rng.random(4000) < probability)
        assert result.slope == pytest.approx(1, abs=0.12)  # three standard errors
        assert result.intercept == pytest.approx(0, abs=0.12)

    def test_probabilities_too_extreme_have_a_slope_below_one(self):
        rng = np.random.default_rng(0)
        log_odds = rng.normal(0, 1, 4000)
        malignant = rng.random(4000) < 1 / (1 + np.exp(-log_odds))
        assert reliability(1 / (1 + np.exp(-2 * log_odds)), malignant).slope_interval[1] < 0.6

    def test_brier_by_hand(self):
        result = reliability(np.array([0.9, 0.2, 0.5, 0.0]), np.array([True, False, True, False]))
        assert result.brier == pytest.approx((0.01 + 0.04 + 0.25 + 0) / 4)
        assert result.brier_of_prevalence == pytest.approx(0.25)

    def test_separated_classes_have_no_slope(self):
        result = reliability(np.linspace(0.1, 0.9, 20), np.arange(20) > 9)
        assert (result.slope, result.slope_interval, result.line) == (None, None, None)

    def test_bins_hold_every_lesion_once(self):
        rng = np.random.default_rng(1)
        probability, malignant = rng.random(57), rng.random(57) < 0.5
        bins = reliability(probability, malignant).bins
        assert len(bins) == 5
        assert sum(one.malignant.total for one in bins) == 57
        assert sum(one.malignant.count for one in bins) == malignant.sum()
        assert np.all(np.diff([one.mean_probability for one in bins]) > 0)
