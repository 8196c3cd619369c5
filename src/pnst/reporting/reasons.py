"""What each finding adds beside the others and says alone, and where that stands on the page's axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from typing import TYPE_CHECKING

from pnst.evidence.columns import SIGN_OF_COLUMN
from pnst.evidence.published import predictors
from pnst.measurement.measurements import Measurements
from pnst.reporting.key_numbers import Row, row_of
from pnst.reporting.numbers import Quantity, quantity, significant
from pnst.reporting.question_words import QuestionWords, question_words
from pnst.reporting.vocabulary import column_title, family_words, predictor_title, sign_title

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment
    from pnst.classification.findings import Finding, Interval

_LEAST_REACH, _MOST_REACH = log(12), log(1500)
_FACTORS = (2, 10, 100, 1000)
_FINE_REACH = log(110)
"""On a longer axis the marks of × 2 and × 0.5 would touch that of × 1."""
_NOTHING = log(1.05)
"""A finding that changes the odds by less speaks for neither side."""


_GIVEN = Row("as given for the patient", Quantity(""))


@dataclass(frozen=True)
class Bar:
    """Log-odds with their 95 % interval."""

    log_odds: float
    interval: Interval | None = None

    @property
    def odds_factor(self) -> str:
        """By what it multiplies the odds."""
        return _factor(self.log_odds)

    @property
    def factor_ends(self) -> str:
        """The same of its interval, lower end first; empty without one."""
        return "" if self.interval is None else " to ".join(map(_factor, self.interval))

    @property
    def ends(self) -> tuple[float, ...]:
        """All that the axis must reach."""
        return self.log_odds, *(self.interval or ())


@dataclass(frozen=True)
class Reason:
    """One finding: what it was read off, what it adds, and what it says by itself."""

    title: str
    beside: Bar
    alone: Bar | None = None
    row: Row | None = None
    """The column that it was read off, with the reader's judgement where that replaced the measurement."""
    note: str = ""
    """Why it speaks for one side beside the others, and for the other side alone."""


@dataclass(frozen=True)
class Axis:
    """Log-odds from −reach to reach, as per cent of a picture's width."""

    reach: float

    def place(self, log_odds: float) -> float:
        """What lies beyond the axis stands at its end."""
        return 50 + 50 * min(max(log_odds / self.reach, -1.0), 1.0)

    @property
    def ticks(self) -> tuple[tuple[float, str, float], ...]:
        """Place, factor of the odds and log-odds of each mark."""
        fine = self.reach <= _FINE_REACH
        shown = [factor for factor in _FACTORS if log(factor) <= 0.97 * self.reach and (fine or factor > 2)]
        marks = [0.0, *(sign * log(factor) for factor in shown for sign in (-1, 1))]
        return tuple((self.place(mark), f"{exp(mark):.3g}", mark) for mark in sorted(marks))


def axis_of(reasons: Sequence[Reason]) -> Axis:
    """Wide enough for all bars and intervals, within reason."""
    bars = [bar for reason in reasons for bar in (reason.beside, reason.alone) if bar is not None]
    ends = [abs(end) for bar in bars for end in bar.ends if isfinite(end)]
    return Axis(min(max([_LEAST_REACH, *(1.04 * end for end in ends)]), _MOST_REACH))


def reasons(m: Measurements, a: Assessment) -> list[Reason]:
    """The findings, what weighs most first, each with what was seen."""
    ordered = sorted(a.findings.items(), key=lambda item: (-abs(item[1].contribution), item[0]))
    columns, words = _columns_of(a), question_words(a)
    return [
        Reason(
            title=_title(name, columns),
            beside=Bar(finding.contribution, finding.contribution_interval),
            alone=None if finding.alone is None else Bar(finding.alone, finding.alone_interval),
            row=_GIVEN if name == "level" else seen(m, columns.get(name, (name,))),
            note=_note(finding, words),
        )
        for name, finding in ordered
    ]


def _note(finding: Finding, words: QuestionWords | None) -> str:
    beside, alone = finding.contribution, finding.alone
    if words is None or alone is None or min(abs(beside), abs(alone)) < _NOTHING or beside * alone > 0:
        return ""
    if alone > 0:
        return (
            f"By itself this speaks for {words.towards}. Beside the others it speaks for {words.away}: it points to "
            f"{words.towards} less strongly than they lead one to expect."
        )
    return (
        f"By itself this speaks for {words.away}. Beside the others it speaks for {words.towards}: it points to "
        f"{words.away} less strongly than they lead one to expect."
    )


def _columns_of(a: Assessment) -> dict[str, tuple[str, ...]]:
    """Predictor → the columns that it may be read off."""
    columns: dict[str, tuple[str, ...]] = {predictor.name: (predictor.column,) for predictor in predictors()}
    if a.question == "intradural":
        from pnst.classification.intradural.observation import SIGNS

        for name, sign in SIGNS.items():
            columns[name] = tuple(c for c in (sign.reader, sign.sign, sign.number) if c is not None)
    return columns


def _title(name: str, columns: Mapping[str, tuple[str, ...]]) -> str:
    """What a predictor is called; a trained model's features are columns, and go by their family's and their own."""
    family, dot, column = name.rpartition(".")
    if dot and name not in columns:
        return f"{family_words(family).title}: {column_title(column, family)}"
    return predictor_title(name)


def seen(m: Measurements, columns: Sequence[str]) -> Row | None:
    """What a predictor was read off: its column, or the sign of it that a reader judged."""
    for column in columns:
        family, _, name = column.rpartition(".")
        judged = next((c for c in (SIGN_OF_COLUMN.get(column, column), column) if c in m.overrides), None)
        if judged is not None:
            sign = judged.rpartition(".")[2]
            return Row(sign_title(family, sign), Quantity(""), reader=quantity(sign, m.overrides[judged]))
    measured = next((column for column in columns if column in m.columns()), None)
    if measured is None:
        return None
    family, _, name = measured.rpartition(".")
    return row_of(m, family, name, sign_title(family, name))


def _factor(log_odds: float) -> str:
    return significant(exp(min(log_odds, 700.0)))
