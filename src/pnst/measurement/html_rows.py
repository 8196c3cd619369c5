"""Measurements as rows of a table for notebooks: in words, with units, and what was skipped with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pnst.html_table import Heading
from pnst.measurement.column_titles import column_title, family_title
from pnst.measurement.family import INTERVAL, Family, Value
from pnst.measurement.quantity import Quantity, quantity

HEAD = ("", "Value", "95 % interval")
THRESHOLD = "_threshold"


def family_rows(families: Mapping[str, Family]) -> Iterator[tuple[str, ...] | Heading]:
    """A heading a family, a row a column; an interval and a threshold stand beside their column."""
    for name, family in families.items():
        columns = family.columns()
        yield Heading(family_title(name))
        for column, value in columns.items():
            own = not column.endswith((INTERVAL, THRESHOLD)) and column != "quality"
            if own:
                yield _row(name, column, value, columns)
        if family.quality:
            yield "Remark", family.quality, ""


def skipped_rows(skipped: Mapping[str, str]) -> Iterator[tuple[str, ...] | Heading]:
    """What was not measured, and why."""
    if skipped:
        yield Heading("Not measured")
    for part, reason in skipped.items():
        family, _, half = part.partition(".")
        yield f"{family_title(family)}{', ' if half else ''}{half.replace('_', ' ')}", reason, ""


def override_rows(overrides: Mapping[str, Value]) -> Iterator[tuple[str, ...] | Heading]:
    """What a reader judged otherwise."""
    if overrides:
        yield Heading("A reader's judgement, which beats the measured value")
    for name, value in overrides.items():
        family, _, column = name.rpartition(".")
        yield f"{family_title(family)}: {column_title(column, family)}", _text(quantity(column, value)), ""


def _row(family: str, column: str, value: Value, columns: Mapping[str, Value]) -> tuple[str, ...]:
    shown = _text(quantity(column, value))
    threshold, interval = columns.get(column + THRESHOLD), columns.get(column + INTERVAL)
    if threshold is not None:
        shown += f" (threshold {_text(quantity(column, threshold))})"
    return column_title(column, family), shown, "" if interval is None else _text(quantity(column + INTERVAL, interval))


def _text(shown: Quantity) -> str:
    return f"{shown.text} {shown.unit}".strip()
