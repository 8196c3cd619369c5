"""The line through held-out scores. Witnesses: saturated tables and cohorts of a known line."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from pnst.classification.metrics.logistic import fit_logistic
from pnst.classification.training.calibrating_line import calibrating_line


def test_scores_that_rank_the_wrong_way_say_nothing():
    malignant = np.arange(20) < 8
    slope, intercept = calibrating_line(np.random.default_rng(0).normal(0, 0.1, 20) - malignant, malignant)
    assert slope == 0
    assert expit(intercept) == pytest.approx(8.5 / 21)


@pytest.mark.parametrize(("at_one", "at_zero"), [((8, 0), (0, 10)), ((6, 2), (3, 9))])
def test_two_scores_give_the_shares_with_half_a_lesion_more_of_each(at_one, at_zero):
    """Two by two, malignant and benign: Firth's penalty is half a lesion a cell, be the classes separated or not."""
    scores = np.repeat([1.0, 1.0, 0.0, 0.0], [*at_one, *at_zero])
    malignant = np.repeat([True, False, True, False], [*at_one, *at_zero])
    slope, intercept = calibrating_line(scores, malignant)
    assert expit(slope + intercept) == pytest.approx((at_one[0] + 0.5) / (sum(at_one) + 1), abs=1e-6)
    assert expit(intercept) == pytest.approx((at_zero[0] + 0.5) / (sum(at_zero) + 1), abs=1e-6)


def test_equal_scores_give_the_share():
    assert calibrating_line(np.zeros(10), np.arange(10) < 4) == (0, pytest.approx(np.log(4.5 / 6.5)))


def test_the_slope_is_unbiased_where_the_likelihoods_is_not():
    """600 cohorts of 40 of slope 2: the mean within .1, the likelihood's above by .2 or more, Platt's below."""
    rng = np.random.default_rng(1)
    lines = []
    for _ in range(600):
        scores = rng.standard_normal(40)
        malignant = rng.random(40) < expit(2 * scores)
        m, n = malignant.sum(), (~malignant).sum()
        design = np.column_stack([scores, np.ones(40)])
        smoothed = np.where(malignant, (m + 1) / (m + 2), 1 / (n + 2))
        likelihood = fit_logistic(design, malignant.astype(float))
        if likelihood.converged:
            platt = fit_logistic(design, smoothed).coefficients[0]
            lines.append((calibrating_line(scores, malignant)[0], likelihood.coefficients[0], platt))
    firth, plain, platt = np.mean(lines, axis=0)
    assert firth == pytest.approx(2, abs=0.1)
    assert plain > 2.2
    assert platt < 1.9


def test_it_does_not_depend_on_the_scale_of_the_scores():
    rng = np.random.default_rng(2)
    scores = rng.standard_normal(50)
    malignant = rng.random(50) < expit(scores)
    slope, intercept = calibrating_line(scores, malignant)
    moved = calibrating_line(1e4 * scores + 7e4, malignant)
    assert (moved[0] * 1e4, moved[1] + moved[0] * 7e4) == pytest.approx((slope, intercept), abs=1e-5)
