"""Edits that take seconds, done one after another in a thread of their own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from pnst.errors import PnstError
from pnst.viewer.history import Step
from pnst.viewer.refusals import inner_fault
from pnst.workflow.case import Case
from pnst.workflow.inputs import Progress

Work = Callable[[Step, Progress], Case]


@dataclass(frozen=True, eq=False)
class Job:
    """One edit: what it is called, and what it makes of the step that holds."""

    done: str
    work: Work


class EditQueue:
    """Jobs in their order. A job that is taken out while it runs has its result dropped.

    Everything but the work itself happens under the lock of `changed`.
    """

    def __init__(
        self,
        changed: threading.Condition,
        now: Callable[[], Step],
        finish: Callable[[Job, Case], None],
        refuse: Callable[[PnstError], None],
    ) -> None:
        self._changed, self._now, self._finish, self._refuse = changed, now, finish, refuse
        self._jobs: deque[Job] = deque()
        self.stage = ""
        threading.Thread(target=self._run, daemon=True, name="edits").start()

    def add(self, job: Job) -> None:
        """One more job."""
        with self._changed:
            self._jobs.append(job)
            self.stage = self.stage or job.done
            self._changed.notify_all()

    def drop_last(self) -> bool:
        """Take the last job out, waiting or running; False where there is none."""
        with self._changed:
            if not self._jobs:
                return False
            self._jobs.pop()
            self.stage = "" if not self._jobs else self.stage
            self._changed.notify_all()
            return True

    @property
    def last(self) -> str | None:
        """What the last job is called; None where there is none."""
        return self._jobs[-1].done if self._jobs else None

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs)
                job, step = self._jobs[0], self._now()
            try:
                result: Case | PnstError = job.work(step, self._say)
            except PnstError as error:
                result = error
            except Exception as error:
                result = inner_fault(error)
            with self._changed:
                if self._jobs and self._jobs[0] is job:
                    self._jobs.popleft()
                    self._end(job, result)
                self.stage = ""
                self._changed.notify_all()

    def _end(self, job: Job, result: Case | PnstError) -> None:
        if isinstance(result, PnstError):
            self._refuse(result)
        else:
            self._finish(job, result)

    def _say(self, stage: str) -> None:
        with self._changed:
            self.stage = stage
            self._changed.notify_all()
