"""The published schemas are those that the types give. Witness: generated again."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

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
