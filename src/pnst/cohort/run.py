"""Many tasks, each a folder of its own that appears whole or not at all and is not made twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pnst.cohort.workers import each
from pnst.errors import InputError, PnstError

RECORD = ".pnst.json"
"""In each folder: the key that it was made under, and its row."""

STAGING = ".run-"
"""What a folder begins with in which cases lie that are not finished."""

Row = Mapping[str, Any]
"""Column → plain value."""

Work = Callable[[Any, Path], Row]
"""Makes one case from its order in an empty folder, and gives its row; a function that can be imported."""


@dataclass(frozen=True)
class Task:
    """One case to be made."""

    name: str
    """Its folder below the output folder."""
    order: Any
    """What the work is told; plain values that JSON can hold."""

    def key(self, work: Work) -> str:
        """SHA-256 of all that the result depends on: the work, its order and the version of pnst."""
        import pnst

        made_by = [f"{work.__module__}.{work.__qualname__}", pnst.__version__, self.order]
        return hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class TaskOutcome:
    """What became of one task."""

    task: Task
    state: Literal["made", "kept", "failed"]
    row: Row | None = None
    error: PnstError | None = None


Watch = Callable[[TaskOutcome], None]


def run_tasks(
    work: Work,
    tasks: Sequence[Task],
    out: Path,
    workers: int,
    watch: Watch = lambda _: None,
    limit_s: float | None = None,
) -> list[TaskOutcome]:
    """Make what is not there yet, each task in a process of its own; give the outcomes in the order of the tasks.

    A folder that was made under the same key is kept, one with another key is replaced, and one that pnst did not make
    is left alone and fails its task. A task that fails, kills its worker or takes longer than `limit_s` (None: no
    limit) fails alone. `watch` is told every outcome.
    Raises `InputError` when `out` is no folder, or another run works in it.
    """
    outcomes: dict[str, TaskOutcome] = {}

    def note(outcome: TaskOutcome) -> None:
        outcomes[outcome.task.name] = outcome
        watch(outcome)

    with _alone_in(out), _staging(out) as staging:
        missing = []
        for task in tasks:
            earlier = _earlier(out / task.name, task, work)
            if earlier is None:
                missing.append(task)
            else:
                note(earlier)
        with closing(each(partial(_make, work, staging), missing, workers, limit_s)) as results:
            for task, result in results:
                if isinstance(result, PnstError):
                    shutil.rmtree(staging / task.name, ignore_errors=True)
                    note(TaskOutcome(task, "failed", error=result))
                else:
                    _publish(staging / task.name, out / task.name)
                    note(TaskOutcome(task, "made", result))
    return [outcomes[task.name] for task in tasks]


def _make(work: Work, staging: Path, task: Task) -> Row:
    """In a worker: one case with its record, in the staging folder."""
    folder = staging / task.name
    folder.mkdir()
    row = dict(work(task.order, folder))
    record = {"key": task.key(work), "row": row}
    (folder / RECORD).write_text(json.dumps(record, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return row


def _earlier(folder: Path, task: Task, work: Work) -> TaskOutcome | None:
    """What an earlier run left for this task; None where it is to be made."""
    if not folder.exists():
        return None
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        key, row = record["key"], dict(record["row"])
    except (OSError, ValueError, TypeError, KeyError):
        if folder.is_dir() and not any(folder.iterdir()):
            return None
        error = InputError(
            f"cannot write to {folder.name!r}",
            got="something that pnst did not make",
            expected="nothing, or what an earlier run left there",
            remedy="move it away, or choose another folder with --out",
        )
        return TaskOutcome(task, "failed", error=error)
    return TaskOutcome(task, "kept", row) if key == task.key(work) else None


def _publish(made: Path, place: Path) -> None:
    """Move a finished case to its place; an earlier one gives way."""
    earlier = made.with_name(f".{made.name}")
    if place.exists():
        os.replace(place, earlier)
    os.replace(made, place)
    shutil.rmtree(earlier, ignore_errors=True)


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """A hidden folder for what is not finished; those of runs that were killed go first."""
    for stale in out.glob(f"{STAGING}*"):
        shutil.rmtree(stale, ignore_errors=True)
    try:
        staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=out))
    except OSError as error:
        raise _unusable(out, error.strerror or "a folder that cannot be written") from error
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Make the folder and keep other runs out of it; the system lifts the lock when this process ends, however."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(out, error.strerror or "a folder that cannot be made") from error
    if sys.platform == "win32":  # it has no lock on a folder
        yield
        return
    import fcntl

    handle = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _unusable(out, "another run that works in it") from error
        yield
    finally:
        os.close(handle)


def _unusable(out: Path, got: str) -> InputError:
    return InputError(
        f"cannot write a cohort to {out.name!r}",
        got=got,
        expected="a folder of its own, which may hold an earlier run's cases",
        remedy="choose another folder with --out, or wait for the other run",
    )
