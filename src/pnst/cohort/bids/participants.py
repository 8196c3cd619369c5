"""The participant level: each session measured, its derivatives put in the place of an earlier run's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pnst.cohort.bids import derivatives
from pnst.cohort.bids.derivatives import WORK
from pnst.cohort.bids.session import BidsSession
from pnst.cohort.measuring import LESIONS, Chosen, measure_case, task_of
from pnst.cohort.run import Scheduler, run_tasks
from pnst.cohort.run_cohort import CohortRun
from pnst.cohort.tables import FAILURE_COLUMNS, Failure, failed_lesions
from pnst.cohort.task import Row, Task, TaskOutcome, Watch
from pnst.errors import PnstError
from pnst.io.bids import DERIVED
from pnst.io.output_folder import OutputFolder, output_folder

IDS = ("participant_id", "session_id")
"""What names a row in every table, as in participants.tsv and sessions.tsv."""
NOT_MEASURED = (*IDS, *FAILURE_COLUMNS[1:])
_PAGE = "report.html"


def measure_participants(
    sessions: Sequence[BidsSession],
    dataset: Path,
    out: Path,
    scheduler: Scheduler,
    chosen: Chosen,
    watch: Watch = lambda _: None,
    memory_mb: int | None = None,
) -> CohortRun:
    """Measure what is not measured yet, and write the derivatives of each session as one set, or why there are none.

    Runs on other participants may work in `out` at the same time. Raises `InputError` where `out` is no such folder.
    """
    derivatives.begin(out, dataset)
    level = _ParticipantLevel(dataset, chosen, watch, CohortRun(out))
    with ExitStack() as stack:
        stack.callback(level.let_go)
        run_tasks(
            measure_case, level.tasks(sessions), out / WORK, scheduler, level.note, memory_mb=memory_mb, together=True
        )
    return level.done


@dataclass
class _ParticipantLevel:
    """One run of it. A session's folder is kept from before its work until its derivatives are there."""

    dataset: Path
    chosen: Chosen
    watch: Watch
    done: CohortRun
    held: dict[str, tuple[BidsSession, OutputFolder, ExitStack]] = field(default_factory=dict)

    def tasks(self, sessions: Sequence[BidsSession]) -> Iterator[Task]:
        """What is to be measured; a session that cannot be has failed."""
        for session in sessions:
            try:
                self._hold(session)
                yield self._task(session)
            except PnstError as error:
                self.note(TaskOutcome(Task(session.name, None), "failed", error=error, stage="reading the dataset"))

    def note(self, outcome: TaskOutcome) -> None:
        """Write what became of a session, and let its folder go."""
        name = outcome.task.name
        self.done.counts[outcome.state] += 1
        if outcome.error is not None:
            self.done.failures[name] = Failure(outcome.stage, outcome.error)
        if name in self.held:
            session, folder, stack = self.held.pop(name)
            with stack:
                publish(session, self.done.out, folder, outcome.row, self.done.failures.get(name))
        self.watch(outcome)

    def let_go(self) -> None:
        """Of a run that ends early."""
        for *_, stack in self.held.values():
            stack.close()

    def _hold(self, session: BidsSession) -> None:
        stack = ExitStack()
        folder = stack.enter_context(output_folder(self.done.out / session.folder))
        self.held[session.name] = (session, folder, stack)

    def _task(self, session: BidsSession) -> Task:
        if session.refusal is not None or session.case is None:
            raise session.refusal or ValueError(session.name)
        task = task_of(session.case, self.dataset, self.chosen)
        drawn = self.dataset / DERIVED / session.folder  # the reader takes masks and maps from there, too
        return replace(task, inputs=(*task.inputs, drawn))


def publish(
    session: BidsSession, out: Path, folder: OutputFolder, row: Row | None, failure: Failure | None = None
) -> None:
    """Put the derivatives of a session in the place of its earlier ones: tables, images with sidecars, its page."""
    name, results, page = session.name, out / WORK / session.name, out / f"{session.name}.html"
    ids = _ids(session)
    anat = folder.new / "anat"
    anat.mkdir()
    failures = [failure.row(name)] if failure is not None else []
    if row is None:
        page.unlink(missing_ok=True)
    else:
        failures += failed_lesions(name, row)
        derivatives.write_table(anat, name, [{**ids, **_without_case(lesion)} for lesion in row[LESIONS]])
        for image, place, sidecar in derivatives.named_results(name, results):
            _copy(image, folder.new / f"{place}.nii.gz")
            text = json.dumps(sidecar, indent=2, sort_keys=True) + "\n"
            (folder.new / f"{place}.json").write_text(text, encoding="utf-8")
        _copy_page(results / _PAGE, page)
    if failures:
        file = anat / derivatives.failures_name(name)
        derivatives.write_tsv(file, NOT_MEASURED, [{**ids, **_without_case(failed)} for failed in failures])
    folder.publish(("anat", "dwi"))


def _ids(session: BidsSession) -> dict[str, str]:
    return {name: value for name, value in zip(IDS, (session.subject, session.session), strict=True) if value}


def _without_case(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "case"}


def _copy(file: Path, place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    shutil.copyfile(file, place)


def _copy_page(file: Path, place: Path) -> None:
    from pnst.io.atomic import write_text

    if os.path.exists(file):
        write_text(place, file.read_text(encoding="utf-8"))
    else:
        place.unlink(missing_ok=True)
