"""Witnesses: what the OpenMP specification says of OMP_NUM_THREADS; the threads that are there while it works."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pnst.phantom.threads import threads

COUNT = """
import threading
import numpy as np
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.shape import Shape
from pnst.phantom.surface import sample

started = []
threading.setprofile(lambda *_: started.append(threading.get_ident()))
surface = sample(Shape(LesionSpec(), np.random.default_rng(0)), 2.0)
surface.distance(np.random.default_rng(0).uniform(-20, 20, size=(60_000, 3)))
print(len(set(started)))
"""
"""How many threads were started to look up the distance of many points."""


@pytest.mark.parametrize(("said", "expected"), [("3", 3), (" 2 ", 2), ("4,2", 4)])
def test_the_users_word_counts(monkeypatch: pytest.MonkeyPatch, said: str, expected: int) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads() == expected


@pytest.mark.parametrize("said", ["", "0", "-2", "many", None])
def test_without_a_usable_word_it_is_the_cores(monkeypatch: pytest.MonkeyPatch, said: str | None) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if said is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert 1 <= threads() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("said", "started"), [("1", 0), ("3", 3)])
def test_distances_are_looked_up_in_as_many_threads(said: str, started: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", COUNT],
        env=os.environ | {"OMP_NUM_THREADS": said},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) == started
