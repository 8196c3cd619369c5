"""Training on a cohort. Witnesses: invariants, simulated cohorts whose answer is known, the model's own files."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.special import expit

from classification.cohorts import QUICK, cohort
from pnst.classification.pipelines import TopFeatures
from pnst.classification.settings import TrainSettings
from pnst.classification.training.fitting import platt_scaling
from pnst.classification.training.model_card import ModelCard
from pnst.classification.training.model_folder import model_files
from pnst.classification.training.prediction import row_digests
from pnst.classification.training.train import train
from pnst.errors import InputError


def learn(table, settings=QUICK, **words):
    return train(table, "malignant", "patient", settings=settings, **words)


@pytest.fixture(scope="module")
def model():
    return learn(cohort())


class TestCard:
    def test_it_says_what_was_learnt_from(self, model):
        data = model.card.data
        table = cohort()
        assert (data.lesions, data.malignant) == (90, int(table["malignant"].sum()))
        assert (data.label, data.groups, data.group_count) == ("malignant", "patient", 72)
        assert model.card.prevalence == pytest.approx(table["malignant"].mean())
        assert model.features == (*table.columns[2:8], "location=limb", "location=trunk")
        by_name = {feature.name: feature for feature in model.card.features}
        adc = table["adc.mean_um2_per_ms"]
        assert by_name[adc.name].low == adc.min()
        assert by_name[adc.name].missing_fraction == pytest.approx(adc.isna().mean())

    def test_the_digest_is_of_the_data(self, model):
        assert learn(cohort()).card.data.digest == model.card.data.digest
        assert learn(cohort(seed=1)).card.data.digest != model.card.data.digest

    def test_performance_is_that_of_the_held_out_answers(self, model):
        """Witness: all pairs of the stored cross-validated answers."""
        table = cohort()
        digests = row_digests(
            table[list(table.columns[2:8])]
            .assign(limb=table["location"] == "limb", trunk=table["location"] == "trunk")
            .to_numpy(dtype=float)
        )
        p = np.array([model.held_out[digest] for digest in digests])
        malignant = table["malignant"].to_numpy() == 1
        assert model.card.performance.auc == pytest.approx(np.mean(p[malignant][:, None] > p[~malignant]))
        assert model.card.performance.brier == pytest.approx(np.mean((p - malignant) ** 2))
        low, high = model.card.performance.auc_bootstrap
        assert low < model.card.performance.auc < high

    def test_as_text_and_as_json(self, model):
        assert ModelCard.model_validate_json(model.card.to_json()) == model.card
        text = model.card.to_markdown()
        for part in ("not a medical device", model.card.data.digest, "scikit-learn", "`age`", "| AUC (DeLong) |"):
            assert part in text

    def test_no_patient_is_in_the_files(self, model):
        content = b"".join(model_files(model).values())
        assert not re.search(rb"P0\d\d", content)


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
        card = learn(table, split="fold").card
        assert card.performance.folds == 4
        assert card.data.split == "fold"
        assert "fold" not in {feature.name for feature in card.features}

    def test_a_fold_without_which_a_class_is_lacking(self):
        table = cohort().assign(fold=lambda t: t["malignant"])
        with pytest.raises(InputError, match="without both classes"):
            train(table, "malignant", split="fold", settings=QUICK)


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


def test_top_features_are_those_with_the_furthest_areas():
    """Witness: the area of each column by all pairs."""
    rng = np.random.default_rng(4)
    malignant = np.arange(40) < 15
    matrix = rng.standard_normal((40, 30)) + np.outer(malignant, rng.normal(0, 1, 30))
    areas = np.array([np.mean(x[malignant][:, None] > x[~malignant]) for x in matrix.T])
    assert TopFeatures(7).fit(matrix, malignant).kept_.tolist() == sorted(np.argsort(-abs(areas - 0.5))[:7])


@pytest.mark.parametrize("kind", ["logistic", "boosting", "evidence-offset"])
def test_a_feature_that_hardly_any_lesion_has(kind):
    """It is empty in most training parts and resamples; the others are learnt from all the same."""
    table = cohort(60)
    table["rare"] = np.where(np.isin(np.arange(60), [3, 40]), np.arange(60) / 7, np.nan)
    model = train(table, "malignant", "patient", settings=QUICK.model_copy(update={"model": kind, "tree_counts": (5,)}))
    assert "rare" in model.features
    assert model.card.performance.auc > 0.6


def test_trees_are_given_no_column_without_two_values():
    malignant = np.arange(20) % 2 == 0
    matrix = np.column_stack([np.full(20, np.nan), np.full(20, 3.0), malignant + 0.0])
    assert TopFeatures(3).fit(matrix, malignant).kept_.tolist() == [2]
    with pytest.raises(InputError, match="nothing to learn from; got: 2 features"):
        TopFeatures(3).fit(matrix[:, :2], malignant)
