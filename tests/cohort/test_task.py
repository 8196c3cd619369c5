"""Keys of tasks. Witness: what is part of a key, and what is not."""

from __future__ import annotations

from pathlib import Path

from pnst.cohort.task import Task
from worker_tasks import draw, hoard


def test_a_key_is_of_the_work_its_order_and_the_code(monkeypatch):
    key = Task("a", {"x": 1}).key(draw)
    assert Task("a", {"x": 1}).key(draw) == key
    assert Task("b", {"x": 1}, inputs=(Path("data"),)).key(draw) == key  # inputs have digests of their own
    assert Task("a", {"x": 2}).key(draw) != key
    assert Task("a", {"x": 1}).key(hoard) != key
    assert Task("a", {"x": 1, "root": "here"}, identity={"x": 1}).key(draw) == key
    monkeypatch.setattr("pnst.cohort.task.code_digest", lambda: "other code")
    assert Task("a", {"x": 1}).key(draw) != key
