"""A task in a process of its own. Witness: what the processes of this machine do with the same orders."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pnst.cohort.apart import make_apart
from pnst.cohort.run import RECORD, _make
from pnst.cohort.task import Task
from pnst.errors import PnstError
from worker_tasks import draw, hoard, segfault, talk


def apart(work, staging: Path, order, memory_mb: int | None = None, limit_s: float | None = None):
    return make_apart(_make, (work, staging, memory_mb), limit_s, Task("a", order))


def test_what_is_made_apart_is_what_is_made_here(tmp_path):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    row = apart(draw, tmp_path / "there", {"text": "x"})
    assert row == _make(draw, tmp_path / "here", None, Task("a", {"text": "x"})) == {"length": 1}
    for file in (RECORD, "one.txt", "two.txt"):
        assert (tmp_path / "there" / "a" / file).read_bytes() == (tmp_path / "here" / "a" / file).read_bytes()


@pytest.mark.parametrize(
    ("then", "got"),
    [
        ("die", "SIGKILL"),
        ("leave", "exit status 3"),
        ("refuse", "a"),
        ("stumble", "KeyError"),
        ("full", "No space left"),
    ],
)
def test_whatever_befalls_it_comes_back(tmp_path, then, got):
    error = apart(draw, tmp_path, {"text": "x", "then": then})
    assert isinstance(error, PnstError)
    assert got in error.got
    assert "secret" not in str(error)


def test_a_crash_of_a_library(tmp_path):
    error = apart(segfault, tmp_path, {})
    assert isinstance(error, PnstError)
    assert "SIGSEGV" in error.got


def test_its_time_is_limited(tmp_path):
    error = apart(draw, tmp_path, {"text": "x", "then": "sleep 400"}, limit_s=5)
    assert isinstance(error, PnstError)
    assert error.got == "no result after 5 s"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit on the address space")
def test_its_memory_is_limited(tmp_path):
    error = apart(hoard, tmp_path, {}, memory_mb=2000)
    assert isinstance(error, PnstError)
    assert "memory" in error.what


def test_what_a_library_prints_is_no_answer(tmp_path):
    assert apart(talk, tmp_path, {}) == {"said": True}
