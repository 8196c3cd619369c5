"""Training on a cohort. Witnesses: invariants, simulated cohorts whose answer is known, the model's own files."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.settings import TrainSettings
from pnst.classification.training.train import train
from pnst.errors import InputError, SettingError

UNFOLDED = QUICK.model_copy(update={"folds": None})
"""Where the table gives the folds."""


def learn(table, settings=QUICK, **words):
    return train(table, "malignant", "patient", settings=settings, **words)


@pytest.fixture(scope="module")
def model():
    return learn(cohort())


def test_the_same_seed_the_same_model(model):
    again = learn(cohort())
    matrix = np.random.default_rng(0).random((5, len(model.features)))
    assert (again.log_odds(matrix) == model.log_odds(matrix)).all()
    assert (again.spread(matrix) == model.spread(matrix)).all()
    assert again.held_out == model.held_out


def test_the_order_of_the_columns_does_not_matter_to_the_names(model):
    table = cohort()
    assert set(learn(table[table.columns[::-1]]).features) == set(model.features)


@pytest.mark.parametrize("kind", ["logistic", "boosting", "evidence-offset"])
def test_a_signal_is_found(kind):
    """The class acts on three columns by an SD or more each: the held-out area is far above one half."""
    performance = learn(cohort(150), QUICK.model_copy(update={"model": kind})).card.performance
    assert performance.auc > 0.8
    assert performance.brier < performance.brier_of_prevalence


@pytest.mark.parametrize("kind", ["logistic", "boosting"])
def test_in_noise_nothing_is_found_and_the_probabilities_stay_moderate(kind):
    """Diagnoses shuffled: the area's interval holds one half, and few answers are sure of themselves."""
    table = cohort(150, missing=0)
    shuffled = np.random.default_rng(1).permutation(table["malignant"])
    model = train(table.assign(malignant=shuffled), "malignant", settings=QUICK.model_copy(update={"model": kind}))
    low, high = model.card.performance.auc_delong
    assert low < 0.5 < high
    assert model.card.performance.brier < 1.1 * model.card.performance.brier_of_prevalence


def test_probabilities_are_calibrated_on_new_patients():
    """The slope on 2,000 new lesions is near 1, though the penalty alone makes log-odds too small."""
    from pnst.classification.metrics.reliability import reliability
    from pnst.classification.training.features import feature_matrix

    model = learn(cohort(400), QUICK.model_copy(update={"inverse_penalties": (0.003,)}))
    new = cohort(2000, seed=9)
    matrix = feature_matrix(new, model.features)
    malignant = new["malignant"].to_numpy() == 1
    raw = reliability(expit(model.scorer.pipeline.decision_function(matrix)), malignant)
    calibrated = reliability(expit(model.log_odds(matrix)), malignant)
    assert raw.slope > 1.5
    assert calibrated.slope == pytest.approx(1, abs=0.2)


@pytest.mark.slow
def test_the_spread_is_that_of_other_cohorts():
    """The bootstrap's SD of the log-odds is, in the median, within a half of the SD over cohorts drawn anew."""
    from pnst.classification.training.features import feature_matrix

    settings = QUICK.model_copy(update={"inverse_penalties": (0.1,), "replicates": 15, "folds": 2})
    names = ["size.longest_diameter_mm", "edema.max_extent_mm", "age"]
    models = [learn(cohort(150, seed=seed, missing=0), settings, features=names) for seed in range(8)]
    matrix = feature_matrix(cohort(40, seed=99, missing=0), names)
    among = np.std([m.log_odds(matrix) for m in models], axis=0, ddof=1)
    within = np.mean([m.spread(matrix) for m in models], axis=0)
    assert 0.67 < np.median(within / among) < 1.5


class TestFolds:
    def test_given_folds_are_used(self):
        table = cohort()
        table["fold"] = table["patient"].str[1:].astype(int) % 4
        card = learn(table, UNFOLDED, split="fold").card
        assert card.performance.folds == 4
        assert card.data.split == "fold"
        assert "fold" not in {feature.name for feature in card.features}

    def test_a_fold_without_which_a_class_is_lacking(self):
        table = cohort().assign(fold=lambda t: t["malignant"])
        with pytest.raises(InputError, match="without both classes"):
            train(table, "malignant", split="fold", settings=UNFOLDED)

    def test_a_number_of_folds_beside_them_is_refused(self):
        table = cohort().assign(fold=lambda t: t["patient"].str[1:].astype(int) % 4)
        with pytest.raises(SettingError, match="the folds are given twice; got: a number of folds, 3"):
            learn(table, split="fold")

    def test_fewer_than_asked_for_stand_on_the_card(self, model):
        table = cohort()
        few = table[(table["malignant"] == 0) | (np.cumsum(table["malignant"]) <= 5)]
        groups = few.loc[few["malignant"] == 1, "patient"].nunique()
        card = learn(few, QUICK.model_copy(update={"least_groups": 3, "folds": 9})).card
        assert card.performance.folds == groups
        assert any(text.startswith(f"{groups} outer folds instead of 9") for text in card.warnings)
        assert not any("folds instead" in text for text in model.card.warnings)


class TestIdleWords:
    """What was asked for and changes nothing is said on the card."""

    def test_the_evidence_score_beside_its_own_offset(self, model):
        names = ["age", "edema.max_extent_mm"]
        offset = QUICK.model_copy(update={"model": "evidence-offset"})
        warned = learn(cohort(), offset, features=names, evidence_score=True).card
        plain = learn(cohort(), offset, features=names).card
        assert set(warned.warnings) - set(plain.warnings) == {
            "the evidence score was asked for, and evidence-offset has it in any case"
        }
        assert warned.features == plain.features

    def test_a_feature_that_was_accepted_and_separates_nothing(self, model):
        card = learn(cohort(), accept_separating=["age"]).card
        assert set(card.warnings) - set(model.card.warnings) == {
            "age: accepted as separating, and does not separate the classes"
        }


class TestRefusals:
    def test_too_few_events(self):
        table = cohort()
        few = table[(table["malignant"] == 0) | (np.cumsum(table["malignant"]) <= 6)]
        with pytest.raises(InputError, match=r"too few lesions to learn from; got: \d+ groups with a malignant"):
            learn(few)
        learn(few, QUICK.model_copy(update={"least_groups": 3}))

    def test_an_offset_with_nothing_to_correct_it(self):
        with pytest.raises(InputError, match="no feature to correct it"):
            learn(cohort(), QUICK.model_copy(update={"model": "evidence-offset"}), features=["evidence.log_odds"])

    def test_settings_are_checked(self):
        for wrong in ({"model": "forest"}, {"folds": 1}, {"replicates": 2}, {"depth": 3}):
            with pytest.raises(ValueError, match="validation error"):
                TrainSettings(**wrong)


def test_without_groups_a_warning_stands_on_the_card():
    card = train(cohort(), "malignant", features=["age", "edema.max_extent_mm"], settings=QUICK).card
    assert any("no column of groups" in text for text in card.warnings)
    assert card.data.group_count == 90


@pytest.mark.parametrize("kind", ["logistic", "boosting", "evidence-offset"])
def test_a_feature_that_hardly_any_lesion_has(kind):
    """It is empty in most training parts and resamples; the others are learnt from all the same."""
    table = cohort(60)
    table["rare"] = np.where(np.isin(np.arange(60), [3, 40]), np.arange(60) / 7, np.nan)
    model = train(table, "malignant", "patient", settings=QUICK.model_copy(update={"model": kind, "tree_counts": (5,)}))
    assert "rare" in model.features
    assert model.card.performance.auc > 0.6
