"""The columns that the evidence model and the published rules read, and what a cell of them may hold."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

import numpy as np

from pnst.errors import SettingError
from pnst.evidence.published import predictors
from pnst.measurement.family import INTERVAL
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.measurement.overrides import READER_COLUMNS

OVERRIDE = "override."
"""Prefix of a reader's own judgement in a mapping or table."""
SIGN_OF_COLUMN = {
    "margin.ill_defined_fraction": "margin.ill_defined",
    "edema.max_extent_mm": "edema.present",
    "split_fat.coverage_fraction": "split_fat.present",
}
"""The sign that stands beside a continuous column; a reader's word on it replaces the column."""

SIGN_COLUMNS = frozenset(
    {
        *READER_COLUMNS,
        *SIGN_OF_COLUMN.values(),
        *(p.column for p in predictors() if p.positive_when.startswith("is ")),
        "split_fat.applicable",
        "edema.censored",
    }
)
"""Columns whose cells are true, false or null."""

RULE_COLUMNS = ("ivim.d_margin_um2_per_ms", "ivim.f_centre_fraction", "ivim.f_margin_fraction")
"""Columns that a published rule reads and no family measures: how wide a margin its source took is not known to us."""

NOISY = ("min_um2_per_ms", "dark_um2_per_ms", "uniform_um2_per_ms")
"""How columns end that noise may take below 0."""

_IDENTITY = ("case_id", "label")


@cache
def known_columns() -> frozenset[str]:
    """Every column that a mapping or table may hold, without the `override.` and `skipped.` prefixes."""
    measured = {f"{family}.{name}" for family, kind in FAMILY_TYPES.items() for name in kind.column_names()}
    read = {p.column for p in predictors()} | set(SIGN_COLUMNS) | set(RULE_COLUMNS)
    intervals = {name + INTERVAL for name in measured | read}
    return frozenset(measured | read | intervals | set(_IDENTITY))


def check_names(names: Iterable[object]) -> None:
    """Refuse a column that nobody knows, naming those that are near it.

    Raises
    ------
    SettingError : a name is not a column, with or without `override.` or `skipped.` before it
    """
    for name in names:
        bare = str(name).removeprefix(OVERRIDE)
        if bare in known_columns() or str(name).startswith("skipped."):
            continue
        near = get_close_matches(bare, known_columns(), n=3, cutoff=0.5)
        raise SettingError(
            "a column is not one that can be assessed",
            got=f"{str(name)!r}",
            expected=f"a measured column, for instance {', '.join(near) or 'size.longest_diameter_mm'}",
            remedy="correct its name, or leave it out",
        )


def missing(cell: object) -> bool:
    """Whether a cell is empty: None, NaN, pandas' NA, or an empty text."""
    return (
        cell is None
        or (isinstance(cell, float | np.floating) and math.isnan(cell))
        or (isinstance(cell, str) and not cell.strip())
        or type(cell).__name__ in ("NAType", "NaTType")
    )


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
    if isinstance(cell, int | float | np.number) and cell in (0, 1):
        return bool(cell)
    if isinstance(cell, str) and cell.strip().lower() in ("true", "false"):
        return cell.strip().lower() == "true"
    raise _wrong(column, cell, "true, false, or nothing")


def number(column: str, cell: object) -> float | None:
    """A measurement's cell: None when empty.

    Raises
    ------
    SettingError : not a number, or not one that the column's unit allows
    """
    if missing(cell):
        return None
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, int | float | np.number):
        raise _wrong(column, cell, "a number, or nothing")
    value = float(cell)
    if column.endswith("fraction"):
        if not -1e-6 <= value <= 1 + 1e-6:
            raise _wrong(column, cell, "a fraction between 0 and 1")
    elif math.isinf(value):
        raise _wrong(column, cell, "a finite number")
    elif value < 0 and not column.endswith(NOISY):
        raise _wrong(column, cell, "a finite number that is not negative")
    elif value == 0 and column in _POSITIVE:
        raise _wrong(column, cell, "a number above 0")
    return value


def interval(column: str, cell: object) -> tuple[float, float] | None:
    """A measurement's own 95 % interval [lo, hi], also as JSON text: None when empty.

    Raises
    ------
    SettingError : not two numbers in order
    """
    if missing(cell):
        return None
    ends: object = cell
    if isinstance(cell, str):
        try:
            ends = json.loads(cell)
        except json.JSONDecodeError:
            ends = None
    if isinstance(ends, list | tuple | np.ndarray) and len(ends) == 2:
        low, high = (float(end) if isinstance(end, int | float | np.number) else math.nan for end in ends)
        if low <= high:
            return low, high
    raise _wrong(column, cell, "two numbers in order, [lo, hi]")


_POSITIVE = frozenset(p.column for p in predictors() if p.kind == "lognormal")


def _wrong(column: str, cell: object, expected: str) -> SettingError:
    return SettingError(
        f"{column} holds what it cannot",
        got=repr(cell)[:80],
        expected=expected,
        remedy="correct the value or its unit, or leave the cell empty",
    )
