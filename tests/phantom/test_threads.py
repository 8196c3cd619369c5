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


@pytest.mark.parametrize(("setting", "expected"), [("3", 3), (" 2 ", 2), ("4,2", 4)])
def test_the_users_word_counts(monkeypatch: pytest.MonkeyPatch, setting: str, expected: int) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", setting)
    assert threads() == expected


@pytest.mark.parametrize("setting", ["", "0", "-2", "many", None])
def test_without_a_usable_word_it_is_the_cores(monkeypatch: pytest.MonkeyPatch, setting: str | None) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if setting is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", setting)
    assert 1 <= threads() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("setting", "started"), [("1", 0), ("3", 3)])
def test_distances_are_looked_up_in_as_many_threads(setting: str, started: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", COUNT],
        env=os.environ | {"OMP_NUM_THREADS": setting},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) == started
