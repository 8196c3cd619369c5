"""Worker processes that each take one item at a time; one that dies costs its own item and is replaced.

A pool of `concurrent.futures` is broken as a whole by a killed worker, and does not say which item killed it.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from pnst.errors import PnstError

Item = TypeVar("Item")
Value = TypeVar("Value")

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")
"""One thread a worker, unless the user says otherwise: the processes share the cores already."""

PATIENCE_S = 5.0
"""How long a worker that has nothing left to do may take to end."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(
    work: Callable[[Item], Value], items: Sequence[Item], workers: int
) -> Generator[tuple[Item, Value | PnstError], None, None]:
    """Give every item with what `work` made of it, in the order in which they are finished.

    An item that fails, or whose worker dies, comes with a `PnstError`. `work` must be a function that can be imported,
    items and values must be picklable. Closing the iterator ends the workers at once.
    """
    waiting = deque(items)
    pool: list[_Worker[Item, Value]] = []
    try:
        while waiting or pool:
            while waiting and len(pool) < workers:
                pool.append(_Worker(work, waiting.popleft()))
            ready = set(wait([worker.pipe for worker in pool]))
            for worker in [worker for worker in pool if worker.pipe in ready]:
                item, value, alive = worker.finish()
                if alive and waiting:
                    worker.give(waiting.popleft())
                else:
                    worker.end(PATIENCE_S)
                    pool.remove(worker)
                yield item, value
    finally:
        for worker in pool:
            worker.end(0)


class _Worker(Generic[Item, Value]):
    """One process with one item in hand."""

    def __init__(self, work: Callable[[Item], Value], item: Item) -> None:
        context = get_context("spawn")  # a fork would copy locks that threads of this process hold
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # else the end of the process would not end the pipe
        self._send(work)
        self.give(item)

    def give(self, item: Item) -> None:
        self.item = item
        self._send(item)

    def finish(self) -> tuple[Item, Value | PnstError, bool]:
        """The item, what became of it, and whether the process lives on."""
        try:
            return self.item, self.pipe.recv(), True
        except (EOFError, OSError):
            self._process.join()
            return self.item, _died(self._process.exitcode), False

    def end(self, patience_s: float) -> None:
        self.pipe.close()
        self._process.join(patience_s)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it died: `finish` will say so
            self.pipe.send(message)


def _serve(pipe: Connection) -> None:
    """The life of a worker: the work first, then one item after the other, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us
    for name in THREADS:
        os.environ.setdefault(name, "1")
    with suppress(EOFError, OSError):
        work = pipe.recv()
        while True:
            pipe.send(_tried(work, pipe.recv()))


def _tried(work: Callable[[Any], Any], item: Any) -> Any:
    try:
        return work(item)
    except PnstError as error:
        return error
    except Exception as error:
        return _unforeseen(error)


def _unforeseen(error: Exception) -> PnstError:
    """A failure that nobody foresaw, without its message: that may hold a path or a name."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return PnstError(
        "this case failed in a way that pnst does not foresee",
        got=f"{type(error).__name__}{said} in {Path(last.filename).name}, line {last.lineno}",
        expected="a result, or a refusal that says why",
        remedy="report it as a bug, with this line and the row of the table",
    )


def _died(code: int | None) -> PnstError:
    how = f"exit status {code}"
    if code is not None and code < 0:
        how = f"signal {-code} ({signal.Signals(-code).name})"
    return PnstError(
        "the worker process of this case ended before it was done",
        got=how,
        expected="a process that finishes",
        remedy="run again with fewer --workers if memory ran out; other cases are not affected",
    )
