"""Why a case has no result, where its own code could not say it."""

from __future__ import annotations

import signal
import traceback
from pathlib import Path

from pnst.errors import PnstError


def unforeseen(error: BaseException) -> PnstError:
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


def died(code: int) -> PnstError:
    """Of a process that ended before its task was done, by its exit status (below 0: a signal)."""
    how = f"signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"exit status {code}"
    return PnstError(
        "the worker process of this case ended before it was done",
        got=how,
        expected="a process that finishes",
        remedy="run again with fewer --workers if memory ran out; other cases are not affected",
    )


def too_large() -> PnstError:
    """Of a task for which memory does not suffice."""
    return PnstError(
        "this case needs more memory than there is",
        got="no memory left",
        expected="a case that fits into memory, and into --memory-limit where one is given",
        remedy="run again with fewer --workers, or with a higher limit; other cases are not affected",
    )


def late(limit_s: float) -> PnstError:
    """Of a task that took longer than it may."""
    return PnstError(
        "this case took longer than a case may take",
        got=f"no result after {limit_s:g} s",
        expected="a result within the time limit",
        remedy="run again with a longer limit, or with fewer workers; other cases are not affected",
    )
