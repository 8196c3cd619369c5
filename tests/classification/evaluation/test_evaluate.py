"""`evaluate` on a table. Witnesses: `assess` and the rules row by row, counts by hand, the model's held-out answers."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from classification.matching.confounded import cohort as confounded
from classification.simulated_cohorts import cohort
from pnst.classification.assess import assess
from pnst.classification.evaluation.evaluate import COUNTED, evaluate
from pnst.classification.evaluation.serialise import to_dict
from pnst.classification.settings import AssessSettings, EvaluateSettings
from pnst.classification.sites.summarise import summarise_evidence
from pnst.classification.training.model_folder import model_files
from pnst.errors import InputError, SettingError
from pnst.reporting.evaluation import evaluation_report
from site_tables import counted_cohort

FEW = EvaluateSettings(bootstrap=200)
KNOWN = [
    *("size.longest_diameter_mm", "edema.max_extent_mm", "adc.mean_um2_per_ms", "heterogeneity.variation_t1"),
    *("nf1", "age", "location"),
]


def check(table, **words):
    return evaluate(table, "malignant", "patient", settings=FEW, **words)


class TestPredictions:
    def test_without_a_model_the_evidence_models(self):
        table = cohort(40, seed=3)
        (result,) = check(table).models
        assert result.predictions.name == "evidence model"
        assert result.predictions.probability == pytest.approx(assess(table[KNOWN])["probability"].to_numpy())

    def test_new_lesions_are_assessed(self, evaluation, model):
        table = cohort(70, seed=3)
        predictions = evaluation.models[1].predictions
        assert predictions.probability == pytest.approx(assess(table, model=model)["probability"].to_numpy())
        assert not predictions.held_out.any()

    def test_lesions_that_were_trained_on_have_their_held_out_answer(self, model):
        """The area on the training table is that of the card, not the better one of lesions known by heart."""
        result = check(cohort(), models=[model]).models[0]
        assert result.predictions.held_out.all()
        assert result.area.value == pytest.approx(model.card.performance.auc)
        by_heart = assess(cohort(), model=model)["probability"].to_numpy()
        malignant = cohort()["malignant"].to_numpy() == 1
        assert np.mean(by_heart[malignant][:, None] > by_heart[~malignant]) > result.area.value
        assert any("no test on other patients" in note for note in result.predictions.notes)

    def test_some_lesions_of_training_among_others(self, model):
        table = pd.concat([cohort(60, seed=4), cohort().iloc[:7]], ignore_index=True)
        predictions = check(table, models=[model]).models[0].predictions
        assert predictions.held_out.tolist() == [False] * 60 + [True] * 7
        assert "trained on 7 of these 67" in predictions.notes[0]

    def test_held_out_lesions_of_different_folds_are_not_compared(self, model):
        """Two lesions that two models of the cross-validation answered: there is no area, and it is said."""
        whole = check(cohort(), models=[model]).models[0].predictions
        malignant = cohort()["malignant"].to_numpy() == 1
        one = int(np.flatnonzero(malignant)[0])
        other = int(np.flatnonzero(~malignant & (whole.strata != whole.strata[one]))[0])
        pair = cohort().iloc[[one, other]].reset_index(drop=True)
        found = check(pair, models=[model, "evidence"])
        assert found.models[0].predictions.strata.tolist() == whole.strata[[one, other]].tolist()
        assert found.models[0].area.value is found.models[0].roc is None
        assert found.models[1].area.value is not None
        assert any("2 lesions have none of the other class" in note for note in found.notes)
        assert found.comparisons == ()
        assert json.loads(json.dumps(to_dict(found), allow_nan=False))["models"][0]["auc"] is None
        assert "cannot be estimated" in evaluation_report(found)

    def test_a_prior_shifts_both_models(self, model):
        table = cohort(50, seed=5)
        settings = AssessSettings(prior=0.05)
        one, other = check(table, models=["evidence", model], assess_settings=settings).models
        assert one.predictions.probability == pytest.approx(assess(table[KNOWN], prior=0.05)["probability"].to_numpy())
        plain = assess(table, model=model)["probability"]
        shifted = expit(logit(plain) + logit(0.05) - logit(model.card.prevalence))
        assert other.predictions.probability == pytest.approx(shifted.to_numpy())


class TestResults:
    def test_rules_are_counted_where_they_speak(self, evaluation):
        """Witness: mean ADC against 1.85 by hand."""
        table = cohort(70, seed=3)
        adc, malignant = table["adc.mean_um2_per_ms"], table["malignant"] == 1
        row = next(rule for rule in evaluation.rules if rule.name == "Koike_adc_mean")
        assert row.evaluated == adc.notna().sum()
        assert row.result.sensitivity.count == (malignant & (adc < 1.85)).sum()
        assert row.result.sensitivity.total == (malignant & adc.notna()).sum()
        assert row.result.specificity.count == (~malignant & (adc >= 1.85)).sum()

    def test_a_rule_that_cannot_be_evaluated_is_not_there(self, evaluation):
        assert "Wasa2010_score" not in {rule.name for rule in evaluation.rules}

    def test_subgroups_are_the_table_cut_up(self, evaluation, model):
        table = cohort(70, seed=3)
        part = check(table[table["nf1"]], models=["evidence"], threshold=0.4).models[0]
        row = next(s for s in evaluation.subgroups if (s.model, s.column, s.value) == ("evidence model", "nf1", "True"))
        assert (row.area, row.at_threshold) == (part.area.value, part.at_threshold)
        assert row.lesions == table["nf1"].sum()
        assert (
            sum(
                s.lesions
                for s in evaluation.subgroups
                if s.column == "location" and s.model == model.card.settings.model
            )
            == 70
        )

    def test_a_subgroup_of_one_class_has_no_area(self):
        table = cohort(40, seed=3).assign(side=lambda t: np.where(t["malignant"] == 1, "left", None))
        rows = {row.value: row for row in check(table, subgroups=["side"]).subgroups}
        assert rows["left"].area is None
        assert rows["not given"].malignant == 0

    def test_two_models_are_compared_once(self, evaluation):
        (row,) = evaluation.comparisons
        areas = [result.area.value for result in evaluation.models]
        assert row.difference == pytest.approx(areas[0] - areas[1])

    def test_three_models_of_one_name_are_told_apart(self, model):
        evaluation = check(cohort(40, seed=3), models=[model, model, model])
        assert [result.predictions.name for result in evaluation.models] == ["logistic", "logistic (2)", "logistic (3)"]
        assert all(row.p_value is None for row in evaluation.comparisons)


def test_a_model_that_is_called_like_another_curve_is_told_apart(model, tmp_path):
    names = ["treat all", "Koike_adc_mean"]
    for name in names:
        (tmp_path / name).mkdir()
        for file, content in model_files(model).items():
            (tmp_path / name / file).write_bytes(content)
    evaluation = check(cohort(40, seed=3), models=[tmp_path / name for name in names])
    assert [result.predictions.name for result in evaluation.models] == ["treat all (2)", "Koike_adc_mean (2)"]
    assert {"treat all", "treat all (2)", "Koike_adc_mean (2)"} < set(evaluation.decision.net_benefit)


def test_one_malignant_lesion_has_no_intervals_and_is_json():
    table = cohort(40, seed=3)
    few = table[(table["malignant"] == 0) | (table.index == table.index[table["malignant"] == 1][0])]
    evaluation = check(few, models=["evidence", "evidence"], threshold=0.5, subgroups=["nf1"])
    assert evaluation.models[0].area.delong is None
    assert evaluation.models[1].predictions.name == "evidence model (2)"
    json.dumps(to_dict(evaluation), allow_nan=False)


class TestSites:
    """The evidence model with sites' counts. Witness: `assess` with the same."""

    NORTH, SOUTH = (
        summarise_evidence(counted_cohort(k), "malignant", site=n) for n, k in (("n", (12, 8)), ("s", (7, 6)))
    )

    def test_its_answers_are_those_of_assess(self):
        table, sites = cohort(40, seed=3), {"evidence": [self.NORTH], "own_evidence": self.SOUTH}
        evaluation = check(table, **sites)
        (result,) = evaluation.models
        expected = assess(table[KNOWN], **sites)["probability"].to_numpy()
        assert result.predictions.probability == pytest.approx(expected)
        assert np.abs(expected - assess(table[KNOWN])["probability"].to_numpy()).max() > 1e-3
        assert self.NORTH.digest in result.predictions.model
        assert COUNTED in evaluation.notes
        assert COUNTED not in check(table).notes

    def test_trained_models_alone_refuse_them(self, model):
        with pytest.raises(SettingError, match="takes no evidence of sites"):
            check(cohort(40, seed=3), models=[model], evidence=[self.NORTH])


