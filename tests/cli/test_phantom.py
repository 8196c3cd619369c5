"""Simulated studies and cohorts from outside. Witnesses: the bytes of one way of saying it against another's, the truth
in closed form, what lies on disk after a failure, and a real terminal.
"""

from __future__ import annotations

import csv
import json
import os
import pty
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from command_line import bytes_of, content, done, only, outputs, pnst, refused
from pnst.cohort.run import RECORD

SMALL = """
snr = "none"
roles = ["t1"]
surround = {septa = 0, bone = false, vessels = false, nerve = false}
lesion = {radii_mm = [15, 16, 18]}
grids.t1 = {spacing_mm = [2.0, 2.3, 4.0], extent_mm = [44, 46, 52]}
"""
"""Quick to render, and its truth is that of an ellipsoid."""

TABLE = """patient,label,like,lesion.radii_mm,lesion.tilt_deg,seed
A1,benign,,,,
A2,malignant,malignant,15;16;19,0;0;0,12
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder whose own name must not be seen in any output."""
    folder = tmp_path_factory.mktemp("plantedfolder")
    (folder / "small.toml").write_text(SMALL)
    (folder / "p.csv").write_text(TABLE)
    return folder


@pytest.fixture(scope="module")
def cohort(place) -> Path:
    """What one run makes of the table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        run = done("phantom", "--table", "p.csv", "--spec", "small.toml", "--out", "made")
    assert run.out == f"2 made, 0 kept, 0 failed: {Path('made', 'cohort.csv')}\n"
    return place / "made"


@pytest.fixture
def again(place, cohort, tmp_path) -> Path:
    """A folder of its own with the table, the parameters and the cohort, to be changed."""
    return Path(shutil.copytree(place, tmp_path / "again"))


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def made(folder: Path, *more: object) -> str:
    return done(
        "phantom", "--table", folder / "p.csv", "--spec", folder / "small.toml", "--out", folder / "made", *more
    ).out


# --- one study -------------------------------------------------------------------------------------------------------


def test_the_description_beside_a_study_makes_it_again(cohort, tmp_path):
    """Witness: the same bytes, the preset and the seed of a table's row included; the grid that the file asked for."""
    done("phantom", "--spec", cohort / "A2" / "description.toml", "--out", tmp_path / "A2")
    assert outputs(tmp_path / "A2") == {"t1.nii.gz", "t1.json", "lesion.nii.gz", "truth.toml", "description.toml"}
    ours = bytes_of(cohort / "A2")
    assert json.loads(ours.pop(RECORD))["row"]["lesion"] == "lesion.nii.gz"
    assert bytes_of(tmp_path / "A2") == ours
    all_series = json.loads(done("inspect", tmp_path / "A2", "--json").out)["series"]
    (series,) = [series for series in all_series if series["role"]]
    assert series["role"] == "t1"
    assert series["spacing_mm"] == pytest.approx([2.0, 2.3, 4.0], abs=1e-4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--like", "bening"], "benign, malignant"),
        (["--seed", "-1"], "seed"),
        (["--spec", "nowhere.toml"], "'nowhere.toml'"),
        (["--workers", "2"], "--table"),
        (["--table", "p.csv", "--workers", "0"], "--workers"),
        (["--table", "nowhere.csv"], "'nowhere.csv'"),
        (["--table", "wrong.csv"], "patient 'A': "),
        (["--table", "p.csv", "--like", "bening"], "benign, malignant"),
        (["--spec", "wrong.toml"], "lesion.edema_mm"),
        (["--table", "p.csv", "--spec", "wrong.toml"], "lesion.edema_mm"),
    ],
)
def test_words_that_cannot_be_simulated_leave_nothing(place, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    shutil.copy(place / "p.csv", "p.csv")
    Path("wrong.csv").write_text("patient,lesion.edema_mm\nA,wide\n")
    Path("wrong.toml").write_text("lesion.edma_mm = 3\n")
    assert message in refused("phantom", *words, "--out", "o")
    assert not Path("o").exists()


def test_a_folder_that_is_taken_is_left_alone(place, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert tmp_path.name in refused("phantom", "--spec", place / "small.toml", "--out", tmp_path)
    assert outputs(tmp_path) == {"notes.txt"}


# --- a cohort --------------------------------------------------------------------------------------------------------


def test_the_index_says_where_everything_is_and_the_truth(cohort):
    """Witness: truth.toml of each study, and the volume of an ellipsoid."""
    patients = rows(cohort / "cohort.csv")
    assert [(row["case"], row["diagnosis"], row["study"]) for row in patients] == [
        ("A1", "benign", "A1"),
        ("A2", "malignant", "A2"),
    ]
    assert patients[1]["seed"] == "12"
    assert float(patients[0]["truth.size.volume_ml"]) == pytest.approx(4 / 3 * np.pi * 15 * 16 * 18 / 1000, rel=1e-4)
    for row in patients:
        assert (cohort / row["lesion"]).is_file()
        truth = tomllib.loads((cohort / row["study"] / "truth.toml").read_text())
        for name in ("size.longest_diameter_mm", "margin.irregularity", "adc.mean_um2_per_ms"):
            family, column = name.split(".")
            assert float(row[f"truth.{name}"]) == truth[family][column]
    assert sorted(path.name for path in cohort.iterdir()) == ["A1", "A2", "cohort.csv"]


def test_a_patient_of_the_cohort_is_measured_as_any_study(cohort, tmp_path):
    row = rows(cohort / "cohort.csv")[1]
    done("measure", cohort / row["study"], "--lesion", cohort / row["lesion"], "--out", tmp_path)
    assert content(tmp_path / "measurements.json")["case_id"] == "A2"
    volume_ml = only(tmp_path / "measurements.json")["size"]["volume_ml"]
    assert volume_ml == pytest.approx(float(row["truth.size.volume_ml"]), rel=0.1)


def test_a_second_run_keeps_what_is_there(again):
    before = bytes_of(again / "made")
    assert made(again).startswith("0 made, 2 kept, 0 failed: ")
    assert bytes_of(again / "made") == before


def test_a_changed_row_alone_is_made_again_and_a_label_moves_no_voxel(again):
    before = bytes_of(again / "made")
    text = (again / "p.csv").read_text()
    (again / "p.csv").write_text(text.replace("15;16;19", "15;16;20").replace("A1,benign", "A1,schwannoma"))
    assert made(again).startswith("1 made, 1 kept, 0 failed: ")
    after = bytes_of(again / "made")
    assert {name for name in before if after[name] == before[name] and name.startswith("A1/")} == {
        name for name in before if name.startswith("A1/")
    }
    assert after["A2/truth.toml"] != before["A2/truth.toml"]
    patients = rows(again / "made" / "cohort.csv")
    assert patients[0]["diagnosis"] == "schwannoma"
    volume_ml = [float(row["truth.size.volume_ml"]) for row in patients]
    assert volume_ml[1] > volume_ml[0]


def test_a_patient_that_cannot_be_made_is_one_row_of_failures_and_status_1(again):
    """A cyst outside its tumour: no single cell is wrong, so that only the simulation itself can refuse it."""
    good = (again / "p.csv").read_text()
    lines = good.splitlines()
    inclusion = "lesion.inclusions.1.tissue,lesion.inclusions.1.radius_mm,lesion.inclusions.1.centre_mm"
    lines = [f"{lines[0]},{inclusion}", *lines[1:], "A3,benign,,,,,cyst,2,30;0;0"]
    (again / "p.csv").write_text("\n".join(lines))
    command = pnst("phantom", "--table", again / "p.csv", "--spec", again / "small.toml", "--out", again / "made")
    assert (command.code, command.err) == (1, "")
    assert "0 made, 2 kept, 1 failed" in command.out
    assert "failures.csv" in command.out
    (failure,) = rows(again / "made" / "failures.csv")
    assert failure["case"] == "A3"
    assert "inclusions" in failure["what"]
    assert all(failure[part] for part in ("got", "expected", "remedy"))
    assert "planted" not in (again / "made" / "failures.csv").read_text()
    assert [row["case"] for row in rows(again / "made" / "cohort.csv")] == ["A1", "A2"]
    assert not (again / "made" / "A3").exists()
    (again / "p.csv").write_text(good)
    assert made(again).startswith("0 made, 2 kept, 0 failed: ")
    assert not (again / "made" / "failures.csv").exists()


def test_a_cohort_of_dicom_takes_the_place_of_nifti(again):
    (again / "p.csv").write_text("patient\nA1\n")
    assert made(again, "--dicom", "--workers", 1).startswith("1 made, 0 kept")
    (row,) = rows(again / "made" / "cohort.csv")
    assert row["lesion"] == "A1/lesions/1.dcm"
    assert (again / "made" / row["lesion"]).is_file()
    assert not list((again / "made" / "A1").rglob("*.nii.gz"))


def test_no_output_of_a_cohort_knows_the_place(cohort):
    for name, raw in bytes_of(cohort).items():
        if not name.endswith(".gz"):
            assert b"planted" not in raw, name


def test_a_refused_table_is_one_line(place, tmp_path):
    assert "'small.toml'" in refused("phantom", "--table", place / "small.toml", "--out", tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


# --- in a shell ------------------------------------------------------------------------------------------------------


def test_progress_is_seen_on_a_terminal(again):
    """A real pseudo-terminal on standard error; the tally alone goes to standard output."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pnst", "phantom", "--table", "p.csv", "--spec", "small.toml", "--out", "made"]
    run = subprocess.run(
        command, cwd=again, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"}, check=True
    )
    os.close(theirs)
    seen = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while part := terminal.read(4096):
                seen += part
        except OSError:  # how Linux says that the other end is closed
            pass
    assert b"2/2" in seen
    assert b"kept A2" in seen
    assert run.stdout.decode().startswith("0 made, 2 kept")
    assert b"\x1b" not in run.stdout
