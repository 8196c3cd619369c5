"""Planted leaks are caught. Witnesses: the leak that was planted, and the same table without it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.pipelines import TopFeatures, candidates
from pnst.classification.settings import TrainSettings
from pnst.classification.training.cross_validation import held_out_log_odds, outer_splits
from pnst.classification.training.fitting import fit_calibrated, grouped_splits, held_out_scores
from pnst.classification.training.leakage import (
    _separation_probability,
    naming_features,
    repeated_rows,
    separating_features,
)
from pnst.classification.training.train import train
from pnst.errors import InputError


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def learn(table: pd.DataFrame, **words):
    return train(table, "malignant", "patient", settings=QUICK, **words)


class TestColumns:
    @pytest.mark.parametrize(
        "leak",
        [
            lambda y, _: y,
            lambda y, _: 1 - y,
            lambda y, rng: 20 + 5 * y + rng.random(len(y)),
            lambda y, rng: np.where(rng.random(len(y)) < 0.3, np.nan, y),
            lambda y, rng: np.where(y == 1, rng.random(len(y)), np.nan),
        ],
        ids=["copy", "opposite", "shifted", "copy with gaps", "only in malignant"],
    )
    def test_a_copy_of_the_diagnosis_is_refused(self, leak, rng):
        table = cohort()
        table["grade"] = leak(table["malignant"].to_numpy(), rng)
        with pytest.raises(InputError, match=r"separates the classes without a single error.*got: grade"):
            learn(table)

    def test_a_finding_that_the_user_answers_for_is_taken_with_a_warning(self):
        table = cohort()
        table["grade"] = table["malignant"]
        model = learn(table, accept_separating=["grade"])
        assert any("grade alone separates" in text and "accepted" in text for text in model.card.warnings)

    def test_a_misspelt_column_is_not_accepted(self):
        with pytest.raises(InputError, match="no feature; got: invasoin"):
            learn(cohort(), accept_separating=["invasoin"])

    def test_another_name_of_the_patient_is_said(self):
        """A second number of the patient against the age, which patients share, and where each has one lesion."""
        table = cohort()
        groups = pd.factorize(table["patient"])[0]
        matrix = np.column_stack([groups * 7.0, groups % 9.0, table["heterogeneity.variation_t1"], groups * np.nan])
        names = ("mrn", "age", "variation", "empty")
        assert naming_features(matrix, names, groups) == ["mrn"]
        assert naming_features(matrix, names, np.arange(len(groups))) == []
        assert any("mrn: another name of the groups" in text for text in learn(table.assign(mrn=groups)).card.warnings)

    def test_an_honest_table_is_taken(self):
        assert not any("separates" in text for text in learn(cohort()).card.warnings)

    def test_what_chance_does_is_no_leak(self, rng):
        """Three against three: one feature in ten separates by chance."""
        malignant = np.arange(6) > 2
        matrix = np.stack([rng.random(6) for _ in range(40)] + [malignant * 1.0], axis=1)
        probabilities = separating_features(matrix, [str(n) for n in range(41)], malignant)
        assert probabilities["40"] == 1.0

    def test_the_chance_is_counted(self):
        """Closed form against all orders of 2 + 3 lesions."""
        orders = list(permutations(range(5)))
        separated = [order for order in orders if set(order[:2]) in ({0, 1}, {3, 4})]
        assert _separation_probability(2, 3) == pytest.approx(len(separated) / len(orders))


class TestRows:
    def test_one_lesion_under_two_names_is_refused(self):
        table = cohort()
        again = table.iloc[[4]].assign(patient="another")
        with pytest.raises(InputError, match=r"one lesion under two names; got: 1 such rows, the first are 5 and 91"):
            learn(pd.concat([table, again], ignore_index=True))

    def test_one_lesion_twice_in_its_group_is_not(self):
        table = cohort()
        learn(pd.concat([table, table.iloc[[4]]], ignore_index=True))

    def test_equal_signs_are_no_repetition(self, rng):
        signs = rng.integers(0, 2, (50, 2)).astype(float)
        assert repeated_rows(signs, np.arange(50)) == []
        detailed = np.column_stack([signs, np.arange(50.0)])
        detailed[9] = detailed[3]
        assert repeated_rows(detailed, np.arange(50)) == [(3, 9)]


class TestFolds:
    def test_no_group_is_in_both_parts(self, rng):
        groups = rng.integers(0, 30, 90)
        malignant = rng.random(30)[groups] < 0.4
        for train_rows, test_rows in grouped_splits(malignant, groups, 5, 1):
            assert not set(groups[train_rows]) & set(groups[test_rows])

    @pytest.mark.parametrize("kind", ["logistic", "boosting"])
    def test_nothing_of_a_held_out_fold_reaches_its_predictions(self, kind, rng):
        """Invariant: other features and labels of the fold leave the prediction of its first lesion as it was."""
        settings = QUICK.model_copy(update={"model": kind, "tree_counts": (5,), "screened": 2})
        matrix, malignant, groups, folds = _numbers()
        splits = outer_splits(malignant, groups, folds, QUICK)
        before, _ = held_out_log_odds(matrix, malignant, groups, splits, settings)
        first, others = np.flatnonzero(folds == 1)[0], np.flatnonzero(folds == 1)[1:]
        changed, flipped = matrix.copy(), malignant.copy()
        changed[others] = rng.normal(50, 9, changed[others].shape)
        flipped[others] = ~flipped[others]
        after, _ = held_out_log_odds(changed, flipped, groups, splits, settings)
        assert after[first] == before[first]

    def test_the_invariant_says_no_when_imputing_stands_outside_the_folds(self, rng):
        matrix, malignant, groups, folds = _numbers()
        splits = outer_splits(malignant, groups, folds, QUICK)
        first, others = np.flatnonzero(folds == 1)[0], np.flatnonzero(folds == 1)[1:]
        matrix[first, 0] = np.nan
        changed = matrix.copy()
        changed[others] = rng.normal(50, 9, changed[others].shape)
        before, after = (
            held_out_log_odds(SimpleImputer().fit_transform(x), malignant, groups, splits, QUICK)[0][first]
            for x in (matrix, changed)
        )
        assert before != after

    def test_choosing_features_inside_the_folds_finds_nothing_in_noise(self, rng):
        """2,000 columns of noise, the best 10 kept: the held-out area is one half; chosen outside it looks like .9."""
        noise, malignant = rng.standard_normal((60, 2000)), np.arange(60) < 30
        settings = TrainSettings(model="boosting", tree_counts=(40,), screened=10, least_in_leaf=5)
        (_, pipeline), *_ = candidates(settings)
        splits = grouped_splits(malignant, np.arange(60), 5, 1)
        inside = held_out_scores(pipeline, noise, malignant, splits)
        chosen = TopFeatures(10).fit(noise, malignant).transform(noise)
        outside = held_out_scores(pipeline, chosen, malignant, splits)
        assert _area(inside, malignant) < 0.65
        assert _area(outside, malignant) > 0.75


def test_calibration_is_inside_too(rng):
    """A model of noise is calibrated to the share of malignant lesions, not to what it learnt by heart."""
    noise, malignant = rng.standard_normal((60, 300)), np.arange(60) < 20
    fitted = fit_calibrated(noise, malignant, np.arange(60), TrainSettings(inverse_penalties=(10.0,)))
    by_heart = fitted.pipeline.decision_function(noise)
    assert _area(by_heart, malignant) == 1.0
    assert fitted.slope < 0.3


def _numbers():
    table = cohort()
    groups = pd.factorize(table["patient"])[0]
    matrix = table.iloc[:, 2:6].to_numpy(dtype=float).copy()
    return matrix, table["malignant"].to_numpy() == 1, groups, groups % 3


def _area(scores, malignant) -> float:
    return float(np.mean(scores[malignant][:, None] > scores[~malignant]))
