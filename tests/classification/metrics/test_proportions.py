"""Proportions and their exact intervals. Witnesses: scipy's exact test, a table counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from pnst.classification.metrics.proportions import Proportion, at_threshold


class TestProportions:
    @pytest.mark.parametrize(("count", "total"), [(0, 7), (34, 36), (19, 19), (5, 12)])
    def test_the_interval_is_exact(self, count, total):
        theirs = binomtest(count, total).proportion_ci(method="exact")
        assert Proportion.of(count, total).interval == pytest.approx((theirs.low, theirs.high), abs=1e-9)

    def test_of_nothing_there_is_no_share(self):
        assert Proportion.of(0, 0) == Proportion(0, 0, None, None)

    def test_a_table_by_hand(self):
        called = np.array([1, 1, 1, 0, 0, 0, 0], dtype=bool)
        malignant = np.array([1, 1, 0, 1, 0, 0, 0], dtype=bool)
        proportions = at_threshold(called, malignant)
        parts = (
            proportions.sensitivity,
            proportions.specificity,
            proportions.positive_predictive_value,
            proportions.negative_predictive_value,
        )
        assert [(part.count, part.total) for part in parts] == [(2, 3), (3, 4), (2, 3), (3, 4)]
