"""Cohorts from table to table. Witness: an undisturbed run, and the truth of the simulation."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

import pnst
from command_line import bytes_of
from in_this_process import in_this_process
from pnst.cohort.cohort_table import read_cohort_table
from pnst.cohort.measuring import Chosen
from pnst.cohort.run_cohort import INDEX, measure_cohort
from pnst.settings import RunSettings
from small_cohort import write_cohort

TABLES = ("lesions.csv", "lesions.parquet")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory) -> Path:
    """Three studies, and one that is not there."""
    table = write_cohort(tmp_path_factory.mktemp("cohort"))
    table.write_text(table.read_text() + "gone,data/gone,data/gone/lesion.nii.gz,MPNST,70,1\n")
    return table


@pytest.fixture(scope="module")
def undisturbed(cohort, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    pnst.run_cohort(cohort, out, settings=cohort.with_name("fast.toml"), workers=1, pages=False)
    return out


def tables_of(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in (*TABLES, "failures.csv")}


def test_one_row_a_lesion_near_the_truth(undisturbed):
    table = pd.read_parquet(undisturbed / "lesions.parquet")
    assert table["case"].tolist() == ["c1", "c2", "c3"]
    assert table["diagnosis"].tolist() == ["neurofibroma", "MPNST", "neurofibroma"]
    assert table["size.volume_ml"].to_numpy() == pytest.approx(table["truth.size.volume_ml"].to_numpy(), rel=0.1)
    assert "Not for diagnosis" in (undisturbed / INDEX).read_text()
    failures = (undisturbed / "failures.csv").read_text()
    assert "gone" in failures
    assert "reading the study" in failures


def test_a_second_run_measures_nothing_and_a_change_one_case(cohort, undisturbed, tmp_path):
    told: list[tuple[str, str]] = []
    settings = cohort.with_name("fast.toml")
    chosen = Chosen(RunSettings.from_toml(settings), pages=False)

    def watch(outcome):
        told.append((outcome.task.name, outcome.state))

    table = pnst.run_cohort(cohort, undisturbed, settings=settings, workers=2, pages=False, watch=watch)
    assert sorted(told) == [("c1", "kept"), ("c2", "kept"), ("c3", "kept"), ("gone", "failed")]
    assert list(table.attrs["failures"]) == ["gone"]
    before, told[:] = tables_of(undisturbed), []
    changed = cohort.with_name("changed.csv")
    changed.write_text(cohort.read_text().replace("MPNST,31", "MPNST,55"))
    measure_cohort(read_cohort_table(changed), undisturbed, in_this_process, chosen, watch)
    assert ("c2", "made") in told
    assert sorted(state for _, state in told) == ["failed", "kept", "kept", "made"]
    measure_cohort(read_cohort_table(cohort), undisturbed, in_this_process, chosen)
    assert tables_of(undisturbed) == before


RUN = """
import sys, pnst
from pathlib import Path

if __name__ == "__main__":
    table, out = map(Path, sys.argv[1:])
    pnst.run_cohort(table, out, settings=table.with_name("fast.toml"), workers=2, pages=False)
"""


def children(pid: int) -> list[int]:
    """The processes that a process started, on Linux."""
    task = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in task.read_text().split()] if task.exists() else []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are listed by Linux")
def test_killed_workers_and_parents_change_nothing(cohort, undisturbed, tmp_path):
    """kill −9 of a worker or of the parent at random moments, ten rounds, then a run in peace."""
    script, out = tmp_path / "run.py", tmp_path / "out"
    script.write_text(RUN)
    rng = random.Random(7)
    for _ in range(10):
        run = subprocess.Popen([sys.executable, script, cohort, out], stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.5, 6))
        victims = [*children(run.pid), run.pid]
        with suppress(ProcessLookupError):
            os.kill(rng.choice(victims), signal.SIGKILL)
        if rng.random() < 0.5:
            run.kill()
        run.wait(120)
    done = subprocess.run([sys.executable, script, cohort, out], check=True, capture_output=True)
    assert done.stderr == b""
    assert tables_of(out) == tables_of(undisturbed)
    assert {path.name for path in out.iterdir()} == {path.name for path in undisturbed.iterdir()}


def test_two_runs_on_one_folder_are_refused(cohort, undisturbed):
    import fcntl

    handle = os.open(undisturbed / "parts", os.O_RDONLY)
    before = bytes_of(undisturbed)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(pnst.InputError, match="another run"):
            pnst.run_cohort(cohort, undisturbed, settings=cohort.with_name("fast.toml"))
    finally:
        os.close(handle)
    assert bytes_of(undisturbed) == before


def test_a_cohort_of_failures_alone_still_has_its_tables(tmp_path):
    (tmp_path / "c.csv").write_text("case,study\na,nowhere\n")
    table = pnst.run_cohort(tmp_path / "c.csv", tmp_path / "out", workers=1)
    assert len(table) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*TABLES, "failures.csv", INDEX, "parts"}
