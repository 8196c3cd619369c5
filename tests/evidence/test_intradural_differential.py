"""What is published of intradural tumours in words. Witness: the file itself, read by hand once."""

from __future__ import annotations

from pnst.evidence.intradural_differential import ENTITIES, intradural_differential
from pnst.evidence.published import publications
from pnst.reporting.differential import FEATURES


def test_every_row_names_an_entity_a_feature_and_its_source():
    rows = intradural_differential()
    assert {row.entity for row in rows} <= set(ENTITIES)
    assert {row.feature for row in rows} <= set(FEATURES)
    assert all(row.text and row.source for row in rows)
    assert all(row.address.startswith("https://") or row.source in publications() for row in rows)


def test_the_entities_without_counts_are_described():
    described = {row.entity for row in intradural_differential()}
    assert set(ENTITIES) - {"schwannoma", "meningioma"} <= described


def test_no_feature_of_an_entity_is_told_twice_by_one_source():
    keys = [(row.entity, row.feature, row.source) for row in intradural_differential()]
    assert len(keys) == len(set(keys))
