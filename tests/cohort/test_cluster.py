"""A Dask cluster. Witness: the tables of one worker on this machine, byte for byte; real schedulers and workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pnst
from pnst.cohort.cluster import on_cluster
from pnst.cohort.run import run_tasks
from pnst.cohort.task import Task, TaskOutcome
from small_cohort import write_cohort
from worker_tasks import draw

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'pnst[cluster]'")
TABLES = ("lesions.csv", "lesions.parquet", "failures.csv")


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster,
        distributed.Client(cluster, set_as_default=False) as one,
    ):
        yield one


def tables_of(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in TABLES}


def test_the_tables_are_those_of_one_worker(client, tmp_path):
    table = write_cohort(tmp_path, {"c1": 8.0, "c2": 10.0})
    table.write_text(table.read_text() + "gone,data/gone,,MPNST,70,1\n")
    options = {"settings": tmp_path / "fast.toml", "pages": False}
    pnst.run_cohort(table, tmp_path / "serial", workers=1, **options)
    pnst.run_cohort(table, tmp_path / "cluster", client, **options)
    assert tables_of(tmp_path / "cluster") == tables_of(tmp_path / "serial")


def test_what_fails_costs_its_own_case(client, tmp_path):
    told: list[TaskOutcome] = []
    thens = {"a": "", "b": "die", "c": "refuse", "d": "sleep 400"}
    orders = [Task(name, {"text": "x", "then": then}) for name, then in thens.items()]
    run_tasks(draw, orders, tmp_path, on_cluster(client, limit_s=8), told.append)
    assert {outcome.task.name: outcome.state for outcome in told} == dict.fromkeys("bcd", "failed") | {"a": "made"}
    got = {outcome.task.name: outcome.error.got for outcome in told if outcome.error}
    assert got["b"] == "signal 9 (SIGKILL)"
    assert got["d"] == "no result after 8 s"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def started(*words: str | Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "distributed.cli." + str(words[0]), *map(str, words[1:])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_a_worker_lost_in_the_middle_costs_nothing(tmp_path):
    """A scheduler and two workers on loopback; one worker is killed with its task in hand."""
    place = tmp_path / "scheduler.json"
    scheduler = started("dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", place)
    while not place.exists():
        time.sleep(0.1)
    words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--scheduler-file", place)
    workers = [started("dask_worker", *words, "--local-directory", tmp_path / name) for name in ("w1", "w2")]
    try:
        address = distributed.Client(scheduler_file=str(place), set_as_default=False)
        address.wait_for_workers(2)
        told: list[TaskOutcome] = []

        def watch(outcome: TaskOutcome) -> None:
            told.append(outcome)
            if len(told) == 1:
                workers[0].send_signal(signal.SIGKILL)

        orders = [Task(f"t{number}", {"text": "x", "then": "sleep 1"}) for number in range(8)]
        run_tasks(draw, orders, tmp_path / "out", on_cluster(address.scheduler.address), watch)
        assert sorted((outcome.task.name, outcome.state) for outcome in told) == [(t.name, "made") for t in orders]
        address.close()
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_nobody_at_the_address():
    with pytest.raises(pnst.InputError, match="no Dask scheduler answers"):
        on_cluster("tcp://127.0.0.1:1")


def test_without_dask_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(pnst.SettingError, match=r"pnst\[cluster\]"):
        on_cluster("tcp://127.0.0.1:1")
