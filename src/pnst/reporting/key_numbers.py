"""The numbers of a lesion as rows of a table: a value with its interval, sign and a reader's judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pnst.measurement.family import Family, Value
from pnst.measurement.measurements import Measurements
from pnst.reporting.numbers import Quantity, quantity
from pnst.reporting.vocabulary import KeyColumn, column_title, family_words, role_title
from pnst.study import Role


@dataclass(frozen=True)
class Row:
    """One line of a table of numbers."""

    title: str
    value: Quantity
    interval: Quantity | None = None
    reader: Quantity | None = None
    """A reader's own judgement of the same column."""
    rule: str = ""
    """When a sign is positive, with its threshold."""


@dataclass(frozen=True)
class KeyNumber:
    """One line of the key numbers: the number, and the sign that rests on it."""

    family: str
    number: Row
    sign: Row | None = None
    remark: str = ""


def key_numbers(m: Measurements) -> list[KeyNumber]:
    """The key numbers of every measured family, its primary predictor first."""
    rows = []
    for name, family in m.families().items():
        columns = family.columns()
        keys = [key for key in family_words(name).keys if key.column in columns] or [_first(columns)]
        rows += [_key_number(m, name, family, key) for key in keys]
    return rows


def _key_number(m: Measurements, name: str, family: Family, key: KeyColumn) -> KeyNumber:
    number = row_of(m, name, key.column)
    sign = row_of(m, name, key.sign, key.sign_title) if key.sign in family.columns() else None
    return KeyNumber(family_words(name).title, number, sign, family.quality or "")


def row_of(m: Measurements, name: str, column: str, title: str = "") -> Row:
    """One column of a family."""
    columns = m.families()[name].columns()
    interval = columns.get(f"{column}_interval")
    override = f"{name}.{column}"
    return Row(
        title or column_title(column, name),
        _read_on(column, columns[column]) or quantity(column, columns[column], family_words(name).none),
        quantity(f"{column}_interval", interval) if interval is not None else None,
        quantity(column, m.overrides[override]) if override in m.overrides else None,
        _rule(name, column, columns),
    )


def _rule(name: str, sign: str, columns: Mapping[str, Value]) -> str:
    """When a sign is positive: "over 20 %"; empty for a column that is no sign."""
    threshold = columns.get(f"{sign}_threshold")
    if threshold is None:
        return ""
    own = KeyColumn(sign, relation="threshold", threshold_column=sign)
    key = next((key for key in family_words(name).keys if key.sign == sign), own)
    rule = f"{key.relation} {_limit(key.threshold_column, threshold)}"
    other = columns.get(f"{key.alternative}_threshold")
    return rule if other is None else f"{rule}, or {_limit(key.alternative, other)}"


def _limit(column: str, threshold: Value) -> str:
    limit = quantity(column, threshold)
    return f"{limit.text} {limit.unit}".strip()


def _read_on(column: str, value: Value) -> Quantity | None:
    """A series by what its role is called; None for another column."""
    roles = {str(role): role for role in Role}
    return Quantity(role_title(roles[value])) if column == "series" and value in roles else None


def _first(columns: Mapping[str, Value]) -> KeyColumn:
    """The primary predictor of a family without words: its first column."""
    return KeyColumn(next(column for column in columns if column != "quality"))
