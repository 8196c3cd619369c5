"""The intradural differential. Witness: published counts, read off the rows by hand."""

from __future__ import annotations

import pytest

from pnst.evidence.intradural_differential import ENTITIES
from pnst.measurement.families.cyst import Cyst
from pnst.measurement.measurements import Measurements
from pnst.reporting.differential import FEATURES, differential


@pytest.fixture
def cystic() -> Measurements:
    cyst = Cyst(fraction=0.2, present=True, present_threshold=0.5, necrosis_fraction=None)
    return Measurements(case_id="A", label="1", cyst=cyst)


def cells(m: Measurements, title: str) -> dict[str, list[str]]:
    table = differential(m)
    row = next(row for row in table.rows if row.title == title)
    return {e: [one.text for one in cell] for e, cell in zip(ENTITIES, row.published, strict=True)}


def test_counts_and_percentages_stand_as_printed(cystic):
    """DeVerdelhan2005: 0 of 28 and 16 of 24; Liu2009: 21 of 36; Lee2020: 1 % and 64 %."""
    tail = cells(cystic, "Dural tail")
    assert tail["schwannoma"] == ["0 of 28", "1 %"]
    assert tail["meningioma"] == ["21 of 36", "16 of 24", "64 %"]
    assert tail["haemangioblastoma"] == []


def test_diameters_stand_in_mm(cystic):
    """Zhai2019 prints 2.02 ± 1.13 cm and 1.47 ± 0.36 cm."""
    assert cells(cystic, "Longest diameter")["schwannoma"][0] == "20 ± 11 mm"
    assert cells(cystic, "Longest diameter")["meningioma"][0] == "15 ± 4 mm"


def test_what_was_measured_stands_beside_what_is_published(cystic):
    rows = {row.title: row.measured for row in differential(cystic).rows}
    assert rows["Cystic change"].value.text == "yes"
    assert rows["Flow voids"] is None


def test_every_source_is_listed_once_and_named_by_a_cell(cystic):
    table = differential(cystic)
    named = {one.source for row in table.rows for cell in row.published for one in cell}
    assert named == set(range(1, len(table.sources) + 1))
    assert len(set(table.sources)) == len(table.sources)


def test_every_feature_has_a_title():
    assert all(title for title, *_ in FEATURES.values())
