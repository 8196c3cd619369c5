"""The parts of a report before they become HTML: summary numbers, reasons, and one reportlet a family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from pnst.measurement.family import Family, Value
from pnst.measurement.measurements import Measurements
from pnst.reporting.canvas import Picture
from pnst.reporting.figures import adc_pictures, extent_pictures, lesion_pictures, region_pictures
from pnst.reporting.numbers import Quantity, quantity
from pnst.reporting.vocabulary import Key, column_title, family_words, predictor_title
from pnst.study import Lesion, Study

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment


@dataclass(frozen=True)
class Row:
    """One line of a table of numbers."""

    title: str
    value: Quantity
    interval: Quantity | None = None
    reader: Quantity | None = None
    """A reader's own judgement of the same column."""


@dataclass(frozen=True)
class Summary:
    """One line of the key numbers: the number, and the sign that rests on it."""

    family: str
    number: Row
    sign: Row | None = None
    rule: str = ""
    """When the sign is positive, with its threshold."""
    remark: str = ""


@dataclass(frozen=True)
class Reportlet:
    """One family: what it is, its pictures, all its numbers, and the settings that made them."""

    title: str
    caption: str
    pictures: tuple[Picture, ...]
    rows: tuple[Row, ...]
    settings: Mapping[str, object]
    remark: str = ""
    skipped: str = ""
    """Why a part of the family is missing."""


@dataclass(frozen=True)
class Reason:
    """What one predictor adds to the log-odds of malignancy."""

    title: str
    log_odds: float

    @property
    def odds_factor(self) -> str:
        """By what it multiplies the odds."""
        return f"{exp(self.log_odds):.2g}"


Painter = Callable[[Study, Lesion, Measurements], list[Picture]]
PAINTERS: dict[str, Painter] = {
    "size": lambda study, lesion, m: extent_pictures(study, lesion),
    "margin": lambda study, lesion, m: lesion_pictures(study, lesion),
    "edema": lambda study, lesion, m: region_pictures(study, lesion, m, "edema"),
    "split_fat": lambda study, lesion, m: region_pictures(study, lesion, m, "fat_rim"),
    "adc": adc_pictures,
}
"""What draws each family; a family without an entry has no picture."""


def summaries(m: Measurements) -> list[Summary]:
    """The key numbers of every measured family, its primary predictor first."""
    found = []
    for name, family in m.families().items():
        columns = family.columns()
        keys = [key for key in family_words(name).keys if key.column in columns] or [_first(columns)]
        found += [_summary(m, name, family, key) for key in keys]
    return found


def reportlets(study: Study, lesion: Lesion, m: Measurements) -> list[Reportlet]:
    """One reportlet for every measured family."""
    settings = m.settings.model_dump()
    found = []
    for name, family in m.families().items():
        words = family_words(name)
        draw = PAINTERS.get(name)
        reasons = [reason for part, reason in m.skipped.items() if part.startswith(f"{name}.")]
        found.append(
            Reportlet(
                words.title,
                words.lead,
                tuple(draw(study, lesion, m)) if draw else (),
                tuple(_rows(m, name, family)),
                settings.get(name, {}),
                family.quality or "",
                "; ".join(reasons),
            )
        )
    return found


def reasons(a: Assessment) -> list[Reason]:
    """The contributions, what weighs most first."""
    ordered = sorted(a.contributions.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [Reason(predictor_title(name), value) for name, value in ordered]


def _summary(m: Measurements, name: str, family: Family, key: Key) -> Summary:
    columns = family.columns()
    sign, rule = None, ""
    if key.sign is not None and key.sign in columns:
        sign = _row(m, name, columns, key.sign, key.sign_title)
        threshold = columns.get(f"{key.sign}_threshold")
        if threshold is not None:
            limit = quantity(key.threshold_column, threshold)
            rule = f"{key.relation} {limit.text} {limit.unit}".strip()
    number = _row(m, name, columns, key.column, column_title(key.column))
    return Summary(family_words(name).title, number, sign, rule, family.quality or "")


def _rows(m: Measurements, name: str, family: Family) -> list[Row]:
    """Every column of a family; intervals stand beside their column, quality has its own place."""
    columns = family.columns()
    beside = {f"{column}_interval" for column in columns} | {"quality"}
    return [_row(m, name, columns, c, column_title(c)) for c in columns if c not in beside]


def _row(m: Measurements, name: str, columns: Mapping[str, Value], column: str, title: str) -> Row:
    interval = columns.get(f"{column}_interval")
    override = f"{name}.{column}"
    return Row(
        title,
        quantity(column, columns[column]),
        quantity(f"{column}_interval", interval) if interval is not None else None,
        quantity(column, m.overrides[override]) if override in m.overrides else None,
    )


def _first(columns: Mapping[str, Value]) -> Key:
    """The primary predictor of a family without words: its first column."""
    return Key(next(column for column in columns if column != "quality"))
