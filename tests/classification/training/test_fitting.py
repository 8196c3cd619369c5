"""Platt's scaling. Witnesses: Platt's smoothed targets in closed form, equal and reversed scores."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from pnst.classification.training.fitting import platt_scaling


class TestPlatt:
    def test_scores_that_rank_the_wrong_way_say_nothing(self):
        malignant = np.arange(20) < 8
        slope, intercept = platt_scaling(np.random.default_rng(0).normal(0, 0.1, 20) - malignant, malignant)
        assert slope == 0
        assert 0.3 < expit(intercept) < 0.5

    def test_separated_scores_have_a_finite_slope(self):
        """Platt's targets: the probabilities stop at 9/10 and 1/12, not at 1 and 0."""
        malignant = np.arange(18) < 8
        slope, intercept = platt_scaling(malignant.astype(float), malignant)
        assert expit(slope + intercept) == pytest.approx(9 / 10, abs=1e-6)
        assert expit(intercept) == pytest.approx(1 / 12, abs=1e-6)

    def test_equal_scores_give_the_share(self):
        assert platt_scaling(np.zeros(10), np.arange(10) < 4)[0] == 0
