"""`run_cohort`: many studies measured, resumed, and collected into one table. Not a medical device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.cohort.cohort_table import Cohort
from pnst.cohort.measuring import Chosen, measure_case, task_of
from pnst.cohort.run import Scheduler, run_tasks
from pnst.cohort.tables import PARTS, Failure, write_tables
from pnst.cohort.task import Task, TaskOutcome, Watch
from pnst.errors import PnstError

if TYPE_CHECKING:
    from pnst.io.table_rows import Kind


@dataclass
class CohortRun:
    """What became of a cohort."""

    out: Path
    columns: dict[str, Kind] = field(default_factory=dict)
    """Of the table of lesions."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many cases were made, kept and failed."""
    failures: dict[str, Failure] = field(default_factory=dict)


def measure_cohort(
    cohort: Cohort,
    out: Path,
    scheduler: Scheduler,
    chosen: Chosen,
    watch: Watch = lambda _: None,
    memory_mb: int | None = None,
) -> CohortRun:
    """Measure what is not measured yet, and write the tables and the page of all cases that are there.

    Raises `InputError` where `out` cannot be such a folder; a case that fails is a row of `failures.csv`.
    """
    done = CohortRun(out)

    def note(outcome: TaskOutcome) -> None:
        done.counts[outcome.state] += 1
        if outcome.error is not None:
            done.failures[outcome.task.name] = Failure(outcome.stage, outcome.error)
        watch(outcome)

    run_tasks(measure_case, _tasks(cohort, chosen, note), out / PARTS, scheduler, note, memory_mb)
    done.columns = write_tables(out, _names(cohort), done.failures)
    return done


def _names(cohort: Cohort) -> Callable[[], Iterator[str]]:
    return lambda: (case.name for case in cohort.cases())


def _tasks(cohort: Cohort, chosen: Chosen, note: Callable[[TaskOutcome], None]) -> Iterator[Task]:
    """The tasks one by one; a row that says what cannot be is a case that failed."""
    for case in cohort.cases():
        try:
            yield task_of(case, cohort.root, chosen)
        except PnstError as error:
            note(TaskOutcome(Task(case.name, None), "failed", error=error, stage="reading the table"))
