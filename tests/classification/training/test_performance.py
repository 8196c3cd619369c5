"""Held-out performance. Witnesses: a model that knows nothing, noise, and the closed form of two normals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from pnst.classification.metrics.roc import delong
from pnst.classification.settings import TrainSettings
from pnst.classification.training.cross_validation import (
    fold_of_each,
    held_out_log_odds,
    one_class_folds,
    outer_splits,
)
from pnst.classification.training.performance import held_out_performance
from pnst.errors import InputError

LINE = TrainSettings(model="recalibrated", bootstrap=100)
QUICK = {"inner_folds": 2, "inverse_penalties": (0.1,), "tree_counts": (5,), "bootstrap": 100}


def areas(scores, malignant, settings):
    """Within folds, and over all pairs, as it was until the folds were told apart."""
    groups = np.arange(len(malignant))
    splits = outer_splits(malignant, groups, None, settings)
    log_odds, _ = held_out_log_odds(scores, malignant, groups, splits, settings)
    within = delong(log_odds[None], malignant, fold_of_each(splits)).areas[0]
    return within, delong(log_odds[None], malignant).areas[0]


def test_a_model_that_knows_the_share_alone_reads_exactly_one_half():
    """37 lesions of 5 folds: those left to a fold are fewer where its model has seen more. All pairs read .45."""
    malignant, groups = np.random.default_rng(0).permutation(np.arange(37) < 12), np.arange(37)
    splits = outer_splits(malignant, groups, None, LINE)
    share = np.empty(37)
    for train_rows, test_rows in splits:
        share[test_rows] = malignant[train_rows].mean()
    log_odds = np.log(share / (1 - share))
    performance = held_out_performance(log_odds, malignant, groups, fold_of_each(splits), [{}] * 5, LINE)
    assert performance.auc == 0.5
    assert delong(log_odds[None], malignant).areas[0] < 0.46


@pytest.mark.slow  # of one cohort it is exact: a model that knows the share alone
@pytest.mark.parametrize("lesions", [30, 60, 200])
def test_noise_reads_one_half(lesions):
    """The mean of many cohorts within .02 of one half, by far more than its error; over all pairs it is below."""
    rng = np.random.default_rng(1)
    found = [
        areas(rng.normal(size=(lesions, 1)), rng.permutation(np.arange(lesions) < 0.35 * lesions), LINE)
        for _ in range(400)
    ]
    within, pooled = np.mean(found, axis=0)
    error = np.std(found, axis=0, ddof=1)[0] / 20
    assert error < 0.007
    assert within == pytest.approx(0.5, abs=0.02)
    assert pooled < within


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["logistic", "boosting", "evidence-offset"])
def test_noise_reads_one_half_by_any_model(kind):
    rng = np.random.default_rng(2)
    settings = TrainSettings(model=kind, **QUICK)
    found = [areas(rng.normal(size=(60, 2)), rng.permutation(np.arange(60) < 21), settings)[0] for _ in range(150)]
    assert np.std(found, ddof=1) / np.sqrt(150) < 0.01
    assert np.mean(found) == pytest.approx(0.5, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("separation", [0.7, 1.5])
def test_two_normals_have_the_area_of_the_closed_form(separation):
    """Φ(d ÷ √2) within 1 %, whatever line was fitted to the score."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(400):
        malignant = rng.permutation(np.arange(60) < 24)
        found.append(areas(rng.standard_normal((60, 1)) + separation * malignant[:, None], malignant, LINE)[0])
    assert np.mean(found) == pytest.approx(norm.cdf(separation / np.sqrt(2)), abs=0.01)


class TestOneClass:
    def test_a_fold_of_one_class_is_said(self):
        folds = np.repeat([0, 1, 2], [10, 10, 4])
        malignant = np.append(np.arange(20) % 2 == 0, np.zeros(4, dtype=bool))
        splits = outer_splits(malignant, np.arange(24), folds, LINE)
        (text,) = one_class_folds(splits, malignant)
        assert text.startswith("1 of 3 outer folds lack a class")
        assert text.endswith("leaves out their 4 lesions")
        assert list(one_class_folds(splits[:2], malignant)) == []

    def test_folds_that_all_are_of_one_class_are_refused(self):
        """Each lesion a fold: all pairs would read 0 for a model that knows the share alone."""
        with pytest.raises(InputError, match="no fold holds both classes"):
            outer_splits(np.arange(20) < 9, np.arange(20), np.arange(20), LINE)
