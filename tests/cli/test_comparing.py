"""`pnst compare`, as typed. Witnesses: the files that it leaves, one line of refusal."""

from __future__ import annotations

import json

import pytest

from command_line import content, done, outputs, refused, validator
from measurement.growth.dated import BALLS, limb, motion
from pnst.cli.comparing import visit_of
from pnst.io.write import write_study

QUICK = "[measure.uncertainty]\nrepetitions = 0\n"
FILES = {"growth.json", "growth.csv", "growth.html", "growth.toml"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("compare")
    (home / "quick.toml").write_text(QUICK)
    for name, moved, seed in (("first", None, 1), ("later", motion(), 2)):
        study, lesions = limb(BALLS, moved, seed=seed)
        write_study(study, home / name, "nifti", lesions)
    return home


def words(home, *more, first="2023-02-01", later="2024-01-15"):
    visits = [f"{first}={home / 'first'}", f"{later}={home / 'later'}:{home / 'later' / 'lesion.nii.gz'}"]
    return ["compare", *visits, "--settings", home / "quick.toml", *more]


def test_it_leaves_four_files_and_says_what_became_of_each_lesion(home, tmp_path):
    out = done(*words(home, "--out", tmp_path / "out")).out
    assert outputs(tmp_path / "out") == FILES
    written = content(tmp_path / "out" / "growth.json")
    assert list(validator("growth").iter_errors(written)) == []
    assert written["days"] == [0, 348]
    for text in (
        "lesion 1",
        "lesion 2",
        "followed",
        "stable",
        "day 348: aligned by t2",
        "growth.html",
        "not a medical",
    ):
        assert text in out


def test_it_prints_instead(home):
    printed = json.loads(done(*words(home, "--out", "-", "--case-id", "A")).out)
    assert printed["case_id"] == "A"
    assert [lesion["status"] for lesion in printed["lesions"]] == ["followed"] * 2


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ({"later": "2023-02-01"}, "2023-02-01 twice"),
        ({"later": "15.01.2024"}, "this is no date"),
        ({"later": ""}, "this is no date"),
    ],
)
def test_bad_dates_are_one_line_and_leave_nothing(home, tmp_path, dates, says):
    assert says in refused(*words(home, "--out", tmp_path / "out", **dates))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("word", ["first", "2023-02-01", "2023-02-01="])
def test_a_word_that_is_no_visit_is_refused(home, tmp_path, word):
    assert "cannot be read" in refused("compare", word, word, "--out", tmp_path / "out")


def test_one_study_twice_is_refused(home, tmp_path):
    twice = [f"2023-02-01={home / 'first'}", f"2023-02-02={home / 'first'}"]
    assert "one image stands on two dates" in refused("compare", *twice, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_study_is_the_longest_that_lies_there(home, tmp_path):
    (tmp_path / "a:b").mkdir()
    (tmp_path / "a").mkdir()
    visit = visit_of(f"2023-02-01={tmp_path / 'a:b'}:mask.nii.gz:2")
    assert (visit.study, visit.lesions) == (str(tmp_path / "a:b"), "mask.nii.gz:2")
    visit = visit_of(f"2023-02-01={tmp_path / 'a'}:mask.nii.gz")
    assert (visit.study, visit.lesions) == (str(tmp_path / "a"), "mask.nii.gz")
    assert visit_of(f"2023-02-01={tmp_path / 'a:b'}").lesions is None
