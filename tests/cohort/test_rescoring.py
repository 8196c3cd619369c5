"""A cohort scored again. Witness: `pnst cohort` on the same studies with the same options, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import pnst
from classification.simulated_cohorts import cohort as simulated_cohort
from command_line import bytes_of, done
from command_line import pnst as command
from in_this_process import in_this_process
from pnst.cohort.cohort_table import read_cohort_table
from pnst.cohort.measuring import Chosen
from pnst.cohort.rescoring import Scoring, case_names, rescore_cohort, rescored
from pnst.cohort.run_cohort import measure_cohort
from pnst.errors import InputError, SettingError
from pnst.settings import RunSettings
from small_cohort import write_cohort

QUICK = """
[train]
folds = 3
inner_folds = 3
replicates = 10
inverse_penalties = [0.01, 1.0]
bootstrap = 100
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """Three studies whose patients differ in all that a score asks for, and one that is not there."""
    table = write_cohort(tmp_path_factory.mktemp("cohort"))
    facts = [",nf1,location,level,override.target.present", ",yes,limb,,yes", ",,intradural,cervical,", ",no,trunk,,"]
    lines = [line + more for line, more in zip(table.read_text().splitlines(), facts, strict=True)]
    table.write_text("\n".join([*lines, "gone,data/gone,,MPNST,70,1,,,,"]) + "\n")
    return table


@pytest.fixture(scope="module")
def measured(table, tmp_path_factory) -> Path:
    """What `pnst cohort` makes of it; a case fails, so the status is 1."""
    out = tmp_path_factory.mktemp("measured") / "out"
    settings = ("--settings", table.with_name("fast.toml"), "--no-pages", "--workers", "1")
    assert command("cohort", table, "--out", out, *settings).code == 1
    return out


def run(table: Path, out: Path, prior: float | None = None, **chosen: Path) -> Path:
    """What a run with these options makes of it."""
    settings = RunSettings.from_toml(table.with_name("fast.toml"))
    options = Chosen(settings.with_prior(prior) if prior else settings, pages=False, **chosen)
    done = measure_cohort(read_cohort_table(table), out, in_this_process, options)
    assert done.counts == {"made": 3, "failed": 1}
    return out


@pytest.fixture(scope="module")
def learnt(tmp_path_factory) -> Path:
    """A model and the counts of a site, of a simulated table."""
    folder = tmp_path_factory.mktemp("learnt")
    simulated_cohort().to_csv(folder / "table.csv", index=False)
    done("evidence", folder / "table.csv", "--label", "malignant", "--out", folder / "site")
    (folder / "quick.toml").write_text(QUICK)
    features = "size.longest_diameter_mm"
    words = ("--label", "malignant", "--groups", "patient", "--settings", folder / "quick.toml", "--features", features)
    done("train", folder / "table.csv", *words, "--out", folder / "model")
    return folder


@pytest.mark.parametrize("asked", ["nothing", "prior", "evidence", "model"])
def test_the_tables_are_those_of_a_run_with_the_same_options(asked, table, measured, learnt, tmp_path):
    options = {
        "nothing": {},
        "prior": {"prior": 0.37},
        "evidence": {"own_evidence": learnt / "site"},
        "model": {"model": learnt / "model"},
    }[asked]
    expected, before = run(table, tmp_path / "expected", **options), bytes_of(measured)
    assert rescore_cohort(measured, tmp_path / "scored", Scoring(**options)) == (3, 0)
    scored = bytes_of(tmp_path / "scored")
    assert scored.keys() == {"lesions.csv", "lesions.parquet"}
    assert scored == {name: (expected / name).read_bytes() for name in scored}
    assert (scored["lesions.csv"] == before["lesions.csv"]) == (asked == "nothing")
    assert bytes_of(measured) == before


def test_facts_of_the_rows_are_used_and_may_not_contradict(measured):
    """The place of a row picks its question; a fact for all fills what the rows leave open."""
    of_case = dict(rescored(measured, Scoring()))
    questions = {case: record["lesions"][0]["question"] for case, record in of_case.items()}
    assert questions == {"c1": "malignant", "c2": "intradural", "c3": "malignant"}
    failed = {case: record["failures"] for case, record in rescored(measured, Scoring(patient={"nf1": True}))}
    assert [case for case, why in failed.items() if why] == ["c3"]
    assert "the patient's nf1 contradicts the table" in failed["c3"]["1"]


def test_the_settings_that_each_case_was_measured_with_hold(measured, tmp_path):
    (tmp_path / "other.toml").write_text("[assess]\nprior = 0.6\n")
    ((_, record), *_) = rescored(measured, Scoring(settings_file=tmp_path / "other.toml"))
    assert record["lesions"][0]["prior"] == 0.6
    ((_, record), *_) = rescored(measured, Scoring(settings_file=tmp_path / "other.toml", prior=0.2))
    assert record["lesions"][0]["prior"] == 0.2


def test_a_folder_that_is_no_cohort_is_refused(measured, tmp_path):
    with pytest.raises(InputError, match=r"a folder without lesions\.csv"):
        rescore_cohort(tmp_path, tmp_path / "out", Scoring())
    shutil.copy(measured / "lesions.csv", tmp_path / "lesions.csv")
    with pytest.raises(InputError, match="no case 'c1' in parts/"):
        rescore_cohort(tmp_path, tmp_path / "out", Scoring())
    pd.DataFrame({"x": [1]}).to_csv(tmp_path / "lesions.csv", index=False)
    with pytest.raises(InputError, match="without a name in the column `case`"):
        case_names(tmp_path)
    assert not (tmp_path / "out").exists()


def test_the_cohort_s_own_folder_is_not_written_to(measured):
    with pytest.raises(InputError, match="the folder of the cohort itself"):
        rescore_cohort(measured, measured, Scoring())
    with pytest.raises(SettingError, match="prior"):
        list(rescored(measured, Scoring(prior=2.0)))


def test_a_second_look_finds_the_same_model(measured, learnt, tmp_path):
    """What is scored again is read by `evaluate` as a cohort's own folder is."""
    rescore_cohort(measured, tmp_path / "scored", Scoring(model=learnt / "model"))
    table = pd.read_parquet(tmp_path / "scored" / "lesions.parquet")
    answers = pnst.assess(table[["size.longest_diameter_mm"]], model=learnt / "model")
    assert table["probability"].tolist() == pytest.approx(answers["probability"].tolist())
