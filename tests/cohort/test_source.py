"""A cohort from a folder. Witness: the table that is written, read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.cohort.source import listed_rows, read_cohort, write_listing
from pnst.errors import InputError


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("P1/T1_image.nii.gz", "P1/T1_mask.nii.gz", "P2/t1.nii.gz", "P2/x_seg.nii.gz", "P2/y_seg.nii.gz"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).touch()
    return tmp_path / "data"


def test_the_table_is_one_that_can_be_run(folder, tmp_path):
    write_listing(folder, tmp_path / "cohort.csv")
    one, two = read_cohort(tmp_path / "cohort.csv").cases()
    assert dict(one.cells) == {"case": "P1", "study": "data/P1", "lesion": "data/P1/T1_mask.nii.gz"}
    assert "lesion" not in two.cells
    assert two.cells["check"] == "choose a lesion file: P2/x_seg.nii.gz or P2/y_seg.nii.gz"
    assert two.kept() == {}


def test_a_folder_is_a_cohort_by_itself(folder):
    cohort = read_cohort(folder)
    assert (cohort.count, cohort.root) == (2, folder)
    assert [case.cells["study"] for case in cohort.cases()] == ["P1", "P2"]


def test_corrections_are_not_written_over(folder, tmp_path):
    (tmp_path / "cohort.csv").write_text("mine")
    with pytest.raises(InputError, match="there already"):
        write_listing(folder, tmp_path / "cohort.csv")
    assert (tmp_path / "cohort.csv").read_text() == "mine"


def test_a_folder_without_a_study(tmp_path):
    with pytest.raises(InputError, match="no study below"):
        listed_rows(tmp_path)
