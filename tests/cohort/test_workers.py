"""Worker processes. Witnesses: real processes, some of them killed for real, or at work for longer than they may."""

from __future__ import annotations

import importlib
import os
import sys
import time
from multiprocessing import active_children

import pytest

from pnst.cohort.workers import THREADS, cores, each
from pnst.errors import InputError, PnstError
from worker_tasks import obey


def made(orders: list[str], workers: int = 2) -> dict[str, object]:
    results = list(each(obey, orders, workers))
    assert len(results) == len(orders)
    return dict(results)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module from its text, which workers can import as well."""

    def write(name: str, text: str):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return write


@pytest.fixture(autouse=True)
def _nobody_left():
    """No test may leave a process behind."""
    yield
    assert active_children() == []


def test_every_item_comes_once_with_its_result():
    assert made(["a", "b", "c", "d", "e"]) == {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}
    assert made([]) == {}


def test_a_worker_that_is_killed_costs_its_own_item():
    """SIGKILL, as the system sends it when memory runs out."""
    results = made(["a", "die", "b", "die ", "c"])
    assert {name: results[name] for name in ("a", "b", "c")} == {"a": "A", "b": "B", "c": "C"}
    assert isinstance(results["die"], PnstError)
    assert "SIGKILL" in results["die"].got
    assert results["die "] == "DIE "


def test_a_worker_that_is_killed_while_others_are_busy_costs_them_nothing():
    results = list(each(obey, ["sleep 3", "die", "a", "die", "sleep 2", "b"], 3))
    assert {value for _, value in results if isinstance(value, str)} == {"A", "B", "SLEEP 2", "SLEEP 3"}
    assert [value.got for _, value in results if isinstance(value, PnstError)] == ["signal 9 (SIGKILL)"] * 2


def test_even_the_only_worker_may_die_at_every_item():
    results = list(each(obey, ["die", "leave", "die", "a"], 1))
    assert [value.got if isinstance(value, PnstError) else value for _, value in results] == [
        "signal 9 (SIGKILL)",
        "exit status 3",
        "signal 9 (SIGKILL)",
        "A",
    ]


def test_a_worker_that_ends_with_status_0_did_not_finish():
    """`pebble.ProcessPool` would wait for it for ever."""
    ((_, error),) = each(os._exit, [0], 1)
    assert isinstance(error, PnstError)
    assert error.got == "exit status 0"


def test_a_worker_that_is_killed_while_it_imports_its_work_costs_its_own_item(module, tmp_path):
    text = """
import os, signal
from multiprocessing import parent_process
from pathlib import Path

FIRST = Path(__file__).with_name("first")
if parent_process() is not None and not FIRST.exists():
    FIRST.touch()
    os.kill(os.getpid(), signal.SIGKILL)

def double(number):
    return 2 * number
"""
    results = list(each(module("killed_at_import", text).double, [1, 2, 3], 1))
    assert [value.got if isinstance(value, PnstError) else value for _, value in results] == [
        "signal 9 (SIGKILL)",
        4,
        6,
    ]


def test_an_item_that_takes_longer_than_its_limit_fails_alone():
    """Four hundred seconds of work against a limit that leaves every start of a process plenty of time."""
    began = time.monotonic()
    results = dict(each(obey, ["sleep 400", "a", "b"], 2, limit_s=10))
    assert time.monotonic() - began < 200
    assert (results["a"], results["b"]) == ("A", "B")
    error = results["sleep 400"]
    assert isinstance(error, PnstError)
    assert "longer" in error.what
    assert error.got == "no result after 10 s"
    assert all((error.expected, error.remedy))


def test_a_refusal_keeps_its_four_parts():
    error = made(["refuse"])["refuse"]
    assert isinstance(error, InputError)
    assert (error.what, error.got, error.expected, error.remedy) == ("no such thing", "a", "b", "c")


@pytest.mark.parametrize(("order", "reason"), [("stumble", "KeyError"), ("full", "No space left on device")])
def test_a_failure_that_nobody_foresaw_says_where_and_no_path(order, reason):
    error = made([order])[order]
    assert isinstance(error, PnstError)
    assert reason in error.got
    assert "worker_tasks.py, line" in error.got
    assert "somebody" not in str(error)


@pytest.mark.parametrize(
    ("work", "item", "reason"),
    [(sys.exit, "/home/somebody", "SystemExit in workers.py, line"), (eval, "lambda: '/home'", "PicklingError")],
)
def test_an_exit_and_a_value_that_cannot_be_sent_are_failures_too(work, item, reason):
    ((_, error),) = each(work, [item], 1)
    assert isinstance(error, PnstError)
    assert error.got.startswith(reason)
    assert "/home" not in str(error)


def test_every_item_has_a_process_of_its_own():
    processes = {value for _, value in each(obey, ["who"] * 3, 1)}
    assert len(processes) == 3
    assert os.getpid() not in processes


def test_a_worker_is_no_copy_of_its_parent(module):
    """A fork would know what the parent changed, and hold its locks."""
    planted = module("planted", "CHANGED = False\n\ndef changed(_):\n    return CHANGED\n")
    planted.CHANGED = True
    assert list(each(planted.changed, [0], 1)) == [(0, False)]


def test_a_worker_has_one_thread_for_its_algebra(module, monkeypatch):
    """Witness: what the library itself reports; it reads the environment when it is imported, with the work."""
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    text = """
import numpy as np
from threadpoolctl import threadpool_info

def threads(_):
    return [pool["num_threads"] for pool in threadpool_info()]
"""
    assert made(["threads"]) == {"threads": "1"}
    assert list(each(module("algebra", text).threads, [0], 1)) == [(0, [1])]


def test_the_users_word_on_threads_beats_ours(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert made(["threads"]) == {"threads": "3"}


def test_closing_ends_the_workers_at_once():
    began = time.monotonic()
    results = each(obey, ["a", "sleep 60"], 2)
    assert next(results) == ("a", "A")
    results.close()
    assert time.monotonic() - began < 40


def test_results_come_as_they_are_finished():
    assert [order for order, _ in each(obey, ["sleep 3", "a"], 2)] == ["a", "sleep 3"]


def test_there_is_a_core():
    assert cores() >= 1
