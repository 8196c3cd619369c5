"""Rows of the published figures, as the CSV files hold them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from hashlib import sha256
from importlib.resources import files
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Record = TypeVar("_Record", bound="DataclassInstance")
SMALL_CELL = 5
"""A count below this is written as `<5` by whoever shares counts of patients."""
LEAST_TOTAL = 2 * SMALL_CELL - 1
"""Of fewer lesions no count is told: `<5` and `>n-5` would overlap, and which one is written would tell the count."""


class Censored(NamedTuple):
    """A count of which only the range is told, both ends included."""

    low: int
    high: int


Count = int | Censored


@dataclass(frozen=True)
class Estimate:
    """A value with its printed 95 % interval."""

    value: float
    low: float
    high: float


def packaged_rows(name: str) -> list[dict[str, str]]:
    """The rows of a file inside the package."""
    text = files("pnst.evidence").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


def packaged_digests() -> dict[str, str]:
    """SHA-256 of every file of published figures, by its name."""
    data = files("pnst.evidence").joinpath("data")
    tables = sorted(file.name for file in data.iterdir() if file.name.endswith(".csv"))
    return {name: sha256(data.joinpath(name).read_bytes()).hexdigest() for name in tables}


def record(kind: type[_Record], row: dict[str, str], **given: object) -> _Record:
    """A row as a record: each field read from the cell of its name as its annotation says.

    An empty cell is None, or an empty text; what is `given` is not read. A column without a field is passed over.
    Raises `ValueError` for a cell that its field cannot hold.
    """
    hints = get_type_hints(kind)
    missing = (f.name for f in fields(kind) if f.name not in given)
    return kind(**given, **{name: _cell(row[name] or "", hints[name]) for name in missing})


def _cell(text: str, hint: Any) -> object:
    kinds = get_args(hint)
    if get_origin(hint) is Literal:
        if text not in kinds:
            raise ValueError(f"{text!r} is none of {kinds}")
        return text
    if NoneType in kinds:
        return _cell(text, next(kind for kind in kinds if kind is not NoneType)) if text else None
    return hint(text)


def count(text: str, total: int) -> Count:
    """A count out of a total; `<5` is 0 to 4, `>n-5` its complement's `<5`.

    >>> count("<5", 20), count(">15", 20)
    (Censored(low=0, high=4), Censored(low=16, high=20))
    """
    if text.startswith("<"):
        return Censored(0, min(int(text[1:]) - 1, total))
    if text.startswith(">"):
        return Censored(min(int(text[1:]) + 1, total), total)
    return int(text)


def told(value: int, total: int) -> str:
    """A count as it may be told to others: what `count` reads.

    >>> told(3, 20), told(5, 20), told(17, 20)
    ('<5', '5', '>15')
    """
    if value < SMALL_CELL:
        return f"<{SMALL_CELL}"
    return f">{total - SMALL_CELL}" if total - value < SMALL_CELL else str(value)


def bounds(value: Count) -> tuple[int, int]:
    """The least and the greatest that a count can be."""
    return (value.low, value.high) if isinstance(value, Censored) else (value, value)


def estimate(row: dict[str, str], value: str, stem: str) -> Estimate | None:
    """A value and the interval beside it, None unless all three are given."""
    cells = row[value], row[f"{stem}_low"], row[f"{stem}_high"]
    return Estimate(*(float(cell) for cell in cells)) if all(cells) else None
