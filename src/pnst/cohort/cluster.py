"""A cluster of Dask workers that share the folder of the results. The only home of Dask."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from pnst.cohort.apart import make_apart
from pnst.cohort.failures import died
from pnst.cohort.task import Row, Task
from pnst.errors import InputError, PnstError, SettingError

if TYPE_CHECKING:
    from distributed import Client

    from pnst.cohort.run import Make, Scheduler

WAITING_PER_THREAD = 2
"""Tasks that are given out for each thread of the cluster: one that is made, and one that waits for it."""


def on_cluster(scheduler: str | Client, limit_s: float | None = None) -> Scheduler:
    """The workers of a Dask scheduler (`tcp://host:8786`, or a `distributed.Client`), one task for each thread of them.

    They must see the data and the folder of the results under the same paths. A worker that is lost has its task made
    by another one. Raises `InputError` where nobody answers, `SettingError` where Dask is not installed.
    """
    return partial(_each, _client(scheduler), limit_s)


def _each(
    client: Client, limit_s: float | None, make: Make, tasks: Iterable[Task]
) -> Generator[tuple[Task, Row | PnstError], None, None]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    if not isinstance(make, partial):
        raise TypeError("a task goes to another machine by the name of its function and its arguments")
    apart = partial(make_apart, make.func, make.args, limit_s)
    waiting, running = iter(tasks), as_completed(loop=client.loop)
    task_of: dict[Any, Task] = {}

    def send(count: int) -> None:
        for task in islice(waiting, count):
            future = client.submit(apart, task, key=f"pnst-{task.name}", pure=False)
            task_of[future] = task
            running.add(future)

    try:
        send(WAITING_PER_THREAD * max(1, sum(client.nthreads().values())))
        while task_of:
            future = next(running)
            task = task_of.pop(future)
            try:
                result = future.result()
            except KilledWorker:
                result = died(-9)
            send(1)
            yield task, result
    finally:
        with suppress(Exception):  # the scheduler may be gone
            client.cancel(list(task_of))


def _client(scheduler: str | Client) -> Client:
    try:
        from distributed import Client
    except ImportError as error:
        raise SettingError(
            "Dask is not installed",
            got="no package called distributed",
            expected="the optional part of pnst for clusters",
            remedy="pip install 'pnst[cluster]'",
        ) from error
    if not isinstance(scheduler, str):
        return scheduler
    try:
        return Client(scheduler, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no Dask scheduler answers at {scheduler!r}",
            got=type(error).__name__,
            expected="an address such as tcp://host:8786, where `dask scheduler` runs",
            remedy="start it, correct the address, or leave --scheduler out",
        ) from error
