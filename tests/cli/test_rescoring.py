"""`pnst assess` on a cohort's folder, as typed. Witness: what `rescore_cohort` leaves, which has its own tests."""

from __future__ import annotations

import csv
import io

import pytest

from command_line import done, pnst, refused
from pnst.cohort.rescoring import Scoring, rescore_cohort
from small_cohort import write_cohort


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    table = write_cohort(folder, {"c1": 8.0, "c2": 10.0})
    words = ("--settings", folder / "fast.toml", "--no-pages", "--workers", "1")
    done("cohort", table, "--out", folder / "out", *words)
    rescore_cohort(folder / "out", folder / "again", Scoring(prior=0.25))
    return folder


def test_one_table_with_these_options(measured, tmp_path):
    printed = done("assess", measured / "out", "--prior", "0.25", "--out", tmp_path / "scored")
    assert printed.out.startswith("2 lesions scored, 0 failed: ")
    for name in ("lesions.csv", "lesions.parquet"):
        assert (tmp_path / "scored" / name).read_bytes() == (measured / "again" / name).read_bytes()


def test_without_a_folder_the_answers_are_printed(measured):
    rows = list(csv.DictReader(io.StringIO(done("assess", measured / "out", "--prior", "0.25").out)))
    with (measured / "again" / "lesions.csv").open() as stream:
        expected = list(csv.DictReader(stream))
    assert [(row["case"], row["probability"]) for row in rows] == [(r["case"], r["probability"]) for r in expected]
    assert rows[0]["prior"] == "0.25"


def test_a_lesion_that_cannot_be_scored_is_status_1_and_said(measured, tmp_path):
    printed = pnst("assess", measured / "out", "--patient", "age=31", "--out", tmp_path / "scored")
    assert (printed.code, printed.out.splitlines()[0][:26]) == (1, "1 lesions scored, 1 failed")
    assert "the patient's age contradicts the table" in (tmp_path / "scored" / "failures.csv").read_text()
    printed = pnst("assess", measured / "out", "--patient", "age=31")
    assert printed.code == 1
    assert printed.err.startswith("pnst: c1, lesion 1: the patient's age contradicts the table")


def test_what_is_no_cohort_and_what_is_of_one_case(measured, tmp_path):
    assert "measurements.json" in refused("assess", tmp_path)
    assert "--explain is of one case" in refused("assess", measured / "out", "--explain")
    assert "the folder of the cohort itself" in refused("assess", measured / "out", "--out", measured / "out")
