"""What the page of a cohort says: numbers by diagnosis, what is missing, doubts, and agreement with readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pnst.errors import SettingError
from pnst.evidence.cells import checked
from pnst.evidence.columns import COMPARED, column_kinds
from pnst.reporting.numbers import unit_of
from pnst.reporting.vocabulary import FAMILIES, as_words, column_title, family_words, part_title
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

GROUP = "diagnosis"
"""The user's column that distributions are told apart by."""
UNKNOWN = "not given"
SKIPPED, QUALITY = "skipped.", ".quality"
SHOWN_GROUPS = 6
SHOWN_CASES = 20
USUAL = 0.5
"""A doubt about more than this share of the lesions is one about the cohort, and picks none out."""


@dataclass(frozen=True)
class Distribution:
    """One measured column over the lesions."""

    column: str
    title: str
    groups: tuple[tuple[str, FloatArray], ...]
    """Name of the group and its values, without those that are missing."""

    @property
    def rows(self) -> list[tuple[str, int, tuple[float, ...]]]:
        """Group, count, and the 0, 25, 50, 75 and 100 % quantiles."""
        return [(n, len(v), tuple(np.percentile(v, (0, 25, 50, 75, 100)))) for n, v in self.groups if len(v)]


@dataclass(frozen=True)
class MeasuredAgreement:
    """An expert's word, or a simulation's truth, against the measured value."""

    title: str
    who: str
    count: int
    text: str


def lesion_title(column: str) -> str:
    """A column in words, with its unit.

    >>> lesion_title("size.volume_ml"), lesion_title("probability")
    ('Size: volume (ml)', 'Probability')
    """
    family, _, name = column.partition(".")
    if not name:
        return as_words(family)
    unit = unit_of(name)
    title = column_title(name, family)
    return f"{family_words(family).title}: {title[:1].lower()}{title[1:]}" + (f" ({unit})" if unit else "")


def main_columns(table: pd.DataFrame) -> list[str]:
    """The numbers that reports show first, of those that the table has, and the probability."""
    keys = [f"{family}.{key.column}" for family, words in FAMILIES.items() for key in words.keys]
    wanted = [*keys, "probability"]
    return [name for name in wanted if name in table and _numbers(table[name]).size]


def distributions(table: pd.DataFrame) -> list[Distribution]:
    """Of each main column by diagnosis; the rarest diagnoses beyond six are taken together."""
    return [distribution(table, column) for column in main_columns(table)]


def distribution(table: pd.DataFrame, column: str) -> Distribution:
    """One column by diagnosis; what is no number is left out."""
    groups = tuple((name, _numbers(table.loc[rows, column])) for name, rows in _groups(table))
    return Distribution(column, lesion_title(column), groups)


def missing(table: pd.DataFrame) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Family or half of one, how many lesions lack it, and the reasons with their counts, the commonest first."""
    rows = []
    for column in (name for name in table if str(name).startswith(SKIPPED)):
        reasons = Counter(str(cell) for cell in table[column].dropna())
        if reasons:
            told = part_title(str(column).removeprefix(SKIPPED))
            rows.append((told, sum(reasons.values()), reasons.most_common(3)))
    return sorted(rows, key=lambda row: -row[1])


def quality_flags(table: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Family, what casts doubt on its number, and in how many lesions."""
    rows = []
    for column in (str(name) for name in table if str(name).endswith(QUALITY)):
        counts = Counter(part for cell in table[column].dropna() for part in str(cell).split("; "))
        rows += [(family_words(column.removesuffix(QUALITY)).title, text, n) for text, n in counts.most_common()]
    return sorted(rows, key=lambda row: -row[2])


def look_first(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Case, lesion, and why a person should look: the most doubts first, without those that most lesions share."""
    flags = [name for name in table if str(name).endswith(QUALITY)]
    usual = {(family, text) for family, text, count in quality_flags(table) if count > len(table) * USUAL}
    told = []
    for row in table.to_dict("records"):
        reasons = [
            f"{family}: {text}"
            for name in flags
            if _given(row[name])
            for family in (family_words(str(name).removesuffix(QUALITY)).title,)
            for text in str(row[name]).split("; ")
            if (family, text) not in usual
        ]
        if _given(row.get("abstained")):
            reasons.append(f"no probability: {row['abstained']}")
        if reasons:
            told.append((str(row["case"]), str(row["label"]), reasons))
    told.sort(key=lambda entry: -len(entry[2]))
    return [(case, label, "; ".join(reasons)) for case, label, reasons in told[:SHOWN_CASES]]


def agreements(table: pd.DataFrame) -> list[MeasuredAgreement]:
    """Each column of an expert's words, or of a simulation's truth, against the measured one.

    Signs and words: agreement and Cohen's κ (Educ Psychol Meas 1960). Numbers: mean difference, measured less theirs,
    with the 95 % limits of agreement (Bland and Altman, Lancet 1986). A cell that its column cannot hold is left out.
    """
    told = []
    for column in (str(name) for name in table if str(name).startswith(COMPARED)):
        measured = column.partition(".")[2]
        kind = column_kinds().get(measured)
        if measured not in table or kind is None:
            continue
        told_twice = [
            (theirs, ours)
            for theirs, ours in zip(*(_as(measured, table[name]) for name in (column, measured)), strict=True)
            if theirs is not None and ours is not None
        ]
        if told_twice:
            text = (_of_numbers if kind in (int, float) else _of_words)(*zip(*told_twice, strict=True))
            told.append(MeasuredAgreement(lesion_title(measured), column.partition(".")[0], len(told_twice), text))
    return told


def _as(column: str, cells: pd.Series[Any]) -> Iterator[Any]:
    """Each cell as what the column holds; None where it is empty, or no such thing."""
    for cell in cells:
        try:
            yield checked(column, cell)
        except SettingError:
            yield None


def _of_words(reader: Sequence[Any], measured: Sequence[Any]) -> str:
    """Of signs, or of one of several words."""
    same = float(np.mean([theirs == ours for theirs, ours in zip(reader, measured, strict=True)]))
    theirs, ours, count = Counter(reader), Counter(measured), len(reader)
    chance = sum(theirs[word] * ours[word] for word in theirs) / count**2
    kappa = "not defined: one answer alone" if chance == 1 else f"κ {(same - chance) / (1 - chance):.2f}"
    return f"{same:.0%} agree, {kappa}"


def _of_numbers(reader: Sequence[float], measured: Sequence[float]) -> str:
    difference = np.asarray(measured, dtype=float) - np.asarray(reader, dtype=float)
    if len(difference) < 2:
        return f"difference {difference[0]:+.3g}"
    spread = 1.96 * float(difference.std(ddof=1))
    mean = float(difference.mean())
    return f"mean difference {mean:+.3g}, limits of agreement {mean - spread:+.3g} to {mean + spread:+.3g}"


def _groups(table: pd.DataFrame) -> Sequence[tuple[str, BoolArray]]:
    if GROUP not in table:
        return [("all lesions", np.ones(len(table), dtype=bool))]
    names = table[GROUP].astype(object).where(table[GROUP].notna(), UNKNOWN).astype(str)
    common = [name for name, _ in Counter(names).most_common(SHOWN_GROUPS)]
    groups = [(name, (names == name).to_numpy()) for name in sorted(common)]
    rest = ~names.isin(common).to_numpy()
    return [*groups, ("other", rest)] if rest.any() else groups


def _numbers(column: pd.Series[Any]) -> FloatArray:
    import pandas as pd

    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    return np.asarray(values[np.isfinite(values)])


def _given(cell: Any) -> bool:
    return isinstance(cell, str) and bool(cell)
