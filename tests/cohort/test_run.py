"""Tasks in folders. Witness: what lies on disk after runs that succeed, fail, are killed, or are interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command_line import bytes_of, outputs
from pnst.cohort import run as cohort_run
from pnst.cohort.run import RECORD, STAGING, on_this_machine
from pnst.cohort.task import Task, TaskOutcome, Watch, Work
from pnst.errors import InputError
from worker_tasks import draw, hoard, segfault, staged

FILES = {RECORD, "one.txt", "two.txt"}


def tasks(**texts: str) -> list[Task]:
    """Each name with its text; "text|then" adds what happens between its two files."""
    return [
        Task(name, dict(zip(("text", "then"), text.split("|"), strict=False))) for name, text in sorted(texts.items())
    ]


def run_tasks(
    work: Work, orders: list[Task], out: Path, workers: int, watch: Watch = lambda _: None, limit_s: float | None = None
) -> list[TaskOutcome]:
    """What became of each, in the order of the tasks."""
    told: list[TaskOutcome] = []

    def note(outcome: TaskOutcome) -> None:
        told.append(outcome)
        watch(outcome)

    cohort_run.run_tasks(work, orders, out, on_this_machine(workers, limit_s), note)
    return sorted(told, key=lambda outcome: orders.index(outcome.task))


def states(outcomes: list[TaskOutcome]) -> dict[str, str]:
    return {outcome.task.name: outcome.state for outcome in outcomes}


def test_each_case_is_a_folder_with_its_record(tmp_path):
    outcomes = run_tasks(draw, tasks(a="x", b="yy"), tmp_path / "out", 2)
    assert states(outcomes) == {"a": "made", "b": "made"}
    assert [outcome.row for outcome in outcomes] == [{"length": 1}, {"length": 2}]
    assert outputs(tmp_path) == {f"out/{name}/{file}" for name in "ab" for file in FILES}
    assert (tmp_path / "out" / "b" / "two.txt").read_text() == "yy"


def test_a_second_run_makes_only_what_is_missing_or_changed(tmp_path):
    run_tasks(draw, tasks(a="x", b="yy", c="z"), tmp_path, 2)
    before = bytes_of(tmp_path / "a")
    stamp = (tmp_path / "a" / "one.txt").stat().st_mtime_ns
    (tmp_path / "b" / "stale.txt").write_text("of an earlier run")
    outcomes = run_tasks(draw, tasks(a="x", b="other", d="new"), tmp_path, 2)
    assert states(outcomes) == {"a": "kept", "b": "made", "d": "made"}
    assert outcomes[0].row == {"length": 1}
    assert (bytes_of(tmp_path / "a"), (tmp_path / "a" / "one.txt").stat().st_mtime_ns) == (before, stamp)
    assert outputs(tmp_path / "b") == FILES
    assert (tmp_path / "b" / "one.txt").read_text() == "other"
    assert outputs(tmp_path / "c") == FILES  # no longer asked for, and not ours to remove


def test_other_code_makes_everything_again(tmp_path, monkeypatch):
    run_tasks(draw, tasks(a="x"), tmp_path, 1)
    assert states(run_tasks(draw, tasks(a="x"), tmp_path, 1)) == {"a": "kept"}
    monkeypatch.setattr("pnst.cohort.task.code_digest", lambda: "other code")
    assert states(run_tasks(draw, tasks(a="x"), tmp_path, 1)) == {"a": "made"}


def test_other_inputs_make_a_case_again_and_the_same_do_not(tmp_path):
    """By their bytes: a copy with other times is the same."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "image").write_text("voxels")
    orders = [Task("a", {"text": "x"}, inputs=(data, tmp_path / "absent"))]
    out = tmp_path / "out"
    assert states(run_tasks(draw, orders, out, 1)) == {"a": "made"}
    assert states(run_tasks(draw, orders, out, 1)) == {"a": "kept"}
    (data / "image").write_text("voxels")  # the same bytes, a later time
    assert states(run_tasks(draw, orders, out, 1)) == {"a": "kept"}
    (data / "image").write_text("Voxels")
    assert states(run_tasks(draw, orders, out, 1)) == {"a": "made"}
    (data / "more").write_text("one more series")
    assert states(run_tasks(draw, orders, out, 1)) == {"a": "made"}
    (tmp_path / "absent").write_text("now there")
    assert states(run_tasks(draw, orders, out, 1)) == {"a": "made"}


