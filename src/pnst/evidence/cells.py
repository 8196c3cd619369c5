"""What one cell of a column may hold: its kind, and the range that its unit allows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from pnst.errors import SettingError
from pnst.evidence.columns import IDENTITY, OVERRIDE, SKIPPED, column_kinds, column_words
from pnst.evidence.published import predictors
from pnst.measurement.family import INTERVAL

Range = tuple[float, float]

NOISY = ("min_um2_per_ms", "dark_um2_per_ms", "uniform_um2_per_ms")
"""How columns end that noise may take to 0 and below: such a value is no error, and enters no model."""

_ROUNDING = 1e-6
_RANGES: dict[str, Range] = {
    "fit_rms_fraction": (0.0, 1e6),
    "fraction": (-_ROUNDING, 1 + _ROUNDING),
    "sphericity": (0.0, 1 + _ROUNDING),
    "solidity": (0.0, 1 + _ROUNDING),
    "um2_per_ms": (-1.0, 20.0),
    "offset_mm": (-1e4, 1e4),
    "_mm": (0.0, 1e4),
    "_mm2": (0.0, 1e7),
    "_ml": (0.0, 1e6),
    "enhancement.rim_core_ratio": (-1e6, 1e6),
}
"""How a column ends → the least and greatest that any lesion has, with room to spare; the first that fits counts."""
_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_OTHERS: Range = (0.0, 1e6)
_B_VALUES: Range = (0.0, 1e5)
_POSITIVE = frozenset(p.column for p in predictors() if p.kind == "lognormal" and not p.column.endswith(NOISY))


def missing(cell: object) -> bool:
    """Whether a cell is empty: None, NaN, pandas' NA, or an empty text."""
    return (
        cell is None
        or (isinstance(cell, float | np.floating) and math.isnan(cell))
        or (isinstance(cell, str) and not cell.strip())
        or type(cell).__name__ in ("NAType", "NaTType")
    )


def is_empty(cell: object) -> bool:
    """Whether a cell, be it a text, a number or a sequence, holds nothing."""
    return not isinstance(cell, list | tuple | np.ndarray) and missing(cell)


def flag(column: str, cell: object) -> bool | None:
    """A sign's cell: None when empty.

    Raises
    ------
    SettingError : neither true nor false
    """
    if missing(cell):
        return None
    if isinstance(cell, bool | np.bool_):
        return bool(cell)
    if _is_real(cell) and cell in (0, 1):
        return bool(cell)
    if isinstance(cell, str) and cell.strip().lower() in _WORDS:
        return _WORDS[cell.strip().lower()]
    raise _wrong(column, cell, "true, false, or nothing")


def number(column: str, cell: object) -> float | None:
    """A measurement's cell: None when empty.

    Raises
    ------
    SettingError : not a number, not whole where it is a count, or not one that the column's unit allows
    """
    if missing(cell):
        return None
    if not _is_real(cell):
        raise _wrong(column, cell, "a number, or nothing")
    low, high = value_range(column)
    value = _float(cell)
    if not low <= value <= high:
        raise _wrong(column, cell, _between(column, low, high))
    if value <= 0 and column in _POSITIVE:
        raise _wrong(column, cell, "a number above 0")
    if column_kinds().get(column) is int and value != int(value):
        raise _wrong(column, cell, "a whole number")
    return value


def value_range(column: str) -> Range:
    """The least and the greatest value that a column may hold."""
    return next((ends for end, ends in _RANGES.items() if column.endswith(end)), _OTHERS)


def interval(column: str, cell: object) -> tuple[float, float] | None:
    """A measurement's own 95 % interval [lo, hi], also as JSON text: None when empty.

    Raises
    ------
    SettingError : not two numbers in order that the column's unit allows
    """
    if is_empty(cell):
        return None
    low, high = value_range(column.removesuffix(INTERVAL))
    ends = _numbers(cell)
    if ends is None or len(ends) != 2 or not ends[0] <= ends[1]:
        raise _wrong(column, cell, "two numbers in order, [lo, hi]")
    if not low <= ends[0] <= ends[1] <= high:
        raise _wrong(column, cell, f"two numbers in order, [lo, hi], each {_between(column, low, high)}")
    return ends[0], ends[1]


