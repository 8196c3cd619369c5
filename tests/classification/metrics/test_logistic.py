"""Newton's logistic regression. Witnesses: closed forms, and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from pnst.classification.metrics.logistic import fit_logistic
from pnst.classification.pipelines import OffsetLogistic


def test_a_constant_alone_is_the_logit_of_the_mean():
    """Closed form: logit(7/20), variance 1 ÷ (n·p·(1 − p))."""
    target = np.repeat([1.0, 0.0], [7, 13])
    fit = fit_logistic(np.ones((20, 1)), target)
    assert fit.coefficients == pytest.approx([logit(0.35)], abs=1e-9)
    assert fit.covariance[0, 0] == pytest.approx(1 / (20 * 0.35 * 0.65), rel=1e-6)


def test_a_two_by_two_table_gives_the_log_odds_ratio_and_woolfs_error():
    """Closed form: ln(ad/bc), variance 1/a + 1/b + 1/c + 1/d."""
    a, b, c, d = 12, 5, 4, 19
    sign = np.repeat([1.0, 1.0, 0.0, 0.0], [a, b, c, d])
    target = np.repeat([1.0, 0.0, 1.0, 0.0], [a, b, c, d])
    fit = fit_logistic(np.column_stack([sign, np.ones(len(sign))]), target)
    assert fit.coefficients[0] == pytest.approx(np.log(a * d / (b * c)), abs=1e-8)
    assert fit.covariance[0, 0] == pytest.approx(1 / a + 1 / b + 1 / c + 1 / d, rel=1e-6)


def test_an_offset_is_taken_as_given():
    """Closed form: with the right log-odds as offset there is nothing left to add."""
    offset = np.repeat([-1.0, 2.0], 100)
    fit = fit_logistic(np.ones((200, 1)), expit(offset + 0.4), offset=offset)
    assert fit.coefficients == pytest.approx([0.4], abs=1e-9)


def test_the_ridge_is_that_of_scikit_learn():
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((60, 4))
    target = rng.random(60) < expit(matrix[:, 0])
    theirs = LogisticRegression(C=0.2, tol=1e-10, max_iter=10_000).fit(matrix, target)
    ours = fit_logistic(np.column_stack([matrix, np.ones(60)]), target.astype(float), ridge=np.array([5.0] * 4 + [0]))
    assert ours.coefficients == pytest.approx([*theirs.coef_[0], theirs.intercept_[0]], abs=1e-5)


def test_separated_classes_have_no_maximum():
    x = np.arange(10.0)
    fit = fit_logistic(np.column_stack([x, np.ones(10)]), (x > 4.5).astype(float))
    assert not fit.converged
    assert np.isnan(fit.covariance).all()


class TestOffsetLogistic:
    def test_with_a_zero_offset_it_is_a_ridge(self):
        """Witness: scikit-learn, also with more features than lesions."""
        rng = np.random.default_rng(5)
        matrix = rng.standard_normal((30, 47))
        malignant = rng.random(30) < 0.5
        theirs = LogisticRegression(C=0.1, tol=1e-10, max_iter=10_000).fit(matrix, malignant)
        ours = OffsetLogistic(C=0.1).fit(np.column_stack([matrix, np.zeros(30)]), malignant)
        assert ours.coef_ == pytest.approx(theirs.coef_[0], abs=1e-5)
        assert ours.intercept_ == pytest.approx(theirs.intercept_[0], abs=1e-5)

    def test_a_strong_penalty_leaves_the_offset(self):
        rng = np.random.default_rng(6)
        matrix = np.column_stack([rng.standard_normal((40, 3)), rng.normal(0, 2, 40)])
        scores = OffsetLogistic(C=1e-9).fit(matrix, rng.random(40) < 0.5).decision_function(matrix)
        assert np.ptp(scores - matrix[:, -1]) < 1e-6
