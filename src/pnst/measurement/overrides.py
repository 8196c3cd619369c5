"""A reader's own judgements, by column: which there may be, and what they may hold."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from pnst.errors import SettingError
from pnst.measurement.family import Value
from pnst.measurement.measurements import FAMILY_TYPES

READER_COLUMNS = (
    "reader.plexiform",
    "reader.irregular_shape",
    "reader.inhomogeneous_enhancement",
    "reader.invasion",
    "reader.nerve_not_contiguous",
    "reader.intratumoral_lobulation",
    "reader.osteolysis",
    "reader.dural_tail",
    "reader.foraminal_extension",
)
"""Signs that only a reader gives; nothing measures them."""

_EXPECTED = {bool: "true or false", float: "a number of 0 or more", int: "a count"}


def check_overrides(overrides: Mapping[str, Value]) -> dict[str, Value]:
    """The overrides as given, when every column exists, is a reader's to judge, and can hold its value.

    A reader judges signs and numbers: no thresholds, texts or names of series. Null is no judgement; that a sign does
    not apply is said by the column `applicable` of its family. Raises `SettingError` otherwise.
    """
    kinds = _kinds()
    for column, value in overrides.items():
        if column not in kinds:
            near = ", ".join(get_close_matches(str(column), kinds, n=3, cutoff=0.5))
            raise SettingError(
                f"there is no column {column!r} to override",
                got=column,
                expected=near
                or "a measured sign or number such as split_fat.present, or a sign of a reader's own "
                f"({', '.join(READER_COLUMNS)})",
                remedy="check the spelling against the list of columns in the documentation",
            )
        kind = kinds[column]
        if not _holds(kind, column, value):
            raise SettingError(
                f"{column} cannot be overridden with this value",
                got=repr(value),
                expected="a fraction, 0 to 1" if column.endswith("fraction") else _EXPECTED[kind],
                remedy="give what a reader would have measured; where a sign does not apply, override "
                "split_fat.applicable or leave it out",
            )
    return dict(overrides)


@cache
def _kinds() -> dict[str, type]:
    """Column → bool, int or float."""
    measured = {
        f"{name}.{column}": kind.kind_of(column)
        for name, kind in FAMILY_TYPES.items()
        for column in kind.column_names()
        if not column.endswith("_threshold")
    }
    signs: dict[str, type] = dict.fromkeys(READER_COLUMNS, bool)
    return signs | {column: kind for column, kind in measured.items() if kind in _EXPECTED}


def _holds(kind: type, column: str, value: Value) -> bool:
    if kind is bool:
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return False
    return 0 <= value <= (1 if column.endswith("fraction") else float("1e300"))