def series(column: str, cell: object) -> tuple[float, ...] | None:
    """A list of numbers (b-values), also as JSON text: None when empty. Raises `SettingError` for anything else."""
    if is_empty(cell):
        return None
    numbers, (low, high) = _numbers(cell), _B_VALUES
    if not numbers or not all(low <= value <= high for value in numbers):
        raise _wrong(column, cell, f"a list of numbers, each {_between(column, low, high)}")
    return numbers


def text(column: str, cell: object) -> str | None:
    """A column of words: None when empty. Raises `SettingError` for what is no text, or none of its words."""
    if is_empty(cell):
        return None
    words = column_words().get(column)
    if not isinstance(cell, str) or (words and cell not in words):
        raise _wrong(column, cell, f"one of {', '.join(words)}, or nothing" if words else "a text, or nothing")
    return cell


def name(column: str, cell: object) -> str:
    """The name of a case or lesion, a text or a number: empty when there is none. Raises `SettingError` otherwise."""
    if is_empty(cell):
        return ""
    if not isinstance(cell, str) and not (_is_real(cell) and math.isfinite(_float(cell))):
        raise _wrong(column, cell, "a text or a number, or nothing")
    return str(cell)[:200]


def checked(column: str, cell: object) -> object:
    """A cell as what its column holds: None when empty.

    Raises
    ------
    SettingError : not of the column's kind, or not in its range
    """
    bare = column.removeprefix(OVERRIDE)
    if bare in IDENTITY:
        return name(column, cell)
    if column.startswith(SKIPPED):
        return text(column, cell)
    if bare.endswith(INTERVAL):
        return interval(bare, cell)
    kind = column_kinds()[bare]
    return _CHECKS[kind](bare, cell)


_CHECKS: Mapping[type, Callable[[str, object], object]] = {
    bool: flag,
    int: number,
    float: number,
    str: text,
    tuple: series,
}


def check_cells(column: str, cells: Sequence[object]) -> None:
    """Raise `SettingError` for the first cell that its column cannot hold."""
    for cell in _doubtful(column, cells):
        checked(column, cell)


def _doubtful(column: str, cells: Sequence[object]) -> Sequence[object]:
    """The cells to look at one by one: of a long column of numbers those that are not well within its range."""
    if column_kinds().get(column.removeprefix(OVERRIDE)) is not float or {*map(type, cells)} != {float}:
        return cells
    low, high = value_range(column)
    values = np.array(cells, dtype=float)
    doubtful: list[object] = values[~np.isnan(values) & ~((values > max(low, 0.0)) & (values <= high))].tolist()
    return doubtful


def _is_real(cell: object) -> bool:
    """Whether a cell is a number, and neither a sign nor a span of time."""
    if isinstance(cell, bool | np.bool_ | np.timedelta64):
        return False
    return isinstance(cell, int | float | np.integer | np.floating)


def _float(cell: object) -> float:
    """A real number; infinite where 64 bits do not hold it."""
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def _numbers(cell: object) -> tuple[float, ...] | None:
    """The numbers of a list, or of its JSON text; None where it is none."""
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return None
    if not isinstance(cell, list | tuple | np.ndarray) or np.ndim(np.asarray(cell, dtype=object)) != 1:
        return None
    items = list(cell)
    return tuple(map(_float, items)) if all(map(_is_real, items)) else None


def _between(column: str, low: float, high: float) -> str:
    if column.removesuffix(INTERVAL).endswith("fraction") and high < 2:
        return "a fraction between 0 and 1"
    return f"a number from {round(low, 3):g} to {round(high, 3):g}"


def _wrong(column: str, cell: object, expected: str) -> SettingError:
    try:
        got = repr(cell)[:80]
    except Exception:  # an integer of more digits than Python writes, or an object that cannot say what it is
        got = type(cell).__name__
    return SettingError(
        f"{column} holds what it cannot",
        got=got,
        expected=expected,
        remedy="correct the value or its unit, or leave the cell empty",
    )
