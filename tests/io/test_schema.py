"""The published schemas are those that the types give. Witness: generated again."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from pnst.classification.assess import assess
from pnst.io.results import SCHEMA_VERSION
from pnst.io.schema import SCHEMAS, family_schema
from pnst.measurement.families.split_fat import SplitFat


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_published_is_what_the_types_give(name):
    """After a change of the types: `make schemas`."""
    published = (files("pnst.io") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == SCHEMAS[name]()


def test_a_column_is_described_by_its_type():
    columns = family_schema(SplitFat)["properties"]
    assert columns["coverage_fraction"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert columns["present"] == {"type": ["boolean", "null"]}
    assert columns["compartment"] == {"enum": ["intermuscular", "intramuscular", "fat", "unclear"]}


def test_what_may_be_absent_is_not_required():
    schema = family_schema(SplitFat)
    assert "rim_thickness_mm" not in schema["required"]
    assert {"present", "coverage_fraction"} <= set(schema["required"])
    assert schema["additionalProperties"] is False


ANSWERED = ("class", "probability", "interval", "odds_factor", "prior")
"""What is null where nothing was asked, and nowhere else."""


def entry(location: str) -> dict:
    columns = {"adc.mean_um2_per_ms": 1.4, "cyst.present": True, "label": "1", "case_id": "c"}
    return assess(columns, patient={"location": location}).to_dict()


def errors(lesion: dict) -> list[str]:
    file = {"schema_version": SCHEMA_VERSION, "case_id": "c", "lesions": [lesion]}
    schema = SCHEMAS["assessment"]()
    return [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(json.dumps(file)))]


@pytest.mark.parametrize("location", ["limb", "intradural", "intracranial"])
def test_an_answer_of_each_question_holds(location):
    assert errors(entry(location)) == []
    assert list(entry(location)) == list(SCHEMAS["assessment"]()["properties"]["lesions"]["items"]["properties"])


@pytest.mark.parametrize("name", ANSWERED)
def test_a_number_stands_beside_its_question_or_neither_is_there(name):
    """The same law as in the entry that is read."""
    assert errors(entry("limb") | {name: None})
    assert errors(entry("intracranial") | {name: entry("limb")[name]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("question", "grade"),
        ("probability", 1.2),
        ("interval", [0.1]),
        ("odds_factor", -1.0),
        ("odds_factor_interval", [1.0, 2.0, 3.0]),
        ("contribution_intervals", {"adc_mean": [0.1]}),
        ("alone", {"adc_mean": None}),
        ("surprise", 1),
    ],
)
def test_what_no_answer_holds_is_refused(name, value):
    assert errors(entry("limb") | {name: value})
