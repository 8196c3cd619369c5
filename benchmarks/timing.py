"""How the benchmarks time a call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

ROUNDS = 5


def least_wall(call: Callable[[], Any]) -> float:
    """The least wall seconds of `ROUNDS` calls, after one that is not counted."""
    call()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def processor_seconds(call: Callable[[], Any]) -> float:
    """Of all threads, one call."""
    start = time.process_time()
    call()
    return time.process_time() - start
