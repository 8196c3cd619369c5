"""Facts about patients, given for all or in columns. Witness: single assessments with the same facts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.assess import assess
from pnst.classification.lesion_table import LesionTable
from pnst.classification.patients import nf1_of, patients_of
from pnst.errors import SettingError
from pnst.evidence.population import Patient

LESION = {"size.longest_diameter_mm": 60.0, "adc.mean_um2_per_ms": 1.6, "cyst.present": True}
FACTS = [
    {"nf1": True, "age": 30, "location": "limb", "level": None},
    {"nf1": None, "age": None, "location": None, "level": None},
    {"nf1": False, "age": 70, "location": "intradural", "level": "lumbar"},
    {"nf1": None, "age": 25, "location": "intracranial", "level": None},
    {"nf1": False, "age": 12, "location": "paraspinal", "level": None},
    {"nf1": True, "age": None, "location": "intradural", "level": "thoracic"},
]


def known(facts: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return assess(pd.DataFrame([LESION | facts for facts in FACTS], index=list("abcdef")))


@pytest.mark.parametrize("row", range(len(FACTS)))
def test_a_row_with_facts_is_answered_as_a_single_assessment(row, answers):
    one = assess(LESION, patient=known(FACTS[row]))
    ours = answers.iloc[row]
    assert (ours["question"], ours["class"], ours["abstained"]) == (one.question, one.of_class, one.abstained)
    low, high = one.interval or (np.nan, np.nan)
    expected = [np.nan if x is None else x for x in (one.probability, low, high, one.odds_factor)]
    assert ours[["probability", "low", "high", "odds_factor"]].tolist() == pytest.approx(
        expected, abs=1e-12, nan_ok=True
    )
    assert ours["warnings"] == "; ".join(one.warnings)


def test_the_rows_stand_in_their_order(answers):
    assert answers.index.tolist() == list("abcdef")
    assert answers["question"].tolist() == ["malignant", "malignant", "intradural", None, "malignant", "intradural"]
    assert answers["probability"].nunique() == 5


def test_a_mapping_holds_facts_too():
    by_columns, by_facts = assess({**LESION, "nf1": "yes", "location": "limb"}), None
    by_facts = assess(LESION, patient={"nf1": True, "location": "limb"})
    assert by_columns.probability == by_facts.probability
    assert by_columns.warnings == by_facts.warnings


@pytest.mark.parametrize("cell", [True, 1.0, "yes", "True"])
def test_a_fact_in_a_cell(cell):
    (patient,) = patients_of(LesionTable.of({"nf1": cell}), Patient())
    assert patient == Patient(nf1=True)


def test_what_is_given_for_all_fills_empty_cells():
    table = LesionTable.of(pd.DataFrame({"nf1": [True, None], "age": [30, np.nan], "location": [None, "limb"]}))
    first, second = patients_of(table, Patient(age=30.0, level="lumbar"))
    assert first == Patient(nf1=True, age=30.0, level="lumbar")
    assert second == Patient(age=30.0, location="limb", level="lumbar")


@pytest.mark.parametrize(
    ("fact", "cell"),
    [({"nf1": True}, {"nf1": False}), ({"age": 30}, {"age": 31}), ({"location": "limb"}, {"location": "plexus"})],
)
def test_a_fact_that_contradicts_a_cell_is_refused(fact, cell):
    with pytest.raises(SettingError, match="contradicts the table"):
        assess(pd.DataFrame([LESION, LESION | cell]), patient=fact)
    with pytest.raises(SettingError, match="contradicts the table"):
        assess(LESION | cell, patient=fact)
    assert assess(LESION | fact, patient=fact).probability > 0  # the same twice is none


@pytest.mark.parametrize(
    "cell", [{"nf1": "perhaps"}, {"age": -4}, {"age": "old"}, {"location": "arm"}, {"location": 3}, {"level": "sacral"}]
)
def test_a_cell_that_is_no_fact_is_refused(cell):
    with pytest.raises(SettingError):
        assess(pd.DataFrame([LESION | cell]))


@pytest.mark.parametrize("given", ["argument", "cell"])
def test_the_spine_is_three_places(given):
    patient, cells = ({"location": "spine"}, {}) if given == "argument" else (None, {"location": "spine"})
    with pytest.raises(SettingError, match=r"paraspinal.*intradural.*intramedullary"):
        assess(LESION | cells, patient=patient)


def test_nf1_is_yes_no_or_not_known():
    np.testing.assert_array_equal(nf1_of([Patient(nf1=True), Patient(nf1=False), Patient()]), [1, 0, np.nan])
