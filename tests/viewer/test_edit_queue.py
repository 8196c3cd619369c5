"""Edits that take long: in their order, droppable, never silently lost. Witness: jobs that the test holds back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pnst.errors import InputError, PnstError
from pnst.study import Study
from pnst.viewer.edit_queue import EditQueue, Job
from pnst.viewer.history import Step
from pnst.workflow.case import Case

REFUSED = InputError("no", got="a", expected="b", remedy="c")


class Desk:
    """What a session is to a queue."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.step = Step("first", Case(Study("A", {}), ()))
        self.ended: list[str] = []
        self.refusals: list[PnstError] = []
        self.queue = EditQueue(self.changed, lambda: self.step, self.finish, self.refusals.append)

    def finish(self, job: Job, case: Case) -> None:
        self.ended.append(job.done)
        self.step = Step(job.done, case)

    def rest(self) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.queue.last is None and not self.queue.stage, 10)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def held(gate: threading.Event) -> Callable[..., Case]:
    def work(step: Step, progress) -> Case:
        progress("holding")
        assert gate.wait(10)
        return Case(step.case.study, (), prompt=None)

    return work


def test_jobs_are_done_in_their_order_on_what_the_one_before_left(desk):
    seen: list[str] = []

    def work(step: Step, progress) -> Case:
        seen.append(step.done)
        return step.case

    for name in ("a", "b", "c"):
        desk.queue.add(Job(name, work))
    desk.rest()
    assert desk.ended == ["a", "b", "c"]
    assert seen == ["first", "a", "b"]


def test_a_job_that_is_dropped_while_it_runs_changes_nothing(desk):
    gate = threading.Event()
    desk.queue.add(Job("slow", held(gate)))
    with desk.changed:
        desk.changed.wait_for(lambda: desk.queue.stage == "holding", 10)
    assert desk.queue.drop_last()
    desk.queue.add(Job("next", lambda step, progress: step.case))
    gate.set()
    desk.rest()
    assert desk.ended == ["next"]
    assert not desk.queue.drop_last()


@pytest.mark.parametrize("error", [REFUSED, ValueError("a private path")])
def test_what_a_job_refuses_is_told_and_the_next_one_is_done(desk, error):
    def work(step: Step, progress) -> Case:
        raise error

    desk.queue.add(Job("bad", work))
    desk.queue.add(Job("good", lambda step, progress: step.case))
    desk.rest()
    assert desk.ended == ["good"]
    (refusal,) = desk.refusals
    assert "private" not in str(refusal)
