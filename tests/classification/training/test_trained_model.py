"""`assess(model=…)`. Witnesses: the model's own pipeline, the closed form of a shift of the prior."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from classification.simulated_cohorts import QUICK, cohort
from classification.test_assess import measured
from pnst.classification.assess import assess
from pnst.classification.explanation import explain
from pnst.classification.metrics.logistic import fit_logistic
from pnst.classification.settings import AT_PRIORS, AssessSettings
from pnst.classification.training.features import feature_matrix
from pnst.classification.training.train import train
from pnst.errors import InputError, SettingError

LESION = {
    "size.longest_diameter_mm": 80.0,
    "edema.max_extent_mm": 20.0,
    "adc.mean_um2_per_ms": 1.3,
    "heterogeneity.variation_t1": 0.4,
    "nf1": True,
    "age": 33.0,
    "location": "limb",
}


@pytest.fixture(scope="module")
def model():
    return train(cohort(), "malignant", "patient", settings=QUICK)


@pytest.fixture(scope="module")
def trees():
    settings = QUICK.model_copy(update={"model": "boosting", "tree_counts": (5,)})
    return train(cohort(), "malignant", "patient", settings=settings)


@pytest.fixture(scope="module")
def corrected():
    return train(cohort(), "malignant", "patient", settings=QUICK.model_copy(update={"model": "evidence-offset"}))


def with_settings(model, **changes):
    return assess(LESION, model=model, settings=AssessSettings(**changes))


def test_the_probability_is_the_calibrated_pipelines(model):
    a = assess(LESION, model=model)
    matrix = feature_matrix(pd.DataFrame([LESION]), model.features)
    log_odds, *drawn = (
        one.slope * one.pipeline.decision_function(matrix)[0] + one.intercept
        for one in (model.scorer, *model.replicates)
    )
    leans = model.card.leaning * (log_odds - logit(model.card.prevalence))
    spread = np.sqrt(np.var(drawn, ddof=1) + leans**2)
    assert 0 < model.card.leaning < 0.5
    assert a.probability == pytest.approx(expit(log_odds))
    assert a.interval == pytest.approx(expit([log_odds - 1.959964 * spread, log_odds + 1.959964 * spread]), abs=1e-6)
    assert a.prior == pytest.approx(model.card.prevalence)
    assert a.model == model.name
    assert a.abstained is None
    assert "trained on" in a.disclaimer


@pytest.mark.parametrize(("which", "kind"), [("trees", "boosting"), ("corrected", "evidence-offset")])
def test_a_model_without_an_interval_says_why(which, kind, request):
    """All of 0–1 stands for it, wherever the answer goes; a decision is then always within it."""
    model, reason = request.getfixturevalue(which), f"{kind} has no interval that holds"
    a = assess(LESION, model=model)
    assert a.interval == (0, 1)
    assert model.replicates == ()
    assert any(text.startswith(reason) for text in a.warnings)
    assert any(text.startswith(reason) for text in model.card.warnings)
    assert "decision probability" in with_settings(model, decision_probability=0.01).abstained


@pytest.mark.parametrize("which", ["model", "trees"])
def test_contributions_and_the_prior_sum_to_the_answer(which, request):
    a = assess(LESION, model=request.getfixturevalue(which), prior=0.1)
    assert sum(a.contributions.values()) + logit(a.prior) == pytest.approx(logit(a.probability), abs=1e-9)


def test_a_linear_models_contributions_are_its_terms(model):
    """Raising one feature by one of its SDs adds slope × coefficient."""
    scale = model.scorer.pipeline[-2].scale_[1]
    more = {**LESION, "edema.max_extent_mm": LESION["edema.max_extent_mm"] + scale}
    one, other = (assess(columns, model=model).contributions for columns in (LESION, more))
    assert other["edema.max_extent_mm"] - one["edema.max_extent_mm"] == pytest.approx(
        model.scorer.slope * model.scorer.pipeline[-1].coef_[0, 1]
    )
    assert other["age"] == one["age"]


def test_another_prior_shifts_the_log_odds(model):
    here, there = assess(LESION, model=model), assess(LESION, model=model, prior=0.05)
    shift = logit(0.05) - logit(model.card.prevalence)
    assert logit(there.probability) - logit(here.probability) == pytest.approx(shift, abs=1e-9)
    assert there.prior == 0.05
    assert with_settings(model, prior=0.05).probability == pytest.approx(there.probability)
    for prior in AT_PRIORS:
        assert here.at_priors[prior] == pytest.approx(assess(LESION, model=model, prior=prior).probability)


class TestForms:
    def test_a_mapping_a_table_and_measurements_answer_alike(self, model):
        m = measured()
        patient = {"nf1": False, "age": 50, "location": "trunk"}
        a = assess(m, model=model, patient=patient)
        mapping = assess(m.columns(), model=model, patient=patient)
        table = assess(m.to_frame().assign(**{"heterogeneity.variation_t1": None}), model=model, patient=patient)
        assert a.probability == mapping.probability == table["probability"].iloc[0]
        answer = ["question", "class", "probability", "low", "high", "odds_factor", "abstained", "warnings"]
        assert list(table.columns) == answer
        assert (a.case_id, a.label) == ("case", "GTV")

    def test_a_table_keeps_its_index_and_each_row_is_its_own(self, model):
        table = cohort(12, seed=5).drop(columns="malignant").set_index("patient")
        assessed = assess(table, model=model)
        assert list(assessed.index) == list(table.index)
        one = assess(table.iloc[3].to_dict(), model=model)
        assert assessed["probability"].iloc[3] == pytest.approx(one.probability, abs=1e-12)
        assert assessed["low"].iloc[3] == pytest.approx(one.interval[0], abs=1e-12)

    def test_a_readers_word_counts(self, model):
        told = assess(measured({"edema.max_extent_mm": 40.0}), model=model)
        assert (
            told.contributions["edema.max_extent_mm"]
            > assess(measured(), model=model).contributions["edema.max_extent_mm"]
        )

    def test_the_published_rules_stand_beside_it(self, model):
        a = assess(LESION, model=model, patient={"nf1": True})
        assert next(rule for rule in a.rules if rule.name == "Koike_adc_mean").result == "positive"

    def test_it_is_explained(self, model):
        text = explain(assess(LESION, model=model))
        assert "edema.max_extent_mm = 20" in text
        assert model.name in text
        assert "δ" not in text


class TestWarnings:
    def test_what_was_not_measured_is_named(self, model, trees):
        a = assess({"size.longest_diameter_mm": 80.0}, model=model)
        assert any(
            "7 of 8 features were not measured and were filled with the training median" in w for w in a.warnings
        )
        assert any("taken as empty" in w for w in assess({"age": 3.0}, model=trees).warnings)
        assert not any("not measured" in w for w in assess(LESION, model=model).warnings)

    def test_what_lies_outside_the_training_range_is_named(self, model):
        warnings = assess({**LESION, "age": 130.0}, model=model).warnings
        assert any(w.startswith("outside what the model was trained on: age = 130 (training") for w in warnings)
        assert not any("outside what" in w for w in assess(LESION, model=model).warnings)

    def test_nothing_measured_abstains(self, model):
        assert assess({}, model=model).abstained == "none of the model's features was measured"

    def test_the_interval_about_the_decision_abstains(self, model):
        a = assess(LESION, model=model)
        inside = with_settings(model, decision_probability=(a.interval[0] + a.probability) / 2)
        assert "decision probability" in inside.abstained
        assert with_settings(model, decision_probability=a.interval[0] / 2).abstained is None


class TestRefusals:
    def test_a_table_that_lacks_a_feature(self, model):
        with pytest.raises(InputError, match=r"lacks features of the model; got: no age, location"):
            assess(cohort().drop(columns=["age", "location"]), model=model)

    def test_a_misspelt_measurement_among_features(self, model):
        with pytest.raises(SettingError, match=r"'size\.longest_diameter_m'.*size\.longest_diameter_mm"):
            assess({"age": 34.0, "size.longest_diameter_m": 60.0}, model=model)
        with pytest.raises(SettingError, match=r"'override\.edema\.presnt'"):
            assess({"age": 34.0, "override.edema.presnt": True}, model=model)

    def test_a_mapping_of_strangers(self, model):
        with pytest.raises(SettingError, match="none of the columns is a feature"):
            assess({"adc.mean": 1.2}, model=model)

    def test_what_is_not_measurements(self, model):
        with pytest.raises(SettingError, match="list"):
            assess([1.0], model=model)

    def test_a_cell_that_is_no_number(self, model):
        with pytest.raises(InputError, match="'age' holds what it cannot"):
            assess({**LESION, "age": "old"}, model=model)


def test_the_spread_is_that_of_the_maximum_likelihood():
    """Witness: Wald's SD of the log-odds of an unpenalised fit, at seven places, within a third.

    Malignant and benign lesions drawn apart gave half of it in the middle, where the share of malignant ones decides.
    """
    rng = np.random.default_rng(5)
    x = rng.normal(size=300)
    table = pd.DataFrame({"y": rng.random(300) < expit(1.2 * x - 0.5), "x": x})
    settings = QUICK.model_copy(update={"inverse_penalties": (100.0,), "replicates": 60, "folds": 2})
    places = np.linspace(-1.5, 1.5, 7)
    design = np.column_stack([places, np.ones(7)])
    wald = fit_logistic(np.column_stack([x, np.ones(300)]), table["y"].to_numpy(dtype=float)).covariance
    expected = np.sqrt(np.einsum("ij,jk,ik->i", design, wald, design))
    ratio = train(table, "y", settings=settings).spread(places[:, None]) / expected
    assert ratio == pytest.approx(1, abs=0.33)


@pytest.mark.slow
def test_intervals_hold_the_true_probability():
    """Simulation: the log-odds is known; the 95 % intervals of 6 cohorts hold it in 80 % of places or more.

    `benchmarks/training.py` counts over more of them.
    """
    covered = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        x, z = rng.normal(size=(2, 150))
        table = pd.DataFrame({"y": rng.random(150) < expit(1.2 * x - 0.5), "x": x, "z": z})
        settings = QUICK.model_copy(update={"inverse_penalties": (1.0,), "replicates": 20, "folds": 2})
        new = pd.DataFrame({"x": np.linspace(-1.5, 1.5, 7), "z": 0.0})
        assessed = assess(new, model=train(table, "y", settings=settings))
        truth = expit(1.2 * new["x"] - 0.5)
        covered.append(((assessed["low"] <= truth) & (truth <= assessed["high"])).mean())
    assert np.mean(covered) >= 0.8


class TestFacts:
    """Facts about the patient among a trained model's features. Witness: the same facts in the cells."""

    BARE = {name: value for name, value in LESION.items() if name not in ("nf1", "age", "location")}  # noqa: RUF012
    PATIENT = {"nf1": True, "age": 33.0, "location": "limb"}  # noqa: RUF012

    @pytest.mark.parametrize("cell", [None, np.nan, ""])
    def test_they_fill_empty_cells(self, model, cell):
        expected = assess(LESION, model=model).probability
        assert assess(self.BARE, model=model).probability != expected
        empty = {**self.BARE, **dict.fromkeys(self.PATIENT, cell)}
        assert assess(empty, model=model, patient=self.PATIENT).probability == expected
        table = pd.DataFrame([empty, LESION])
        assert assess(table, model=model, patient=self.PATIENT)["probability"].tolist() == pytest.approx([expected] * 2)

    def test_they_may_say_what_the_cells_say(self, model):
        told = assess({**LESION, "age": 33}, model=model, patient=self.PATIENT)
        assert told.probability == assess(LESION, model=model).probability

    @pytest.mark.parametrize("other", [{"nf1": False}, {"age": 34}, {"location": "trunk"}])
    def test_they_may_not_contradict_a_cell(self, model, other):
        (name,) = other
        with pytest.raises(SettingError, match=name):
            assess(LESION, model=model, patient=other)
        with pytest.raises(SettingError, match="row 2"):
            assess(pd.DataFrame([{**LESION, name: None}, LESION]), model=model, patient=other)
        with pytest.raises(SettingError, match=name):
            assess({**self.BARE, f"override.{name}": LESION[name]}, model=model, patient=other)

    def test_those_that_are_no_features_are_named(self, model):
        few = train(cohort()[["edema.max_extent_mm", "age", "malignant"]], "malignant", settings=QUICK)
        columns = {"edema.max_extent_mm": 20.0}
        warned = assess(columns, model=few, patient=self.PATIENT).warnings
        assert [text for text in warned if "does not use" in text] == [
            "this model does not use nf1, location: facts that none of its features is"
        ]
        assert not any("does not use" in text for text in assess(columns, model=few, patient={"age": 40}).warnings)
        assert not any("does not use" in text for text in assess(LESION, model=model, patient=self.PATIENT).warnings)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("adc.mean_um2_per_ms", -5.0),
        ("adc.mean_um2_per_ms", 1500),
        ("edema.max_extent_mm", -1),
        ("edema.max_extent_mm", 1e9),
    ],
)
def test_a_number_that_its_unit_does_not_allow_is_refused(model, column, cell):
    for lesions in (
        {**LESION, column: cell},
        {**LESION, f"override.{column}": cell},
        pd.DataFrame([LESION, {**LESION, column: cell}]),
    ):
        with pytest.raises(SettingError, match=column):
            assess(lesions, model=model)


@pytest.mark.parametrize("name", ["override.case_id", "override.adc.region", "skipped.oedema"])
def test_what_no_model_knows_is_refused(model, name):
    with pytest.raises(SettingError, match=name):
        assess({**LESION, name: "x"}, model=model)
