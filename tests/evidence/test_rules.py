"""Every published rule: below, at and above its cutoff, with each input missing, and its source's own counts."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.evidence.population import Patient
from pnst.evidence.rule import RuleResult
from pnst.evidence.rule_words import NAMES
from pnst.evidence.rules import WASA_SETTING, evaluate_rules, rule_columns, rules, wasa

SIGNS = {
    "Matsumine2009_intratumoral_lobulation": ("reader.intratumoral_lobulation", True),
    "Matsumine2009_t1_high_signal_area": ("t1_high.present", True),
    "Matsumine2009_target_sign_absent": ("target.present", False),
    "Chhabra2011_margin_ill_defined": ("margin.ill_defined", True),
    "Chhabra2011_invasion": ("reader.invasion", True),
    "Matsumoto2015_margin_ill_defined": ("margin.ill_defined", True),
    "Matsumoto2015_osteolysis": ("reader.osteolysis", True),
}
PUBLISHED_PERCENT = {  # sensitivity, specificity as EVIDENCE's rule table prints them
    "Wasa2010_score": (61.0, 90.0),
    "Ahlawat2019_adc_min": (100.0, 94.4),
    "Well2019_adc_mean": (91.7, 98.2),
    "Well2019_adc_dark": (91.7, 98.2),
    "Well2019_adc_min": (91.7, 94.5),
    "Koike_adc_mean": (80.0, 73.7),
    "Matsumine2009_intratumoral_lobulation": (63.2, 83.3),
    "Matsumine2009_t1_high_signal_area": (63.2, 94.4),
    "Matsumine2009_target_sign_absent": (100.0, 66.7),
    "Chhabra2011_margin_ill_defined": (52.4, 91.4),
    "Chhabra2011_invasion": (42.9, 100.0),
}


@pytest.mark.parametrize(("name", "percent"), PUBLISHED_PERCENT.items())
def test_a_rules_counts_reproduce_the_printed_percentages(name, percent):
    performance = rules()[name].performance
    assert (round(performance.sensitivity * 100, 1), round(performance.specificity * 100, 1)) == percent


def test_specificity_is_said_to_be_unavailable_where_it_is():
    performance = rules()["Ristow2024_adc_dark"].performance
    assert performance.specificity is None
    assert "specificity not available" in str(performance)


@pytest.mark.parametrize(("name", "sign"), SIGNS.items())
def test_a_sign_present_absent_and_missing(name, sign):
    column, malignant = sign
    rule = rules()[name]
    assert rule({column: malignant}).result == "positive"
    assert rule({column: not malignant}).result == "negative"
    assert rule({column: None}).result == rule({}).result == "cannot be evaluated"


@pytest.mark.parametrize(
    ("name", "column", "values"),
    [
        ("Matsumoto2015_size_gt_50mm", "size.longest_diameter_mm", (49.999, 50.0, 50.001)),
        ("Matsumoto2015_contour_lobulation", "margin.deep_lobulations_count", (1, 2, 3)),
    ],
)
def test_matsumotos_numbers_below_at_and_above(name, column, values):
    results = [rules()[name]({column: value}).result for value in values]
    at = "positive" if "lobulation" in name else "negative"  # two or more; over 5 cm
    assert results == ["negative", at, "positive"]
    assert rules()[name]({}).result == "cannot be evaluated"


class TestWasa:
    COLUMNS = ("size.longest_diameter_mm", "enhancement.peripheral", "edema.present", "cyst.present")

    @pytest.mark.parametrize("signs", list(np.ndindex(2, 2, 2, 2)))
    def test_truth_table(self, signs):
        values = (60.0 if signs[0] else 40.0, *(bool(sign) for sign in signs[1:]))
        result = wasa(50.0)(dict(zip(self.COLUMNS, values, strict=True)))
        assert result.result == ("positive" if sum(signs) >= 2 else "negative")
        assert f"{sum(signs)} of 4 signs" in result.reason
        assert ("fewer than 2" in result.reason) == (sum(signs) < 2)

    def test_the_size_cutoff_itself_is_not_large(self):
        lesion = {"size.longest_diameter_mm": 50.0, "enhancement.peripheral": True}
        lesion |= {"edema.present": False, "cyst.present": False}
        assert wasa(50.0)(lesion).result == "negative"
        assert wasa(49.9)(lesion).result == "positive"

    @pytest.mark.parametrize("column", COLUMNS)
    def test_each_input_missing(self, column):
        lesion = dict(zip(self.COLUMNS, (60.0, True, True, True), strict=True))
        del lesion[column]
        reason = wasa(50.0)(lesion).reason
        assert reason.startswith("needs ")
        assert reason.endswith(f"({column})")

    def test_without_its_required_setting(self):
        lesion = dict(zip(self.COLUMNS, (60.0, True, True, True), strict=True))
        (result,) = (r for r in evaluate_rules(lesion) if r.name == "Wasa2010_score")
        assert (result.result, result.reason) == ("cannot be evaluated", f"needs {WASA_SETTING}")
        (result,) = (r for r in evaluate_rules(lesion, wasa_size_cutoff_mm=50.0) if r.name == "Wasa2010_score")
        assert result.result == "positive"


class TestBiopsyMayBeOmitted:
    COLUMNS = ("target.present", "edema.present", "margin.ill_defined")
    RULE = "Martin2021_biopsy_may_be_omitted"

    @pytest.mark.parametrize("signs", list(np.ndindex(2, 2, 2)))
    def test_truth_table(self, signs):
        result = rules()[self.RULE](dict(zip(self.COLUMNS, map(bool, signs), strict=True)))
        assert (result.result == "positive") == (signs == (1, 0, 0))

    @pytest.mark.parametrize("column", COLUMNS)
    def test_each_input_missing(self, column):
        lesion = {"target.present": True, "edema.present": False, "margin.ill_defined": False, column: None}
        assert rules()[self.RULE](lesion).reason.endswith(f"({column})")

    def test_where_it_does_not_hold_nothing_can_be_read_as_leave(self):
        """The sentences, by hand."""
        lesion = {"target.present": False, "edema.present": True, "margin.ill_defined": False}
        assert rules()[self.RULE](lesion).reason == (
            "does not hold: there is no target sign and there is oedema, so the source does not say that a biopsy may "
            "be omitted"
        )
        assert (
            "says that a biopsy may be omitted"
            in rules()[self.RULE]({"target.present": True, "edema.present": False, "margin.ill_defined": False}).reason
        )

    def test_speaks_for_benign(self):
        assert rules()[self.RULE]({}).speaks_for.startswith("benign")


def test_every_rule_is_evaluated_and_survives_its_dictionary():
    lesion = {"adc.mean_um2_per_ms": 1.5, "edema.present": False, "margin.ill_defined": True}
    results = evaluate_rules(lesion, Patient(nf1=False))
    assert [r.name for r in results] == list(rules())
    assert [RuleResult.from_dict(r.to_dict()) for r in results] == list(results)


@pytest.mark.parametrize("name", rules())
def test_both_results_are_sentences_that_name_their_consequence(name):
    """Every rule, every result: whether it holds, and what that says."""
    consequences = rules()[name].consequences
    assert consequences.positive != consequences.negative
    if rules()[name].speaks_for == "malignant":
        assert consequences.positive.startswith("which speaks for malignancy (as in ")
        assert consequences.negative.startswith("which speaks against malignancy (as in ")


@pytest.mark.parametrize("name", rules())
def test_every_column_of_a_rule_has_its_words(name):
    assert set(rules()[name].inputs) <= set(NAMES)
    assert "_" not in rules()[name].positive_when


def test_a_rule_cites_the_columns_that_it_used_with_their_values():
    result = rules()["Chhabra2011_margin_ill_defined"]({"margin.ill_defined": True, "edema.present": False})
    assert result.inputs == {"margin.ill_defined": True}
    assert result.reason.startswith("holds: the margin is ill-defined, which speaks for malignancy")


@pytest.mark.parametrize("place", ["intradural", "intramedullary", "intracranial"])
def test_no_rule_pretends_to_speak_of_a_place_that_none_was_made_in(place):
    lesion = {"adc.mean_um2_per_ms": 1.5, "edema.present": False, "margin.ill_defined": True, "target.present": True}
    for result in evaluate_rules(lesion, Patient(location=place)):
        assert f"outside the rule's population: its lesions are peripheral or extradural, this one is {place}" in (
            result.warnings
        )
        assert "malignancy" not in result.reason
        assert "biopsy" not in result.reason
        assert result.result == "cannot be evaluated" or result.reason.endswith(f"says nothing of {place} ones")


def test_rule_columns_hold_every_input():
    assert {name for rule in rules().values() for name in rule.inputs} <= set(rule_columns())
