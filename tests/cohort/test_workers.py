"""Worker processes. Witnesses: real processes, one of them killed for real."""

from __future__ import annotations

import os
import time
from multiprocessing import active_children

import pytest

from deeds import obey
from pnst.cohort.workers import cores, each
from pnst.errors import InputError, PnstError


def made(orders: list[str], workers: int = 2) -> dict[str, object]:
    found = list(each(obey, orders, workers))
    assert len(found) == len(orders)
    return dict(found)


@pytest.fixture(autouse=True)
def _nobody_left():
    """No test may leave a process behind."""
    yield
    assert active_children() == []


def test_every_item_comes_once_with_its_result():
    assert made(["a", "b", "c", "d", "e"]) == {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}
    assert made([]) == {}


def test_a_worker_that_is_killed_costs_its_own_item():
    """SIGKILL, as the system sends it when memory runs out; the others are made by the worker that takes its place."""
    found = made(["a", "die", "b", "die ", "c"])
    assert {name: found[name] for name in ("a", "b", "c")} == {"a": "A", "b": "B", "c": "C"}
    assert isinstance(found["die"], PnstError)
    assert "SIGKILL" in found["die"].got
    assert found["die "] == "DIE "


def test_even_the_only_worker_may_die_at_every_item():
    found = list(each(obey, ["die", "leave", "die", "a"], 1))
    assert [value.got if isinstance(value, PnstError) else value for _, value in found] == [
        "signal 9 (SIGKILL)",
        "exit status 3",
        "signal 9 (SIGKILL)",
        "A",
    ]


def test_a_refusal_keeps_its_four_parts():
    error = made(["refuse"])["refuse"]
    assert isinstance(error, InputError)
    assert (error.what, error.got, error.expected, error.remedy) == ("no such thing", "a", "b", "c")


@pytest.mark.parametrize(("order", "said"), [("stumble", "KeyError"), ("full", "No space left on device")])
def test_a_failure_that_nobody_foresaw_says_where_and_no_path(order, said):
    error = made([order])[order]
    assert isinstance(error, PnstError)
    assert said in error.got
    assert "deeds.py, line" in error.got
    assert "somebody" not in str(error)


def test_workers_are_other_processes_with_one_thread_each(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert made(["threads"]) == {"threads": "1"}
    assert made(["who"])["who"] != os.getpid()


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
