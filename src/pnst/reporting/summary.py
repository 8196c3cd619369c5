"""One lesion in a few lines, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pnst.measurement.family import Value
from pnst.measurement.measurements import Measurements
from pnst.reporting.numbers import quantity, significant
from pnst.reporting.skipped_parts import skipped_parts
from pnst.reporting.vocabulary import sign_title

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment


@dataclass(frozen=True)
class LesionSummary:
    """One lesion in a few lines, for a terminal."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    """What, its value, and what casts doubt on it."""


PRIMARY = (
    ("size", "longest_diameter_mm", "longest diameter", "{:.1f} mm"),
    ("size", "volume_ml", "volume", "{:.1f} ml"),
    ("margin", "irregularity", "irregularity", "{:.3f}"),
    ("margin", "ill_defined_fraction", "ill-defined edge", "{:.0%} of the surface"),
    ("edema", "max_extent_mm", "oedema extent", "{:.1f} mm"),
    ("edema", "volume_ml", "oedema volume", "{:.1f} ml"),
    ("split_fat", "coverage_fraction", "split fat coverage", "{:.0%} of the surface"),
    ("adc", "mean_um2_per_ms", "mean ADC", "{:.2f} ·10⁻³ mm²/s"),
    ("cord", "compartment", "place beside the cord", "{}"),
    ("canal", "occupancy_fraction", "canal filled", "{:.0%} of its section"),
    ("nerve", "gap_mm", "gap to the nerve", "{:.1f} mm"),
    ("bone", "foraminal_fraction", "in a foramen", "{:.0%} of the lesion"),
    ("fascicular", "count", "fascicles", "{:.0f} dots in rings"),
    ("rim", "capsule_fraction", "dark capsule", "{:.0%} of the surface"),
    ("flow_voids", "pieces_count", "flow voids", "{:.0f}"),
    ("haemosiderin", "cap_fraction", "haemosiderin cap", "{:.0%} of a pole"),
)


def _numbers(m: Measurements) -> Iterator[tuple[str, str, str]]:
    """The primary numbers; what casts doubt on a family stands beside its first."""
    columns, flagged = m.columns(), set[str]()
    for family, column, title, shown in PRIMARY:
        value = columns.get(f"{family}.{column}")
        if value is not None:
            doubt = "" if family in flagged else str(columns.get(f"{family}.quality") or "")
            flagged.add(family)
            yield title, shown.format(value), doubt


def summarise(m: Measurements, a: Assessment) -> LesionSummary:
    """The primary numbers, what was skipped, a reader's overrides, and the probability."""
    rows = [*_numbers(m)]
    if m.split_fat is not None and m.split_fat.applicable is not True:
        word = "undetermined" if m.split_fat.applicable is None else "not applicable"
        rows.append(("split fat sign", f"{word}: the lesion's compartment is {m.split_fat.compartment}", ""))
    rows += [(lower_first(what), f"not measured: {reason}", "") for what, reason in skipped_parts(m.skipped)]
    rows += [_judged(name, value) for name, value in m.overrides.items()]
    rows += [(what, answer, "") for what, answer in _answer(a)]
    return LesionSummary(f"{m.case_id}, lesion {m.label}", tuple(rows))


def _judged(name: str, value: Value) -> tuple[str, str, str]:
    """A reader's word: what it is of, and what the reader said."""
    family, _, column = name.rpartition(".")
    judged = quantity(column, value)
    return f"{lower_first(sign_title(family, column))} (reader)", f"{judged.text} {judged.unit}".strip(), ""


def lower_first(title: str) -> str:
    """A title within a line: "Spinal cord" → "spinal cord", "T1-bright area" as it is.

    >>> lower_first("Spinal cord"), lower_first("T1-bright area"), lower_first("IVIM (perfusion)")
    ('spinal cord', 'T1-bright area', 'IVIM (perfusion)')
    """
    return title if title[1:2].isupper() or title[1:2].isdigit() else title[:1].lower() + title[1:]


def _answer(a: Assessment) -> Iterator[tuple[str, str]]:
    """The odds, which hold whatever the prior, then the probability; or why there is none."""
    if a.probability is None or a.interval is None:
        yield "no probability", a.abstained or "nothing was asked"
        return
    if a.odds_factor is not None:
        ends = a.odds_factor_interval
        interval = "" if ends is None else f" (95 % {significant(ends[0])} to {significant(ends[1])})"
        yield f"odds of {a.answers}", f"× {significant(a.odds_factor)}{interval}, whatever the prior"
    low, high = a.interval
    yield f"probability of {a.answers}", f"{a.probability:.2f} (95 % {low:.2f}–{high:.2f}, prior {a.prior:.3g})"
    if a.abstained:
        yield "abstained", a.abstained
