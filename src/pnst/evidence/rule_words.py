"""What the rules call the columns that they read, and how they write their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

NAMES = {
    "adc.mean_um2_per_ms": "mean ADC",
    "adc.mean_all_b_um2_per_ms": "mean ADC over all b-values",
    "adc.dark_um2_per_ms": "ADC of the darkest part",
    "adc.min_um2_per_ms": "minimum ADC",
    "ivim.d_um2_per_ms": "mean D (perfusion left out)",
    "ivim.d_dark_um2_per_ms": "D of the darkest part (perfusion left out)",
    "ivim.d_min_um2_per_ms": "minimum D (perfusion left out)",
    "ivim.d_margin_um2_per_ms": "D of the margin (perfusion left out)",
    "ivim.f_centre_fraction": "perfused share of the centre",
    "ivim.f_margin_fraction": "perfused share of the margin",
    "edema.max_extent_mm": "extent of the oedema",
    "size.longest_diameter_mm": "longest diameter",
    "margin.deep_lobulations_count": "number of deep lobulations",
    "margin.ill_defined": "whether the margin is ill-defined",
    "edema.present": "whether there is oedema",
    "cyst.present": "whether there is a cyst or necrosis",
    "target.present": "whether there is a target sign",
    "t1_high.present": "whether there is a T1-bright area",
    "enhancement.peripheral": "whether the periphery enhances",
    "reader.intratumoral_lobulation": "a reader's word on lobulation inside the tumour",
    "reader.invasion": "a reader's word on invasion",
    "reader.osteolysis": "a reader's word on destroyed bone",
}
"""Column → its name in a sentence."""

_UNITS = {"_um2_per_ms": " ·10⁻³ mm²/s", "_mm": " mm", "_fraction": " %"}
_DIGITS = (3, 4, 6, 9, 17)


@dataclass(frozen=True)
class Relation:
    """A comparison with a cutoff, in words."""

    compare: Callable[[float, float], bool]
    holds: str
    fails: str


RELATIONS = {
    "<": Relation(lambda value, cutoff: value < cutoff, "below", "not below"),
    "<=": Relation(lambda value, cutoff: value <= cutoff, "not above", "above"),
    ">": Relation(lambda value, cutoff: value > cutoff, "above", "not above"),
    ">=": Relation(lambda value, cutoff: value >= cutoff, "at least", "under"),
}


def unit(column: str) -> str:
    """The unit of a column, behind a number."""
    return next((text for suffix, text in _UNITS.items() if column.endswith(suffix)), "")


def written(column: str, value: float) -> str:
    """A number with its unit; a fraction in per cent.

    >>> written("adc.mean_um2_per_ms", 1.4321), written("ivim.f_centre_fraction", 0.1)
    ('1.43 ·10⁻³ mm²/s', '10 %')
    """
    return f"{_scaled(column, value):.3g}{unit(column)}"


def against(column: str, value: float, operator: str, cutoff: float) -> str:
    """A number beside its cutoff, with as many digits as tell them apart.

    >>> against("adc.mean_um2_per_ms", 1.5999, "<", 1.6)
    'mean ADC is 1.5999 ·10⁻³ mm²/s, below 1.6'
    """
    relation, limit, number = RELATIONS[operator], _scaled(column, cutoff), _scaled(column, value)
    holds = relation.compare(value, cutoff)
    texts = (f"{number:.{digits}g}" for digits in _DIGITS)
    text = next((text for text in texts if relation.compare(float(text), limit) == holds), f"{number}")
    return f"{NAMES[column]} is {text}{unit(column)}, {relation.holds if holds else relation.fails} {limit:g}"


def condition(column: str, operator: str, cutoff: float) -> str:
    """What must be so.

    >>> condition("edema.max_extent_mm", ">", 18.0)
    'extent of the oedema above 18 mm'
    """
    return f"{NAMES[column]} {RELATIONS[operator].holds} {_scaled(column, cutoff):g}{unit(column)}"


def _scaled(column: str, value: float) -> float:
    return 100 * value if column.endswith("_fraction") else value
