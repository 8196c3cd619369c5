"""Bayes' rule over draws. Witnesses: closed forms of one draw, two draws by hand, the sorted draws."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.evidence_model.posterior import Posterior, mean_log_odds, probability


def test_one_draw_is_bayes_rule():
    """Closed form: odds 1/4 times a likelihood ratio of 8 are 2, which is a probability of 2/3."""
    log_ratio = np.log([[8.0]])
    one = Posterior.of(log_ratio, 0.2)
    assert one.probability == pytest.approx([2 / 3])
    assert one.interval == pytest.approx(np.array([[2 / 3, 2 / 3]]))
    assert one.odds_factor == pytest.approx([8.0])
    assert mean_log_odds(log_ratio, 0.2) == pytest.approx([np.log(2)])


def test_draws_are_averaged_as_probabilities_and_not_as_log_odds():
    """By hand at even odds: ratios 1 and 3 are ½ and ¾, in the mean 5/8; their geometric mean is √3."""
    log_ratio = np.log([[1.0, 3.0]])
    assert probability(log_ratio, 0.5) == pytest.approx([0.625])
    assert mean_log_odds(log_ratio, 0.5) == pytest.approx([np.log(0.625 / 0.375)])
    assert Posterior.of(log_ratio, 0.5).odds_factor == pytest.approx([np.sqrt(3)])


def test_the_odds_factor_does_not_hang_on_the_prior_and_the_probability_does():
    log_ratio = np.log(np.random.default_rng(3).lognormal(1.0, 1.5, (2, 1001)))
    rare, common = Posterior.of(log_ratio, 0.01), Posterior.of(log_ratio, 0.5)
    assert np.array_equal(rare.odds_factor, common.odds_factor)
    assert np.array_equal(rare.odds_factor_interval, common.odds_factor_interval)
    assert np.all(rare.probability < common.probability)


def test_log_odds_stay_finite_where_the_probability_is_one():
    log_ratio = np.array([[60.0, 62.0]])
    assert probability(log_ratio, 0.5) == [1.0]
    assert 60 < mean_log_odds(log_ratio, 0.5)[0] < 62


def test_mean_and_interval_are_those_of_the_draws():
    """Witness: the draws' own probabilities and ratios, sorted: a fortieth on either side."""
    log_ratio = np.log(np.random.default_rng(3).lognormal(1.0, 1.5, (2, 1001)))
    ratios = np.sort(np.exp(log_ratio), axis=1)
    draws = 0.2 * ratios / (0.2 * ratios + 0.8)
    ours = Posterior.of(log_ratio, 0.2)
    assert ours.probability == pytest.approx(draws.mean(axis=1))
    assert ours.interval == pytest.approx(draws[:, [25, 975]])
    assert ours.odds_factor_interval == pytest.approx(ratios[:, [25, 975]])


def test_batches_are_joined_in_their_order():
    log_ratio = np.random.default_rng(4).standard_normal((5, 50))
    whole = Posterior.of(log_ratio, 0.3)
    joined = Posterior.joined([Posterior.of(part, 0.3) for part in (log_ratio[:2], log_ratio[2:])])
    assert np.array_equal(joined.interval, whole.interval)
    assert np.array_equal(joined.odds_factor, whole.odds_factor)
