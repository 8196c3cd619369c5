"""The record of an assessment: its sums, its dictionary, its words."""

from __future__ import annotations

import itertools
import json
import pickle

import numpy as np
import pytest

from classification.contexts import random_table
from pnst.classification.assess import assess
from pnst.classification.assessment import Assessment
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.shapley import Contributions
from pnst.classification.explanation import explain
from pnst.evidence.published import predictors

COLUMNS = {
    "size.longest_diameter_mm": 72.0,
    "margin.ill_defined_fraction": 0.21,
    "edema.max_extent_mm": 12.0,
    "adc.mean_um2_per_ms": 1.4,
}


def logit(p):
    return np.log(p / (1 - p))


@pytest.mark.parametrize("row", range(12))
def test_contributions_and_prior_sum_to_the_logit(row):
    lesion = random_table(12, np.random.default_rng(6)).iloc[row].to_dict()
    a = assess(lesion, prior=0.2)
    assert logit(a.prior) + sum(a.contributions.values()) == pytest.approx(logit(a.probability), abs=1e-9)


@pytest.mark.parametrize("adc", [0.2, 4.5])
def test_they_sum_also_for_extreme_lesions(adc):
    benign = adc > 2
    lesion = {p.column: None for p in predictors()}
    lesion |= {"adc.mean_um2_per_ms": adc, "size.longest_diameter_mm": 15.0 if benign else 250.0}
    lesion |= {"target.present": benign, "reader.invasion": not benign, "margin.ill_defined": not benign}
    a = assess(lesion)
    assert logit(a.prior) + sum(a.contributions.values()) == pytest.approx(logit(a.probability), abs=1e-9)


def test_contributions_are_shapley_values():
    """Witness: the mean over all 24 orders in which four predictors can come in, one `assess` a subset."""
    value = {
        frozenset(subset): logit(assess({c: COLUMNS[c] for c in subset}).probability)
        for size in range(5)
        for subset in itertools.combinations(COLUMNS, size)
    }
    names = {p.column: p.name for p in predictors()}
    contributions = assess(COLUMNS).contributions
    for column in COLUMNS:
        gains = []
        for order in itertools.permutations(COLUMNS):
            before = frozenset(order[: order.index(column)])
            gains.append(value[before | {column}] - value[before])
        assert contributions[names[column]] == pytest.approx(np.mean(gains), abs=1e-9)


def test_a_predictor_of_no_weight_contributes_nothing():
    """Oedema half way between none and certain: ½·P + ½·(1 − P)."""
    assert assess({**COLUMNS, "edema.max_extent_mm": 10.5}).contributions["edema_present"] == pytest.approx(0, abs=1e-9)


def test_contributions_are_computed_when_first_read_and_once():
    calls = []

    def compute():
        calls.append(1)
        return {"a": 1.0}

    contributions = Contributions(("a",), compute)
    assert list(contributions) == ["a"]
    assert len(contributions) == 1
    assert not calls
    assert contributions["a"] == contributions["a"] == 1.0
    assert len(calls) == 1


def test_the_dictionary_is_designs_entry_and_comes_back():
    a = assess({**COLUMNS, "case_id": "c", "label": "l"}, patient={"nf1": False})
    entry = json.loads(json.dumps(a.to_dict()))
    assert list(entry) == [
        "label",
        "probability",
        "interval",
        "prior",
        "at_priors",
        "contributions",
        "abstained",
        "rules",
        "warnings",
        "model",
    ]
    back = Assessment.from_dict(entry, case_id="c")
    assert back.to_dict() == a.to_dict()
    assert (back.interval, back.at_priors) == (a.interval, a.at_priors)
    assert back.rules == a.rules


def test_it_travels_between_processes():
    a = assess(COLUMNS)
    assert pickle.loads(pickle.dumps(a)).to_dict() == a.to_dict()


def test_it_is_frozen():
    a = assess(COLUMNS)
    with pytest.raises(AttributeError):
        a.probability = 0.5
    with pytest.raises(TypeError):
        a.at_priors[0.5] = 0.1


class TestExplanation:
    def test_a_signs_malignant_side_is_a_sentence(self):
        assert "target.present: 1, malignant side is false, weight 0.00" in explain(assess({"target.present": True}))

    def test_every_number_has_its_source(self):
        text = explain(assess(COLUMNS, patient={"nf1": False}))
        for words in (
            "size.longest_diameter_mm: 72",
            "continuous.csv: Demehri2014, Yu2016, Li2008, Ahlawat2019",
            "margin.ill_defined_fraction: 0.21, malignant side is > 0.20, weight 0.60",
            "cutoffs.csv: Well2019, Koike",
            "δ solved for AUC 0.89",
            "at prior 0.01",
            "warning: outside the population of",
            "not a medical device",
        ):
            assert words in text

    def test_a_readers_word_is_marked(self):
        assert "the reader's word" in explain(assess({"override.edema.present": True}))
        assert "the reader's word" not in explain(assess({"edema.max_extent_mm": 30.0}))

    def test_without_inputs_the_values_are_left_out(self):
        back = Assessment.from_dict(assess(COLUMNS).to_dict(), case_id="")
        assert "(size.longest_diameter_mm)" in explain(back)

    def test_an_abstention_is_said(self):
        assert "abstained: nothing but the size" in explain(assess({"size.longest_diameter_mm": 60.0}))


class TestHtml:
    def test_text_is_escaped(self):
        html = assess({**COLUMNS, "case_id": "<script>", "label": "a&b"})._repr_html_()
        assert "<script>" not in html
        assert "&lt;script&gt;" in html
        assert "a&amp;b" in html

    def test_it_says_what_it_is_not(self):
        assert "not a medical device" in assess(COLUMNS)._repr_html_()

    def test_an_abstention_is_shown(self):
        assert "abstained" in assess({})._repr_html_()
        assert "abstained" not in assess(COLUMNS)._repr_html_()


def test_the_model_names_itself():
    assert assess(COLUMNS).model == evidence_model(400, 1).name
    assert "400 draws" in assess(COLUMNS).model
