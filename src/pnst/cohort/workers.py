"""Worker processes, one a case: whatever befalls one costs its own case. The only home of pebble.

A process a case, and not `pebble.ProcessPool`: workers of a pool share a pipe and its lock, and the pool waits for ever
for a worker that ended with status 0.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar, cast

from pebble import ProcessExpired, concurrent

from pnst.errors import PnstError

Item = TypeVar("Item")
Value = TypeVar("Value")

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")
"""One thread a worker, unless the user says otherwise: the processes share the cores already."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(
    work: Callable[[Item], Value], items: Iterable[Item], workers: int, limit_s: float | None = None
) -> Generator[tuple[Item, Value | PnstError], None, None]:
    """Give every item with what `work` made of it, in the order in which they are finished.

    An item that fails, whose worker dies, or that takes longer than `limit_s` (None: as long as it takes; the start of
    its process counts) comes with a `PnstError`. `work` must be a function that can be imported, items and values must
    be picklable. Items are taken as there is room for them. Closing the iterator ends the workers at once.
    """
    waiting = iter(items)
    running: dict[Future[Value | PnstError], Item] = {}
    name = f"pnst-{id(running)}"
    start = _starter(name, limit_s)
    try:
        while True:
            for item in islice(waiting, workers - len(running)):
                running[start(bytes(ForkingPickler.dumps((work, item))))] = item
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), _result(future, limit_s)
    finally:
        _end(name, running)


def _starter(name: str, limit_s: float | None) -> Callable[[bytes], Future[Any]]:
    """A function that starts a process of this name."""
    spawn = get_context("spawn")  # a fork would copy locks that threads of this process hold
    # pebble's types call the context `mp_context`; its code reads `context`, and ignores the other.
    start = concurrent.process(name=name, timeout=limit_s, context=spawn)(_attempt)  # type: ignore[call-overload]
    return cast("Callable[[bytes], Future[Any]]", start)


def _end(name: str, running: Iterable[Future[Value | PnstError]]) -> None:
    """End the processes of this name, and wait until they are gone."""
    for process in active_children():
        if process.name == name:
            process.kill()
    wait(running)


def _result(future: Future[Value | PnstError], limit_s: float | None) -> Value | PnstError:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, ProcessExpired):
        return _died(error.exitcode)
    if isinstance(error, TimeoutError) and limit_s is not None:
        return _late(limit_s)
    return _unforeseen(error)


def _attempt(message: bytes) -> Any:
    """The life of a worker: what the work made of its item, or a `PnstError`."""
    Thread(target=_end_with_parent, daemon=True).start()
    for name in THREADS:
        os.environ.setdefault(name, "1")
    try:
        work, item = ForkingPickler.loads(message)  # not earlier: the libraries that this imports read THREADS once
        return work(item)
    except PnstError as error:
        return error
    except MemoryError:
        return _too_large()
    except BaseException as error:  # `sys.exit` of a library too
        return _unforeseen(error)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, however that ended."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _unforeseen(error: BaseException) -> PnstError:
    """A failure that nobody foresaw, without its message: that may hold a path or a name."""
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    place = "".join(
        f" in {Path(frame.filename).name}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)[-1:]
    )
    return PnstError(
        "this case failed in a way that pnst does not foresee",
        got=f"{type(error).__name__}{reason}{place}",
        expected="a result, or a refusal that says why",
        remedy="report it as a bug, with this line and the row of the table",
    )


def _died(code: int) -> PnstError:
    how = f"signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"exit status {code}"
    return PnstError(
        "the worker process of this case ended before it was done",
        got=how,
        expected="a process that finishes",
        remedy="run again with fewer --workers if memory ran out; other cases are not affected",
    )


def _too_large() -> PnstError:
    return PnstError(
        "this case needs more memory than there is",
        got="no memory left",
        expected="a case that fits into memory, and into --memory-limit where one is given",
        remedy="run again with fewer --workers, or with a higher limit; other cases are not affected",
    )


def _late(limit_s: float) -> PnstError:
    return PnstError(
        "this case took longer than a case may take",
        got=f"no result after {limit_s:g} s",
        expected="a result within the time limit",
        remedy="run again with a longer limit, or with fewer workers; other cases are not affected",
    )
