"""The record of an assessment: its sums, its dictionary, its words."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from classification.random_lesions import random_table
from pnst.classification.assess import assess
from pnst.classification.assessment import Assessment
from pnst.classification.evidence_model.model import evidence_model
from pnst.evidence.body import literature
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


def test_the_dictionary_is_designs_entry_and_comes_back():
    a = assess({**COLUMNS, "case_id": "c", "label": "l"}, patient={"nf1": False})
    entry = json.loads(json.dumps(a.to_dict()))
    assert list(entry) == [
        "label",
        "question",
        "class",
        "probability",
        "interval",
        "odds_factor",
        "odds_factor_interval",
        "prior",
        "at_priors",
        "contributions",
        "contribution_intervals",
        "alone",
        "alone_intervals",
        "abstained",
        "rules",
        "warnings",
        "model",
    ]
    back = Assessment.from_dict(entry, case_id="c")
    assert back.to_dict() == a.to_dict()
    assert (back.interval, back.at_priors) == (a.interval, a.at_priors)
    assert dict(back.findings) == dict(a.findings)
    assert back.rules == a.rules


@pytest.mark.parametrize("location", ["intradural", "intracranial", "intramedullary"])
def test_the_other_questions_come_back_too(location):
    a = assess({**COLUMNS, "cyst.present": True, "label": "l"}, patient={"location": location})
    back = Assessment.from_dict(json.loads(json.dumps(a.to_dict())), case_id=a.case_id)
    assert back.to_dict() == a.to_dict()
    assert (str(back), back.disclaimer, back.row()) == (str(a), a.disclaimer, a.row())


@pytest.mark.parametrize("location", ["limb", "intradural", "intracranial"])
def test_it_travels_between_processes_before_its_findings_are_computed(location):
    sent = pickle.dumps(assess(COLUMNS, patient={"location": location}))
    assert len(sent) < 1_000_000  # no draws travel with it
    assert pickle.loads(sent).to_dict() == assess(COLUMNS, patient={"location": location}).to_dict()


def test_it_is_frozen():
    a = assess(COLUMNS)
    with pytest.raises(AttributeError):
        a.probability = 0.5
    with pytest.raises(TypeError):
        a.at_priors[0.5] = 0.1


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
    assert assess(COLUMNS).model == evidence_model(literature(), 2048, 1).name
    assert "2048 draws" in assess(COLUMNS).model


def test_each_question_has_its_disclaimer():
    of_places = {
        place: assess(COLUMNS, patient={"location": place}) for place in ("limb", "intradural", "intracranial")
    }
    assert all("not a medical device" in a.disclaimer for a in of_places.values())
    assert "published figures alone" in of_places["limb"].disclaimer
    assert "probability" not in of_places["intracranial"].disclaimer


def test_a_row_of_a_table_holds_the_answer():
    row = assess(COLUMNS, patient={"location": "limb"}).row()
    assert list(row)[:6] == ["question", "class", "probability", "low", "high", "odds_factor"]
    assert assess(COLUMNS, patient={"location": "intracranial"}).row()["probability"] is None
