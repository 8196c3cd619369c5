"""A cohort of simulated patients from a table. Test material, never clinical evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pnst.cohort.patients import SimulatedPatient, read_patients
from pnst.cohort.run import on_this_machine, run_tasks
from pnst.cohort.task import Row, Task, TaskOutcome, Watch
from pnst.cohort.workers import cores
from pnst.io.atomic import write_text
from pnst.io.simulated import six_digits
from pnst.io.table import to_csv
from pnst.phantom.description import Changes
from pnst.workflow import StudyFormat, write_phantom

INDEX = "cohort.csv"
FAILURES = "failures.csv"
PLAIN = StudyFormat()
LESION = ("lesion.nii.gz", "lesions/1.dcm", "derivatives/pnst/sub-*/anat/*_label-lesion_mask.nii.gz")
"""Where the formats keep the lesion."""


def simulate_cohort(
    table: Path,
    out: Path,
    defaults: Sequence[Changes | Path] = (),
    form: StudyFormat = PLAIN,
    workers: int | None = None,
    watch: Watch = lambda _: None,
    plan: Callable[[int], None] = lambda _: None,
) -> list[TaskOutcome]:
    """Simulate every patient of a table into `out/<patient>`, and write `cohort.csv` and `failures.csv`.

    Patients that an earlier run made from the same description and version are kept. `workers` are processes (default:
    one a core); `plan` is told how many patients there are, then `watch` what became of each.
    """
    patients = read_patients(table, defaults)
    tasks = [Task(p.name, {"description": p.description.to_toml(), "form": asdict(form)}) for p in patients]
    plan(len(tasks))
    by_name: dict[str, TaskOutcome] = {}

    def note(outcome: TaskOutcome) -> None:
        by_name[outcome.task.name] = outcome
        watch(outcome)

    run_tasks(make_patient, tasks, out, on_this_machine(workers or cores()), note)
    outcomes = [by_name[task.name] for task in tasks]
    write_tables(out, patients, outcomes)
    return outcomes


def make_patient(order: Any, folder: Path) -> Row:
    """In a worker: one patient into an empty folder; the row of `cohort.csv` that is decided by the description."""
    made = write_phantom(folder, tomllib.loads(order["description"]), study_format=StudyFormat(**order["form"]))
    truth = {f"truth.{name}": six_digits(value) for name, value in made.truth.items()}
    return {"seed": made.seed, "lesion": lesion_file(folder), **truth}


def lesion_file(folder: Path) -> str:
    """The lesion of a study that was written, relative to its folder."""
    lesion = next(file for pattern in LESION for file in folder.glob(pattern))
    return lesion.relative_to(folder).as_posix()


def write_tables(out: Path, patients: Sequence[SimulatedPatient], outcomes: Sequence[TaskOutcome]) -> None:
    """`cohort.csv`, one row a patient that is there, as `pnst cohort` reads it; `failures.csv`, one row each that is
    not, where there are any."""
    index, failures = [], []
    for patient, outcome in zip(patients, outcomes, strict=True):
        if outcome.error is not None:
            e = outcome.error
            failures.append(
                {"case": patient.name, "what": e.what, "got": e.got, "expected": e.expected, "remedy": e.remedy}
            )
        elif outcome.row is not None:
            row = dict(outcome.row)
            where = {"study": patient.name, "lesion": f"{patient.name}/{row.pop('lesion')}"}
            index.append({"case": patient.name, **where, "diagnosis": patient.label, **row})
    write_text(out / INDEX, to_csv(index))
    if failures:
        write_text(out / FAILURES, to_csv(failures))
    else:
        (out / FAILURES).unlink(missing_ok=True)
