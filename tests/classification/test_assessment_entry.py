"""Entries of assessment.json with one thing wrong. Witness: what `to_dict` gives, changed by hand."""

from __future__ import annotations

import json
import math

import pytest

from pnst.classification.assess import assess
from pnst.classification.assessment_entry import checked_entry

NOWHERE = {"location": "intracranial"}
COLUMNS = {"adc.mean_um2_per_ms": 1.4, "split_fat.applicable": True, "split_fat.present": True}


@pytest.mark.parametrize("patient", [None, {"location": "intradural"}, NOWHERE])
def test_what_was_written_is_taken_as_it_is(patient):
    entry = json.loads(json.dumps(assess(COLUMNS, patient=patient).to_dict()))
    assert checked_entry(entry).model_dump(by_alias=True) == {
        **entry,
        "at_priors": {float(p): x for p, x in entry["at_priors"].items()},
    }


@pytest.mark.parametrize(
    ("key", "value", "got"),
    [
        ("probability", 1.2, "probability"),
        ("probability", True, "probability"),
        ("probability", None, "an answer stands beside its question"),
        ("question", None, "an answer stands beside its question"),
        ("question", "grade", "question"),
        ("class", None, "an answer stands beside its question"),
        ("interval", None, "an answer stands beside its question"),
        ("odds_factor", -1.0, "odds_factor"),
        ("odds_factor_interval", [1.0], "odds_factor_interval"),
        ("interval", [0.1], "interval"),
        ("interval", [0.1, 0.2, 0.3], "interval"),
        ("prior", 0.0, "prior"),
        ("at_priors", {"0.05": []}, "at_priors.0.05"),
        ("at_priors", {"many": 0.5}, "at_priors.many"),
        ("at_priors", {"1.5": 0.5}, "at_priors"),
        ("at_priors", {"--": 0.5}, "at_priors"),
        ("contributions", {"cyst": {}}, "contributions.cyst"),
        ("contributions", {"cyst": math.inf}, "contributions.cyst"),
        ("contributions", [], "contributions"),
        ("contribution_intervals", {"cyst": [1.0]}, "contribution_intervals.cyst"),
        ("contribution_intervals", {"cyst": [-1e300, 1.0]}, "contribution_intervals.cyst"),
        ("contribution_intervals", {"cyst": [1.0, -1.0]}, "lower end of an interval"),
        ("interval", [0.9, 0.1], "lower end of an interval"),
        ("contributions", {"cyst": -1e300}, "contributions.cyst"),
        ("alone", {"cyst": None}, "alone.cyst"),
        ("alone_intervals", {"cyst": [-1.0, 1e300]}, "alone_intervals.cyst"),
        ("alone_intervals", {"cyst": 1.0}, "alone_intervals.cyst"),
        ("abstained", 0, "abstained"),
        ("rules", [{"name": "x"}], "rules.0"),
        ("warnings", "all", "warnings"),
        ("label", 3, "label"),
        ("surprise", 1, "surprise"),
    ],
)
def test_an_entry_that_nobody_wrote_is_refused_by_its_key(key, value, got):
    entry = assess(COLUMNS).to_dict() | {key: value}
    with pytest.raises(ValueError, match=got) as refusal:
        checked_entry(entry)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("key", ["probability", "interval", "prior", "odds_factor", "odds_factor_interval", "class"])
def test_a_number_without_a_question_is_refused(key):
    number = assess(COLUMNS).to_dict()[key]
    with pytest.raises(ValueError, match="an answer stands beside its question"):
        checked_entry(assess(COLUMNS, patient=NOWHERE).to_dict() | {key: number})


@pytest.mark.parametrize("key", ["label", "probability", "question", "class", "alone", "rules", "model"])
def test_an_entry_that_lacks_a_key_is_refused_by_its_name(key):
    entry = assess(COLUMNS).to_dict()
    del entry[key]
    with pytest.raises(ValueError, match=key):
        checked_entry(entry)