def test_what_does_not_decide_the_result_makes_nothing_again(tmp_path):
    """Where the data lie on this machine."""
    here, there = (Task("a", {"text": "x", "root": root}, identity={"text": "x"}) for root in ("here", "there"))
    assert states(run_tasks(draw, [here], tmp_path, 1)) == {"a": "made"}
    assert states(run_tasks(draw, [there], tmp_path, 1)) == {"a": "kept"}


def test_tasks_are_taken_as_there_is_room_for_them(tmp_path):
    taken: list[str] = []

    def planned():
        for name in "abcdef":
            taken.append(name)
            yield Task(name, {"text": "x"})

    ahead: list[int] = []
    cohort_run.run_tasks(draw, planned(), tmp_path, on_this_machine(2), lambda _: ahead.append(len(taken)))
    assert all(count <= finished + 2 for finished, count in enumerate(ahead))
    assert len(ahead) == 6


def test_a_case_that_fails_or_kills_its_worker_leaves_nothing_and_costs_no_other(tmp_path):
    run_tasks(draw, tasks(e="earlier"), tmp_path, 1)
    told: list[TaskOutcome] = []
    orders = tasks(a="x", b="x|die", c="x|refuse", d="x", e="later|stumble")
    outcomes = run_tasks(draw, orders, tmp_path, 2, told.append)
    assert states(outcomes) == {"a": "made", "b": "failed", "c": "failed", "d": "made", "e": "failed"}
    assert {id(outcome) for outcome in told} == {id(outcome) for outcome in outcomes}
    assert [outcome.error is not None for outcome in outcomes] == [False, True, True, False, True]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "d", "e"]
    assert (tmp_path / "e" / "one.txt").read_text() == "earlier"
    again = run_tasks(draw, tasks(a="x", b="x", c="x", d="x"), tmp_path, 2)
    assert states(again) == {"a": "kept", "b": "made", "c": "made", "d": "kept"}


def test_a_case_over_its_time_limit_leaves_nothing_and_costs_no_other(tmp_path):
    orders = tasks(a="x|sleep 400", b="x", c="x")
    outcomes = run_tasks(draw, orders, tmp_path, 2, limit_s=10)
    assert states(outcomes) == {"a": "failed", "b": "made", "c": "made"}
    assert outcomes[0].error is not None
    assert outcomes[0].error.got == "no result after 10 s"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]
    assert states(run_tasks(draw, tasks(a="x", b="x"), tmp_path, 2)) == {"a": "made", "b": "kept"}


@pytest.mark.parametrize("content", ["mine", "{}", '{"key": 3}', "[]"])
def test_what_pnst_did_not_make_is_left_alone(tmp_path, content):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ("notes.txt" if content == "mine" else RECORD)).write_text(content)
    (tmp_path / "b").mkdir()
    (tmp_path / "c").write_text("a file")
    before = bytes_of(tmp_path)
    outcomes = run_tasks(draw, tasks(a="x", b="x", c="x"), tmp_path, 1)
    assert states(outcomes) == {"a": "failed", "b": "made", "c": "failed"}
    assert str(tmp_path) not in str(outcomes[0].error)
    assert before.items() <= bytes_of(tmp_path).items()


def test_what_a_killed_run_left_is_swept_away(tmp_path):
    (tmp_path / f"{STAGING}old" / "a").mkdir(parents=True)
    run_tasks(draw, tasks(b="x"), tmp_path, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b"]


@pytest.mark.parametrize("place", ["taken", "taken/below"])
def test_a_place_that_is_no_folder(tmp_path, place):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputError, match=Path(place).name):
        run_tasks(draw, tasks(a="x"), tmp_path / place, 1)
    assert outputs(tmp_path) == {"taken"}


def test_a_case_that_reads_where_nothing_is(tmp_path):
    (outcome,) = run_tasks(segfault, tasks(a="x"), tmp_path, 1)
    assert outcome.error is not None
    assert "SIGSEGV" in outcome.error.got


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit on the address space")
def test_a_case_beyond_its_memory_fails_and_says_so(tmp_path):
    told: list[TaskOutcome] = []
    cohort_run.run_tasks(hoard, tasks(a="x"), tmp_path, on_this_machine(1, 120), told.append, memory_mb=2000)
    (outcome,) = told
    assert outcome.error is not None
    assert "memory" in outcome.error.what
    assert list(tmp_path.iterdir()) == []


