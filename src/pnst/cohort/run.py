"""Many tasks, each a folder of its own that appears whole or not at all and is not made twice."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pnst.cohort.content import Inputs, content_digest, seen_digest
from pnst.cohort.memory import limit_memory
from pnst.cohort.task import Row, Task, TaskOutcome, Watch, Work
from pnst.cohort.workers import each
from pnst.errors import InputError, PnstError
from pnst.io.atomic import write_text

RECORD = ".pnst.json"
"""In each folder: the key that it was made under, digests of what was read, and its row."""

STAGE = ".stage"
"""In the folder of a case that is being made: what is being done."""

STAGING = ".run-"
"""What a folder begins with in which cases lie that are not finished."""

Make = Callable[[Task], Row]
"""Makes one task; a function that can be sent to another process."""

Scheduler = Callable[[Make, Iterable[Task]], Generator[tuple[Task, Row | PnstError], None, None]]
"""Gives every task with what became of it, in the order in which they are finished; takes tasks as it has room."""


def on_this_machine(workers: int, limit_s: float | None = None) -> Scheduler:
    """So many processes, and a limit on the time of each task (None: no limit)."""
    return partial(_each, workers, limit_s)


def _each(
    workers: int, limit_s: float | None, make: Make, tasks: Iterable[Task]
) -> Generator[tuple[Task, Row | PnstError], None, None]:
    return each(make, tasks, workers, limit_s)


def run_tasks(
    work: Work,
    tasks: Iterable[Task],
    out: Path,
    scheduler: Scheduler,
    watch: Watch = lambda _: None,
    memory_mb: int | None = None,
    together: bool = False,
) -> None:
    """Make what is not there yet, each task in a process of its own; `watch` is told what became of each.

    A folder that was made under the same key from the same inputs is kept, another one is replaced, and one that pnst
    did not make is left alone and fails its task. A task that fails, kills its worker, or takes more time or memory
    than it may fails alone. Tasks are taken as there is room for them: they may be millions.
    Raises `InputError` when `out` is no folder, or another run works in it; runs that are `together` may work in it at
    the same time, on tasks that each keeps for itself.
    """
    with kept(out, together), _staging(out) as staging:
        make = partial(_make, work, staging, memory_mb)
        with closing(scheduler(make, _missing(work, tasks, out, watch))) as results:
            for task, result in results:
                made = staging / task.name
                if isinstance(result, PnstError):
                    watch(TaskOutcome(task, "failed", error=result, stage=_stage(made)))
                    shutil.rmtree(made, ignore_errors=True)
                    continue
                try:
                    (made / STAGE).unlink(missing_ok=True)
                    _publish(made, out / task.name)
                except OSError as error:
                    watch(TaskOutcome(task, "failed", error=_unwritten(error), stage="writing"))
                    continue
                watch(TaskOutcome(task, "made", result))


def stage_of(folder: Path, stage: str) -> None:
    """Leave word of what is being done in the folder of a case, for when its process dies."""
    (folder / STAGE).write_text(stage, encoding="utf-8")


def row_of(folder: Path) -> Row:
    """The row of a case that is there. Raises `InputError` for a folder that holds none."""
    try:
        return dict(json.loads((folder / RECORD).read_text(encoding="utf-8"))["row"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _foreign(folder) from error


def _missing(work: Work, tasks: Iterable[Task], out: Path, watch: Watch) -> Iterator[Task]:
    """The tasks that are to be made; of the others `watch` is told."""
    for task in tasks:
        earlier = _earlier(out / task.name, task, work)
        if earlier is None:
            yield task
        else:
            watch(earlier)


def _make(work: Work, staging: Path, memory_mb: int | None, task: Task) -> Row:
    """In a worker: one case with its record, in the staging folder."""
    limit_memory(memory_mb)
    folder = staging / task.name
    shutil.rmtree(folder, ignore_errors=True)  # of a worker that was lost
    folder.mkdir()
    inputs = Inputs.of(task.inputs)  # before the work: what changes meanwhile is another input
    row = dict(work(task.order, folder))
    record = {"key": task.key(work), "seen": inputs.seen, "content": inputs.content, "row": row}
    (folder / RECORD).write_text(_record_text(record), encoding="utf-8")
    return row


def _record_text(record: dict[str, Any]) -> str:
    return json.dumps(record, indent=2, allow_nan=False) + "\n"


def _earlier(folder: Path, task: Task, work: Work) -> TaskOutcome | None:
    """What an earlier run left for this task; None where it is to be made."""
    if not os.path.exists(folder):
        return None
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        key, seen, content, row = record["key"], record["seen"], record["content"], dict(record["row"])
    except (OSError, ValueError, TypeError, KeyError):
        if os.path.isdir(folder) and not any(folder.iterdir()):
            return None
        return TaskOutcome(task, "failed", error=_foreign(folder))
    if key != task.key(work):
        return None
    now = seen_digest(task.inputs)
    if now != seen:
        if content_digest(task.inputs) != content:
            return None
        write_text(folder / RECORD, _record_text({**record, "seen": now}))
    return TaskOutcome(task, "kept", row)


def _stage(folder: Path) -> str:
    try:
        return (folder / STAGE).read_text(encoding="utf-8")
    except OSError:
        return "starting"


def _publish(made: Path, place: Path) -> None:
    """Move a finished case to its place; an earlier one gives way."""
    earlier = made.with_name(f".{made.name}")
    if os.path.exists(place):
        os.replace(place, earlier)
    os.replace(made, place)
    shutil.rmtree(earlier, ignore_errors=True)


def _foreign(folder: Path) -> InputError:
    return InputError(
        f"cannot write to {folder.name!r}",
        got="something that pnst did not make",
        expected="nothing, or what an earlier run left there",
        remedy="move it away, or choose another folder with --out",
    )


def _unwritten(error: OSError) -> InputError:
    return InputError(
        "a finished case could not be moved to its place",
        got=error.strerror or type(error).__name__,
        expected="a folder that can be written",
        remedy="make room, or choose another folder with --out",
    )


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """A hidden folder for what is not finished."""
    try:
        staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=out))
    except OSError as error:
        raise _unusable(out, error.strerror or "a folder that cannot be written") from error
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def kept(out: Path, together: bool = False) -> Iterator[None]:
    """Make the folder and keep other runs out of it; the system lifts the lock when this process ends, however.

    Those that are `together` keep out only who wants it alone. Who has it alone removes what killed runs left.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(out, error.strerror or "a folder that cannot be made") from error
    with _locked(out, together):
        for stale in () if together else out.glob(f"{STAGING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        yield


@contextmanager
def _locked(out: Path, together: bool) -> Iterator[None]:
    if sys.platform == "win32":  # it has no lock on a folder
        yield
        return
    import fcntl

    handle = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
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
