"""What is not done, for the page: the four parts of an error."""

from __future__ import annotations

from pnst.errors import PnstError


def four_parts(error: PnstError) -> dict[str, str]:
    """An error as JSON."""
    return {"what": error.what, "got": error.got, "expected": error.expected, "remedy": error.remedy}


def inner_fault(error: BaseException) -> PnstError:
    """What no one foresaw, without its text, which may hold a path or a name."""
    return PnstError(
        "something inside pnst went wrong",
        got=type(error).__name__,
        expected="an answer, or a refusal in words",
        remedy="undo the last edit; please report it with what you did",
    )
