"""`run_cohort`: many studies measured, resumed, and collected into one table. Not a medical device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.cohort.cohort_table import Cohort
from pnst.cohort.measuring import Chosen, measure_case, task_of
from pnst.cohort.run import Scheduler, on_this_machine, run_tasks
from pnst.cohort.source import read_cohort
from pnst.cohort.tables import LESIONS_PARQUET, PARTS, Failure, write_tables
from pnst.cohort.task import Task, TaskOutcome, Watch
from pnst.cohort.workers import cores
from pnst.errors import PnstError
from pnst.settings import RunSettings

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

    from pnst.workflow.inputs import StrPath


INDEX = "index.html"


@dataclass
class CohortRun:
    """What became of a cohort."""

    out: Path
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
    write_tables(out, _names(cohort), done.failures)
    write_page(done, cohort.count, chosen.pages)
    return done


def run_cohort(
    cohort: StrPath,
    out: StrPath,
    scheduler: Client | str | None = None,
    *,
    workers: int | None = None,
    time_limit_s: float | None = None,
    memory_limit_mb: int | None = None,
    pages: bool = True,
    settings: RunSettings | StrPath | None = None,
    model: StrPath | None = None,
    evidence: Sequence[StrPath] = (),
    own_evidence: StrPath | None = None,
    watch: Watch = lambda _: None,
) -> pd.DataFrame:
    """Measure and score every case of a cohort: all that `pnst cohort` does. Not a medical device.

    Parameters
    ----------
    cohort : table (CSV or Parquet: `case`, `study`, `lesion`, …), a BIDS dataset, or a folder of studies
    out : folder of the results; what an earlier run left there and nothing has changed is kept
    scheduler : a Dask client, or the address of a scheduler; None: processes on this machine
    workers : processes on this machine; None: one a core
    time_limit_s, memory_limit_mb : of each case; None: no limit
    pages : whether each case has its report
    settings, model, evidence, own_evidence : as in `run`
    watch : is told what became of each case

    Returns
    -------
    DataFrame : `lesions.parquet`, one row a lesion; `.attrs["failures"]`: case → why it has none

    Raises
    ------
    PnstError : a table that cannot be used, a folder that cannot be written; a case that fails alone raises nothing

    Examples
    --------
    A case whose study is not there costs only itself:

    >>> import tempfile
    >>> import pnst
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder, "cohort.csv")
    ...     _ = table.write_text("case,study\\nA,nowhere\\n")
    ...     lesions = pnst.run_cohort(table, Path(folder, "results"), workers=1)
    >>> len(lesions), list(lesions.attrs["failures"])
    (0, ['A'])
    """
    chosen = Chosen(
        settings=RunSettings.from_toml(settings) if isinstance(settings, str | PathLike) else settings or RunSettings(),
        model=None if model is None else Path(model),
        evidence=tuple(map(Path, evidence)),
        own_evidence=None if own_evidence is None else Path(own_evidence),
        pages=pages,
    )
    where = (
        on_this_machine(workers or cores(), time_limit_s) if scheduler is None else _cluster(scheduler, time_limit_s)
    )
    done = measure_cohort(read_cohort(Path(cohort)), Path(out), where, chosen, watch, memory_limit_mb)
    table = read_lesions_table(done.out)
    table.attrs["failures"] = {case: str(failure.error) for case, failure in done.failures.items()}
    return table


def write_page(done: CohortRun, count: int, pages: bool) -> None:
    """`index.html` over the tables that were written."""
    from pnst.io.atomic import write_text
    from pnst.reporting.cohort import SHOWN, cohort_page

    table = read_lesions_table(done.out)
    failures = [failure.row(case) for case, failure in list(done.failures.items())[:SHOWN]]
    counts = {"there": count - len(done.failures), "failed": len(done.failures)}
    cases = dict.fromkeys(table["case"]) if "case" in table else ()
    links = {case: f"{PARTS}/{case}/report.html" for case in cases} if pages else {}
    write_text(done.out / INDEX, cohort_page(table, counts, failures, links))


def _cluster(scheduler: Client | str, limit_s: float | None) -> Scheduler:
    from pnst.cohort.cluster import on_cluster

    return on_cluster(scheduler, limit_s)


def read_lesions_table(out: Path) -> pd.DataFrame:
    """`lesions.parquet` as pandas reads it; a table without rows where every case failed."""
    import pandas as pd

    return pd.read_parquet(out / LESIONS_PARQUET)


def _names(cohort: Cohort) -> Callable[[], Iterator[str]]:
    return lambda: (case.name for case in cohort.cases())


def _tasks(cohort: Cohort, chosen: Chosen, note: Callable[[TaskOutcome], None]) -> Iterator[Task]:
    """The tasks one by one; a row that says what cannot be is a case that failed."""
    for case in cohort.cases():
        try:
            yield task_of(case, cohort.root, chosen)
        except PnstError as error:
            note(TaskOutcome(Task(case.name, None), "failed", error=error, stage="reading the table"))
