"""The parts of a report before they become HTML: summary numbers, reasons, and one reportlet a family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import exp
from typing import TYPE_CHECKING

from pnst.evidence.columns import SIGN_OF_COLUMN
from pnst.evidence.published import predictors
from pnst.measurement.family import Family, Value
from pnst.measurement.measurements import Measurements
from pnst.reporting.canvas import Picture
from pnst.reporting.figures import adc_pictures, edema_pictures, extent_pictures, lesion_pictures, region_pictures
from pnst.reporting.numbers import Quantity, quantity
from pnst.reporting.vocabulary import KeyColumn, column_title, family_words, predictor_title, sign_title
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
    rule: str = ""
    """When a sign is positive, with its threshold."""


@dataclass(frozen=True)
class KeyNumber:
    """One line of the key numbers: the number, and the sign that rests on it."""

    family: str
    number: Row
    sign: Row | None = None
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
    row: Row | None = None
    """The column that it was read off, with the reader's judgement where that replaced the measurement."""

    @property
    def odds_factor(self) -> str:
        """By what it multiplies the odds."""
        factor = exp(self.log_odds)
        return f"{factor:.0f}" if factor >= 9.95 else f"{factor:.2f}"


DrawPictures = Callable[[Study, Lesion, Measurements], list[Picture]]
PICTURES: dict[str, DrawPictures] = {
    "size": lambda study, lesion, m: extent_pictures(study, lesion),
    "margin": lesion_pictures,
    "edema": edema_pictures,
    "split_fat": partial(region_pictures, name="fat_rim"),
    "adc": adc_pictures,
    "ivim": lambda study, lesion, m: [],
    "enhancement": partial(region_pictures, name="enhancing"),
    "cyst": partial(region_pictures, name="cyst"),
    "t1_high": partial(region_pictures, name="t1_high"),
    "target": partial(region_pictures, name="target_core"),
    "heterogeneity": lambda study, lesion, m: [],
}
"""What draws each family; a family without an entry has no picture."""


def key_numbers(m: Measurements) -> list[KeyNumber]:
    """The key numbers of every measured family, its primary predictor first."""
    rows = []
    for name, family in m.families().items():
        columns = family.columns()
        keys = [key for key in family_words(name).keys if key.column in columns] or [_first(columns)]
        rows += [_key_number(m, name, family, key) for key in keys]
    return rows


def reportlets(study: Study, lesion: Lesion, m: Measurements) -> list[Reportlet]:
    """One reportlet for every measured family."""
    settings = m.settings.model_dump() if m.settings else {}
    parts = []
    for name, family in m.families().items():
        words = family_words(name)
        draw = PICTURES.get(name)
        reasons = [reason for part, reason in m.skipped.items() if part.startswith(f"{name}.")]
        parts.append(
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
    return parts


def reasons(m: Measurements, a: Assessment) -> list[Reason]:
    """The contributions, what weighs most first, each with what was seen."""
    ordered = sorted(a.contributions.items(), key=lambda item: (-abs(item[1]), item[0]))
    columns = {predictor.name: predictor.column for predictor in predictors()}
    return [
        Reason(_reason_title(name, columns), value, _predictor_row(m, columns.get(name, name)))
        for name, value in ordered
    ]


def _reason_title(name: str, columns: Mapping[str, str]) -> str:
    """What a predictor is called; a trained model's features are columns, and go by their family's and their own."""
    family, dot, column = name.rpartition(".")
    return (
        f"{family_words(family).title}: {column_title(column)}"
        if dot and name not in columns
        else predictor_title(name)
    )


def _predictor_row(m: Measurements, column: str) -> Row | None:
    """What a predictor was read off: its column, or the sign of it that a reader judged."""
    family, _, name = column.rpartition(".")
    judged = next((c for c in (SIGN_OF_COLUMN.get(column, column), column) if c in m.overrides), None)
    if judged is not None:
        sign = judged.rpartition(".")[2]
        return Row(sign_title(family, sign), Quantity(""), reader=quantity(sign, m.overrides[judged]))
    return _row(m, family, name) if column in m.columns() else None


def _key_number(m: Measurements, name: str, family: Family, key: KeyColumn) -> KeyNumber:
    number = _row(m, name, key.column)
    sign = _row(m, name, key.sign, key.sign_title) if key.sign in family.columns() else None
    return KeyNumber(family_words(name).title, number, sign, family.quality or "")


def _rows(m: Measurements, name: str, family: Family) -> list[Row]:
    """Every column of a family; intervals and thresholds stand beside their column, quality has its own place."""
    columns = family.columns()
    beside = {f"{column}{suffix}" for column in columns for suffix in ("_interval", "_threshold")} | {"quality"}
    return [_row(m, name, column) for column in columns if column not in beside]


def _row(m: Measurements, name: str, column: str, title: str = "") -> Row:
    columns = m.families()[name].columns()
    interval = columns.get(f"{column}_interval")
    override = f"{name}.{column}"
    return Row(
        title or column_title(column),
        quantity(column, columns[column], family_words(name).none),
        quantity(f"{column}_interval", interval) if interval is not None else None,
        quantity(column, m.overrides[override]) if override in m.overrides else None,
        _rule(name, column, columns),
    )


def _rule(name: str, sign: str, columns: Mapping[str, Value]) -> str:
    """When a sign is positive: "over 20 %"; empty for a column that is no sign."""
    threshold = columns.get(f"{sign}_threshold")
    if threshold is None:
        return ""
    key = next((key for key in family_words(name).keys if key.sign == sign), KeyColumn(sign, relation="threshold"))
    limit = quantity(key.threshold_column, threshold)
    return f"{key.relation} {limit.text} {limit.unit}".strip()


def _first(columns: Mapping[str, Value]) -> KeyColumn:
    """The primary predictor of a family without words: its first column."""
    return KeyColumn(next(column for column in columns if column != "quality"))
