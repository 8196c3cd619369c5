"""The tables of a simulated cohort. Witness: rows written by hand. (Whole cohorts: `tests/cli/test_phantom.py`.)"""

from __future__ import annotations

import csv

import pytest

from pnst.cohort.patients import SimulatedPatient
from pnst.cohort.simulated import FAILURES, INDEX, lesion_file, simulate_cohort, write_tables
from pnst.cohort.task import Task, TaskOutcome
from pnst.errors import InputError, SettingError
from pnst.phantom.description import describe

PATIENTS = [SimulatedPatient("a", "benign", describe()), SimulatedPatient("b", "malignant", describe())]
MADE = TaskOutcome(Task("a", {}), "made", {"seed": 3, "lesion": "lesion.nii.gz", "truth.size.volume_ml": 4.19})
REFUSED = SettingError("no such shape", got="cube", expected="ball", remedy="choose one")
FAILED = TaskOutcome(Task("b", {}), "failed", error=REFUSED)


def rows(file) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    "file", ["lesion.nii.gz", "lesions/1.dcm", "derivatives/pnst/sub-a/anat/sub-a_label-lesion_mask.nii.gz"]
)
def test_the_lesion_lies_where_its_format_keeps_it(tmp_path, file):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).touch()
    (tmp_path / "t1.nii.gz").touch()
    assert lesion_file(tmp_path) == file


def test_who_was_made_and_who_was_not_stand_in_two_tables(tmp_path):
    write_tables(tmp_path, PATIENTS, [MADE, FAILED])
    assert rows(tmp_path / INDEX) == [
        {"case": "a", "study": "a", "lesion": "a/lesion.nii.gz", "diagnosis": "benign", "seed": "3"}
        | {"truth.size.volume_ml": "4.19"}
    ]
    assert rows(tmp_path / FAILURES) == [
        {"case": "b", "what": "no such shape", "got": "cube", "expected": "ball", "remedy": "choose one"}
    ]


def test_failures_of_an_earlier_run_do_not_stay(tmp_path):
    write_tables(tmp_path, PATIENTS, [MADE, FAILED])
    write_tables(tmp_path, PATIENTS[:1], [MADE])
    assert [file.name for file in tmp_path.iterdir()] == [INDEX]


def test_a_table_that_cannot_be_used_makes_nothing(tmp_path):
    (tmp_path / "patients.csv").write_text("patient,label\na,benign\nA,malignant\n")
    with pytest.raises(InputError, match="twice"):
        simulate_cohort(tmp_path / "patients.csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()
