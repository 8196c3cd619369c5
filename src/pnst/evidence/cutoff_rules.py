"""The rules that are one cutoff: every row of `cutoffs.csv` on a column that a lesion may have.

A cutoff belongs to its statistic, its population and its b-values; where those differ the result says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pnst.evidence.published import Cutoff, cutoffs
from pnst.evidence.rule import Columns, Rule, RulePerformance, Verdict
from pnst.evidence.rule_words import RELATIONS, against, condition, written
from pnst.measurement.solid import WHOLE_LESION

COLUMN_OF = {
    ("adc", "mean"): "adc.mean_um2_per_ms",
    ("adc", "dark"): "adc.dark_um2_per_ms",
    ("adc", "min"): "adc.min_um2_per_ms",
    ("ivim_d", "mean"): "ivim.d_um2_per_ms",
    ("ivim_d", "dark"): "ivim.d_dark_um2_per_ms",
    ("ivim_d", "min"): "ivim.d_min_um2_per_ms",
    ("ivim_d", "margin"): "ivim.d_margin_um2_per_ms",
    ("ivim_f", "centre"): "ivim.f_centre_fraction",
    ("ivim_f", "margin"): "ivim.f_margin_fraction",
    ("edema_extent", "max"): "edema.max_extent_mm",
}
"""(predictor, statistic) of `cutoffs.csv` → the column that carries it."""

UNIFORM_OF = {
    "adc.min_um2_per_ms": ("adc.min_uniform_um2_per_ms", "adc.mean_um2_per_ms"),
    "adc.dark_um2_per_ms": ("adc.dark_uniform_um2_per_ms", "adc.mean_um2_per_ms"),
    "ivim.d_min_um2_per_ms": ("ivim.d_min_uniform_um2_per_ms", "ivim.d_um2_per_ms"),
    "ivim.d_dark_um2_per_ms": ("ivim.d_dark_uniform_um2_per_ms", "ivim.d_um2_per_ms"),
}
"""What a uniform lesion of that size and SNR would read for a statistic that falls by noise alone, and its mean."""

_MOVED_BY = {**UNIFORM_OF, "edema.max_extent_mm": ("edema.censored",)}
"""What can leave a cutoff undecided."""

B_RANGE = {"Well2019": (0.0, 800.0), "Ahlawat2019": (50.0, 800.0), "Ristow2024": (0.0, 800.0)}
"""Lowest and highest b-value in s/mm² of the studies that print them."""

MIN_DIAMETER_MM = {"EJR2015": 50.0}
"""Of the studies that took large lesions only."""

_ALL_B = "adc.mean_all_b_um2_per_ms"
_B_TOLERANCE = 10.0
_UNIT_FACTOR = {"percent": 0.01}

SOURCE_NOTES = {
    "Ristow2024": "the source counts atypical neurofibromas among its malignant lesions",
    "EJR2015": "whether the source's 25 of 25 are all its malignant lesions or those with oedema is not known",
}
"""What must be known of a study's counts."""


def cutoff_rules() -> tuple[Rule, ...]:
    """One rule a row, named `study_predictor_statistic`."""
    return tuple(_rule(row) for row in cutoffs() if (row.predictor, row.statistic) in COLUMN_OF)


def threshold(row: Cutoff) -> float:
    """The row's cutoff in the unit of its column."""
    return row.cutoff * _UNIT_FACTOR.get(row.unit, 1.0)


def _rule(row: Cutoff) -> Rule:
    column = COLUMN_OF[row.predictor, row.statistic]
    performance = RulePerformance(row.true_positive, row.n_malignant, row.true_negative, row.n_benign)
    return Rule(
        name=f"{row.study}_{row.name}",
        source=row.study,
        positive_when=condition(column, row.operator, threshold(row)),
        inputs=(column,),
        decide=partial(_decide, row, column),
        consequences=performance.consequences,
        performance=performance,
        population=row.population,
    )


