"""Bayes' rule over draws. Witnesses: closed forms of one draw, and two draws by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.evidence_model.posterior import credible_interval, mean_log_odds, probability


def test_one_draw_is_bayes_rule():
    """Closed form: odds 1/4 times a likelihood ratio of 8 are 2, which is a probability of 2/3."""
    log_ratio = np.log([[8.0]])
    assert probability(log_ratio, 0.2) == pytest.approx([2 / 3])
    assert mean_log_odds(log_ratio, 0.2) == pytest.approx([np.log(2)])
    assert credible_interval(log_ratio, 0.2) == pytest.approx(np.array([[2 / 3, 2 / 3]]))


def test_draws_are_averaged_as_probabilities_and_not_as_log_odds():
    """By hand at even odds: ratios 1 and 3 are ½ and ¾, in the mean 5/8."""
    log_ratio = np.log([[1.0, 3.0]])
    assert probability(log_ratio, 0.5) == pytest.approx([0.625])
    assert mean_log_odds(log_ratio, 0.5) == pytest.approx([np.log(0.625 / 0.375)])


def test_log_odds_stay_finite_where_the_probability_is_one():
    log_ratio = np.array([[60.0, 62.0]])
    assert probability(log_ratio, 0.5) == [1.0]
    assert 60 < mean_log_odds(log_ratio, 0.5)[0] < 62


def test_the_interval_leaves_a_fortieth_on_either_side():
    log_ratio = np.log(np.linspace(0.1, 10, 4001))[None]
    low, high = credible_interval(log_ratio, 0.5)[0]
    share = (1 / (1 + np.exp(-log_ratio)) < low).mean(), (1 / (1 + np.exp(-log_ratio)) > high).mean()
    assert share == pytest.approx((0.025, 0.025), abs=1e-3)