class TestRefusals:
    def test_a_table_without_any_predictor(self):
        with pytest.raises(InputError, match="nothing that the evidence model reads"):
            evaluate(pd.DataFrame({"y": [0, 1], "x": [1, 2]}), "y")

    def test_a_misspelt_measurement(self):
        with pytest.raises(SettingError, match=r"'adc\.mean'"):
            check(cohort().rename(columns={"adc.mean_um2_per_ms": "adc.mean"}))

    @pytest.mark.parametrize("threshold", [0.0, 1.0, -0.2])
    def test_a_threshold_that_is_none(self, threshold):
        with pytest.raises(SettingError, match="threshold"):
            check(cohort(), threshold=threshold)

    def test_a_subgroup_of_too_many_values(self):
        with pytest.raises(InputError, match="'age' does not divide"):
            check(cohort(), subgroups=["age"])

    def test_an_unknown_subgroup(self):
        with pytest.raises(InputError, match="no 'nf'"):
            check(cohort(), subgroups=["nf"])


class TestMatching:
    """Witness: test_match holds the comparison against other tools; here, what stands beside it."""

    def test_columns_of_others_are_compared_and_no_model_is_evaluated(self):
        evaluation = evaluate(confounded(1, 80), "intramedullary", match=["age", "sex", "level"], ratio=2, caliper=0.5)
        assert (evaluation.models, evaluation.rules) == ((), ())
        assert (evaluation.matched.matching.ratio, evaluation.matched.matching.caliper) == (2, 0.5)
        json.dumps(to_dict(evaluation), allow_nan=False)
        page = evaluation_report(evaluation)
        assert "Matched groups" in page
        assert "roughness" in page
        assert "<h2>Models</h2>" not in page
        assert f"{len(evaluation.matched.unmatched)} without a partner: c" in page

    def test_beside_a_model(self):
        evaluation = check(cohort(90, seed=3), match=["age", "nf1"])
        assert len(evaluation.models) == 1
        assert evaluation.matched.matching.caliper == 0.2
        names = [row.name for row in evaluation.matched.outcomes]
        assert "adc.mean_um2_per_ms" in names
        assert not {"age", "nf1", "patient", "malignant"} & set(names)
        assert "<h2>Models</h2>" in evaluation_report(evaluation)

    def test_instead_of_a_model(self):
        evaluation = check(cohort(90, seed=3), match=["age"], models=["none"])
        assert (evaluation.models, evaluation.rules) == ((), ())
        assert evaluation.matched is not None

    @pytest.mark.parametrize("words", [{"ratio": 2}, {"caliper": 0.1}, {"ratio": 1, "caliper": 0.2}])
    def test_a_ratio_without_columns_is_refused(self, words):
        with pytest.raises(SettingError, match="nothing is matched"):
            check(cohort(90, seed=3), **words)

    @pytest.mark.parametrize("words", [{"models": ["none"]}, {"models": ["none", "evidence"], "match": ["age"]}])
    def test_no_model_and_nothing_else_or_a_model_is_refused(self, words):
        with pytest.raises(SettingError, match="no model"):
            check(cohort(90, seed=3), **words)

    def test_without_it_there_is_none(self, evaluation):
        assert evaluation.matched is None
        assert to_dict(evaluation)["matched"] is None
        assert "Matched groups" not in evaluation_report(evaluation)
