"""One task in a process of its own, for a scheduler whose workers may not start processes as ours does.

A worker of Dask is a daemon, which multiprocessing lets start none; so the task goes to `python -m pnst.cohort.apart`
as JSON, and what became of it comes back as JSON. Whatever befalls that process costs its own task.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, cast

from pnst.cohort.failures import died, late, too_large, unforeseen
from pnst.cohort.task import Row, Task, Work
from pnst.cohort.workers import THREADS
from pnst.errors import PnstError

MakeApart = Callable[[Task], Row | PnstError]
_PARTS = ("what", "got", "expected", "remedy")


def make_apart(
    make: Callable[..., Row], given: tuple[Work, Path, int | None], limit_s: float | None, task: Task
) -> Row | PnstError:
    """What `make(work, staging, memory_mb, task)` gives, made in another process; or why there is nothing."""
    work, staging, memory_mb = given
    order = {
        "make": _name(make),
        "work": _name(work),
        "staging": str(staging),
        "memory_mb": memory_mb,
        "task": [task.name, task.order, task.identity, [str(path) for path in task.inputs]],
    }
    threads = {name: os.environ.get(name, "1") for name in THREADS}
    environment = os.environ | threads | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "pnst.cohort.apart"]
    pipe = subprocess.PIPE
    # No user's text is in the command.
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True) as process:  # noqa: S603
        try:
            _tell(process, order)
            answer = _answer(process, limit_s)
        except subprocess.TimeoutExpired:
            return late(limit_s or 0)
        except BrokenPipeError:
            answer = ""
        finally:
            process.kill()
    return _read(answer, process.wait())


def _tell(process: subprocess.Popen[str], order: Mapping[str, Any]) -> None:
    """Send the order, and leave the pipe open: its end tells the process that this one is gone."""
    if process.stdin is not None:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()


def _answer(process: subprocess.Popen[str], limit_s: float | None) -> str:
    """The one line that the process writes; empty where it dies before. Raises `TimeoutExpired` beyond the limit."""
    lines: list[str] = []
    reader = Thread(target=lambda: lines.append(process.stdout.readline()), daemon=True)  # type: ignore[union-attr]
    reader.start()
    reader.join(limit_s)
    if reader.is_alive():
        raise subprocess.TimeoutExpired(process.args, limit_s or 0)
    return lines[0] if lines else ""


def _read(answer: str, code: int) -> Row | PnstError:
    if not answer.endswith("\n"):
        return died(code)
    reply = json.loads(answer)
    if "row" in reply:
        return cast("Row", reply["row"])
    what, got, expected, remedy = reply["error"]
    return PnstError(what, got=got, expected=expected, remedy=remedy)


def _name(function: Callable[..., Any]) -> list[str]:
    return [function.__module__, function.__qualname__]


def _function(name: list[str]) -> Callable[..., Any]:
    return cast("Callable[..., Any]", getattr(import_module(name[0]), name[1]))


def _serve() -> None:
    """The life of the process: one order in, one answer out."""
    order = json.loads(sys.stdin.readline())
    Thread(target=_end_with_parent, daemon=True).start()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    name, work_order, identity, inputs = order["task"]
    task = Task(name, work_order, identity, tuple(map(Path, inputs)))
    try:
        make = partial(_function(order["make"]), _function(order["work"]), Path(order["staging"]), order["memory_mb"])
        answer: dict[str, Any] = {"row": make(task)}
    except PnstError as error:
        answer = {"error": [getattr(error, part) for part in _PARTS]}
    except MemoryError:
        answer = {"error": [getattr(too_large(), part) for part in _PARTS]}
    except BaseException as error:
        answer = {"error": [getattr(unforeseen(error), part) for part in _PARTS]}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: then its end of the pipe is closed."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    _serve()
