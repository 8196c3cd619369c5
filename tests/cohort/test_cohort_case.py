"""One row of a cohort. Witness: what `pnst run` would be told by the options of the same names."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.cohort.cohort_case import CohortCase, plain, unusable
from pnst.errors import SettingError
from pnst.workflow import Line, PromptFile

ROOT = Path("/data")


def case(**cells: str) -> CohortCase:
    return CohortCase("A", {name.replace("__", "."): cell for name, cell in cells.items()} | {"case": "A"})


def test_files_lie_below_the_root_and_series_are_names():
    inputs = case(study="A", lesion="A/m.nii.gz", label="GTV", role__t1="7", mask__muscle="A/x.nii:2").inputs(ROOT)
    assert (inputs.study, inputs.lesion, inputs.label) == ("/data/A", "/data/A/m.nii.gz", "GTV")
    assert (inputs.roles, inputs.masks) == ({"t1": "7"}, {"muscle": "/data/A/x.nii:2"})
    assert inputs.case_id == "A"


def test_what_is_known_of_the_patient_and_what_a_reader_says():
    inputs = case(study="A", nf1="yes", age="34", location="limb", override__target__present="no").inputs(ROOT)
    assert inputs.patient == {"nf1": True, "age": 34.0, "location": "limb"}
    assert inputs.overrides == {"target.present": False}


def test_prompts_are_those_of_the_command_line():
    assert case(study="A", line="0,0,5:30,0,5").inputs(ROOT).prompt == Line((0, 0, 5), (30, 0, 5))
    lines = case(study="A", lines="A/lines.json").inputs(ROOT).prompt
    assert isinstance(lines, PromptFile)
    assert lines.file == Path("/data/A/lines.json")
    with pytest.raises(SettingError, match="more than one prompt"):
        case(study="A", line="0,0,5:30,0,5", point="1,2,3").inputs(ROOT)


def test_a_line_along_the_cord():
    assert case(study="A", cord_line="0,0,5:0,1,40").inputs(ROOT).cord_line == [(0, 0, 5), (0, 1, 40)]
    with pytest.raises(SettingError, match="cannot read --cord-line"):
        case(study="A", cord_line="0,0,5").inputs(ROOT)
    assert case(study="A").inputs(ROOT).cord_line is None


def test_what_goes_into_the_results():
    kept = case(study="A", lesion="m", diagnosis="MPNST", age="34", site="007", role__t1="7", check="look").kept()
    assert kept == {"diagnosis": "MPNST", "age": 34, "site": "007"}
    assert case(study="A", truth__size__volume_ml="3.5").kept() == {"truth.size.volume_ml": 3.5}


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("0", 0), ("34", 34), ("1.5", 1.5), ("1.50", "1.50"), ("007", "007")],
)
def test_cells_lose_nothing(text, value):
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_a_refusal_names_the_table_alone():
    assert "cohort.csv" in str(unusable("cohort.csv", "a", "b", "c"))
