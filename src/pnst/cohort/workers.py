"""Worker processes, one a case: whatever befalls one costs its own case. The only home of pebble.

A process a case, and not `pebble.ProcessPool`: workers of a pool share a pipe and its lock, and the pool waits for ever
for a worker that ended with status 0.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.reduction import ForkingPickler
from threading import Thread
from typing import Any, TypeVar, cast

from pebble import ProcessExpired, concurrent

from pnst.cohort.failures import died, late, too_large, unforeseen
from pnst.ending import held_back
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
                with one_thread(), held_back():  # one that is started by halves would complain of its broken pipe
                    running[start(bytes(ForkingPickler.dumps((work, item))))] = item
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), _result(future, limit_s)
    finally:
        _end(name, running)


@contextmanager
def one_thread() -> Iterator[None]:
    """An environment for processes that are started within: libraries read it when they are loaded.

    It must stand before the process starts: what the main module imports is loaded there before any of our code runs.
    Sums depend on the number of threads in their last digits, so that all ways to run a cohort must have the same.
    """
    added = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


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
        return died(error.exitcode)
    if isinstance(error, TimeoutError) and limit_s is not None:
        return late(limit_s)
    return unforeseen(error)


def _attempt(message: bytes) -> Any:
    """The life of a worker: what the work made of its item, or a `PnstError`."""
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        work, item = ForkingPickler.loads(message)
        return work(item)
    except PnstError as error:
        return error
    except MemoryError:
        return too_large()
    except BaseException as error:  # `sys.exit` of a library too
        return unforeseen(error)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, however that ended."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