def _decide(row: Cutoff, column: str, columns: Columns) -> Verdict:
    used, cutoff = _matching_column(row, column, columns), threshold(row)
    low, high = _possible_values(used, columns)
    positive, also = (RELATIONS[row.operator].compare(value, cutoff) for value in (low, high))
    seen = against(used, low, row.operator, cutoff)
    notes = (SOURCE_NOTES[row.study],) if row.study in SOURCE_NOTES else ()
    warnings = (*notes, *_protocol(row, used, columns), *_region(row, columns), *_size(row, columns))
    if positive != also:
        read = {name: columns[name] for name in (used, *_MOVED_BY.get(used, ())) if name in columns}
        return Verdict("indeterminate", f"{seen}, but {_why_undecided(used, high)}", read, warnings)
    return Verdict("positive" if positive else "negative", seen, {used: columns[used]}, warnings)


def _why_undecided(used: str, high: float) -> str:
    if used == "edema.max_extent_mm":
        return "the border of the image or of the search cuts the oedema off, and it may reach further"
    return f"noise alone lowers it, and without that it may be as high as {written(used, high)}"


def _matching_column(row: Cutoff, column: str, columns: Columns) -> str:
    """The fit over all b-values where the source starts at b = 0 and that fit is there."""
    from_zero = row.study in B_RANGE and B_RANGE[row.study][0] == 0
    return _ALL_B if column == "adc.mean_um2_per_ms" and from_zero and columns.get(_ALL_B) is not None else column


def _possible_values(column: str, columns: Columns) -> tuple[float, float]:
    """The measured value, and the greatest that noise or the border of the image may hide behind it."""
    value = float(columns[column])
    if column == "edema.max_extent_mm":
        return value, float("inf") if columns.get("edema.censored") else value
    uniform, mean = (columns.get(name) for name in UNIFORM_OF.get(column, ("", "")))
    if uniform is None or mean is None:
        return value, value
    return value, value + max(float(mean) - float(uniform), 0.0)


def _protocol(row: Cutoff, column: str, columns: Columns) -> tuple[str, ...]:
    """What to say where the b-values are not the source's, or where either is unknown."""
    if not column.startswith(("adc.", "ivim.")):
        return ()
    if row.study not in B_RANGE:
        return (f"the b-values of {row.study} are not known to us",)
    published = "b {:g}–{:g}".format(*B_RANGE[row.study])
    ends = _b_range(column, columns)
    if ends is None:
        return (f"the b-values are not known; {row.study} used {published}",)
    if all(abs(ours - theirs) <= _B_TOLERANCE for ours, theirs in zip(ends, B_RANGE[row.study], strict=True)):
        return ()
    return (f"the protocol differs: b {ends[0]:g}–{ends[1]:g} here, {published} in {row.study}",)


def _b_range(column: str, columns: Columns) -> tuple[float, float] | None:
    """Lowest and highest b-value behind a column; None where they are not known.

    `adc.b_values` are those of the main fit, which leaves low ones out; the fit over all has them too where it differs.
    """
    b_values = columns.get(f"{column.partition('.')[0]}.b_values")
    if not isinstance(b_values, Sequence) or isinstance(b_values, str) or not b_values:
        return None
    from_zero = column == _ALL_B and columns[_ALL_B] != columns.get("adc.mean_um2_per_ms")
    return 0.0 if from_zero else float(min(b_values)), float(max(b_values))


def _region(row: Cutoff, columns: Columns) -> tuple[str, ...]:
    family = COLUMN_OF[row.predictor, row.statistic].partition(".")[0]
    if columns.get(f"{family}.region") == WHOLE_LESION:
        return ("measured over the whole lesion; the cutoff is of the solid enhancing part",)
    return ()


def _size(row: Cutoff, columns: Columns) -> tuple[str, ...]:
    min_mm, diameter = MIN_DIAMETER_MM.get(row.study), columns.get("size.longest_diameter_mm")
    if min_mm is not None and diameter is not None and diameter <= min_mm:
        return (
            f"outside the rule's population: its lesions are all over {min_mm:g} mm, this one is {diameter:.3g} mm",
        )
    return ()
