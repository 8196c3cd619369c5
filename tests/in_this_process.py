"""A scheduler of tasks without processes: for tests of what a cohort reads and writes, not of who makes it."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from pnst.cohort.run import Make
from pnst.cohort.task import Row, Task
from pnst.errors import PnstError


def in_this_process(make: Make, tasks: Iterable[Task]) -> Generator[tuple[Task, Row | PnstError], None, None]:
    """Each task with what was made of it, one after the other."""
    for task in tasks:
        try:
            yield task, make(task)
        except PnstError as error:
            yield task, error
