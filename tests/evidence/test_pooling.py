"""Random effects against a meta-analysis that is printed, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.evidence import published
from pnst.evidence.pooling import logit_with_half_count, random_effects


def signs(predictor: str) -> list[published.SignCounts]:
    return [row for row in published.sign_counts() if row.predictor == predictor]


class TestPooling:
    """Witness: the pooled odds ratios that the evidence file prints, by DerSimonian and Laird."""

    @staticmethod
    def pooled_odds_ratio(predictor: str):
        """Half a count is added only to a table with an empty cell, as usual for odds ratios."""
        rows = signs(predictor)
        malignant = np.array([(r.malignant_positive, r.n_malignant - r.malignant_positive) for r in rows], dtype=float)
        benign = np.array([(r.benign_positive, r.n_benign - r.benign_positive) for r in rows], dtype=float)
        cells = np.hstack([malignant, benign])
        cells += 0.5 * (cells == 0).any(axis=1, keepdims=True)
        fit = random_effects(np.log(cells[:, 0] * cells[:, 3] / cells[:, 1] / cells[:, 2]), (1 / cells).sum(axis=1))
        return np.exp(fit.mean + np.array([0, -1.96, 1.96]) * fit.standard_error), fit.i_squared

    def test_ill_defined_margin(self):
        ratios, i_squared = self.pooled_odds_ratio("margin_ill_defined")
        assert ratios == pytest.approx([9.5, 4.3, 20.9], rel=0.01)
        assert i_squared == 0

    def test_oedema(self):
        ratios, _ = self.pooled_odds_ratio("edema_present")
        assert ratios == pytest.approx([12.7, 1.9, 85], rel=0.01)

    def test_equal_estimates_do_not_scatter(self):
        fit = random_effects(np.array([1.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.2]))
        assert (fit.mean, fit.between_sd, fit.i_squared) == (1.0, 0.0, 0.0)

    def test_estimates_far_apart_scatter(self):
        """Closed form: with equal variances v, τ² = s² − v."""
        estimates, v = np.array([0.0, 1.0, 5.0]), 0.25
        fit = random_effects(estimates, np.full(3, v))
        assert fit.between_sd**2 == pytest.approx(estimates.var(ddof=1) - v)
        assert fit.standard_error == pytest.approx(np.sqrt((v + fit.between_sd**2) / 3))

    def test_half_a_count_goes_to_both_cells(self):
        estimate, variance = logit_with_half_count(np.array([0.0, 9.0]), np.array([12.0, 9.0]))
        assert np.exp(estimate) == pytest.approx([0.5 / 12.5, 9.5 / 0.5])
        assert variance == pytest.approx([2 + 1 / 12.5, 1 / 9.5 + 2])

    def test_a_fixed_spread_is_taken_as_given(self):
        assert random_effects(np.array([0.0, 9.0]), np.array([1.0, 1.0]), between_sd=0.6).between_sd == 0.6