def test_what_was_being_done_is_told_of_a_case_that_died(tmp_path):
    told: list[TaskOutcome] = []
    cohort_run.run_tasks(staged, [Task("a", {}), Task("b", {"die": True})], tmp_path, on_this_machine(2), told.append)
    states_and_stages = {(outcome.state, outcome.stage) for outcome in told}
    assert states_and_stages == {("made", ""), ("failed", "measuring")}
    assert {path.name for path in (tmp_path / "a").iterdir()} == {RECORD}


# --- another process runs it, and is interrupted ----------------------------------------------------------------------

SCRIPT = """
import signal, sys
from pathlib import Path
from worker_tasks import draw
from pnst.cohort.run import on_this_machine, run_tasks
from pnst.cohort.task import Task

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    orders = [Task("a", {"text": "x"}), *(Task(name, {"text": "x", "then": "sleep 400"}) for name in "bc")]
    run_tasks(draw, orders, Path(sys.argv[1]), on_this_machine(2))
"""


@pytest.fixture
def running(tmp_path):
    """A run in a process group of its own that has made "a" and sleeps in the middle of "b" and "c"; and its folder."""
    (tmp_path / "script.py").write_text(SCRIPT)
    out = tmp_path / "out"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    run = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", out], env=environment, stderr=subprocess.PIPE, start_new_session=True
    )
    while run.poll() is None and not ((out / "a").exists() and len(list(out.glob(f"{STAGING}*/[bc]/one.txt"))) == 2):
        time.sleep(0.05)
    yield run, out
    run.kill()
    run.wait()
    run.stderr.close()


def test_nobody_else_works_in_the_same_folder(running):
    _, out = running
    with pytest.raises(InputError, match="another run"):
        run_tasks(draw, tasks(z="x"), out, 1)
    assert not (out / "z").exists()


def last_words(run: subprocess.Popen[bytes]) -> str:
    """What a run and its workers wrote to the standard error that they share; it ends when the last of them ended.

    The workers would sleep for four hundred seconds, so that one who lives on is seen.
    """
    return run.communicate(timeout=200)[1].decode()


@pytest.mark.parametrize("send", [os.killpg, os.kill], ids=["group", "parent"])
def test_an_interrupt_leaves_nobody_at_work_and_nothing_half_written(running, send):
    """SIGINT to the whole group, as a terminal sends it, or to the parent alone: the workers write no traceback."""
    run, out = running
    send(run.pid, signal.SIGINT)
    assert last_words(run).count("KeyboardInterrupt") == 1
    assert [path.name for path in out.iterdir()] == ["a"]
    assert outputs(out / "a") == FILES
    assert states(run_tasks(draw, tasks(a="x", b="x"), out, 1)) == {"a": "kept", "b": "made"}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_killed_takes_its_workers_along_and_can_be_taken_up_again(running, how):
    """The parent alone is killed, before it can do anything."""
    run, out = running
    run.send_signal(how)
    last_words(run)
    assert states(run_tasks(draw, tasks(a="x", b="x"), out, 1)) == {"a": "kept", "b": "made"}
    assert sorted(path.name for path in out.iterdir()) == ["a", "b"]


def test_runs_that_are_together_leave_each_other_alone_and_keep_out_who_wants_to_be_alone(tmp_path):
    stale = tmp_path / f"{STAGING}of-a-run"
    stale.mkdir()
    with cohort_run.kept(tmp_path, together=True):
        cohort_run.run_tasks(draw, tasks(a="x"), tmp_path, on_this_machine(1), together=True)
        assert outputs(tmp_path / "a") == FILES
        assert stale.exists()  # it may be at work
        with pytest.raises(InputError, match="cannot write a cohort"), cohort_run.kept(tmp_path):
            pass
    with cohort_run.kept(tmp_path), pytest.raises(InputError, match="cannot write a cohort"):
        cohort_run.run_tasks(draw, tasks(a="x"), tmp_path, on_this_machine(1), together=True)
    assert not stale.exists()
