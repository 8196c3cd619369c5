"""How many threads a simulation may use."""

from __future__ import annotations

import os


def threads() -> int:
    """OMP_NUM_THREADS where it is set, as other numerical software does; else the cores that this process may use.

    Workers of a cohort set it to 1: they share the cores already.
    """
    outermost = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if outermost.isdecimal() and int(outermost) > 0:
        return int(outermost)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
