"""How a measured value is written: the unit follows from the column's name, the digits from the unit."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.measurement.family import Value

ADC_UNIT = "10⁻³ mm²/s"
"""µm²/ms in the radiologist's words; the numbers are the same."""
NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Quantity:
    """A value as it stands in a table; `exact` is the value as it was measured."""

    text: str
    unit: str = ""
    exact: str = ""


def quantity(column: str, value: Value, none: str = NOT_APPLICABLE) -> Quantity:
    """A column's value in words or digits with its unit; intervals as "low – high", None as `none`.

    >>> quantity("adc.mean_um2_per_ms", 1.4321).text, quantity("coverage_fraction", 0.4459).text
    ('1.43', '45')
    """
    if value is None:
        return Quantity(none)
    if isinstance(value, bool):
        return Quantity("yes" if value else "no", exact=str(value).lower())
    if isinstance(value, str):
        return Quantity(value)
    name = column.removesuffix("_interval").removesuffix("_threshold")
    if isinstance(value, tuple):
        separator = " – " if column.endswith("_interval") else ", "
        parts = [_digits(name, v) for v in value]
        return Quantity(
            separator.join(text for text, _ in parts), _digits(name, 0.0)[1], separator.join(map(repr, value))
        )
    text, unit = _digits(name, value)
    return Quantity(text, unit, repr(value))


def unit_of(name: str) -> str:
    """The unit of a column (without its family) as it is stored; empty for shares and counts.

    >>> unit_of("volume_ml"), unit_of("coverage_fraction")
    ('ml', '')
    """
    unit = _digits(name, 1.0)[1]
    return "" if unit == "%" else unit


def _digits(name: str, value: float) -> tuple[str, str]:
    """Text and unit of one number of a column, by the column's suffix."""
    if name.endswith("fraction"):
        return f"{100 * value:.{0 if 100 * value >= 9.95 else 1}f}", "%"
    if name.endswith("_um2_per_ms"):
        return f"{value:.2f}", ADC_UNIT
    if name.endswith("_mm2"):
        return f"{value:.0f}", "mm²"
    if name.endswith("_mm"):
        return f"{value:z.1f}", "mm"  # z: no negative zero
    if name.endswith("_ml"):
        return f"{value:.1f}" if abs(value) >= 9.95 or value == 0 else f"{value:.2f}", "ml"
    if name.startswith("entropy"):
        return f"{value:.2f}", "bit"
    if isinstance(value, int) or name.endswith("count") or name == "b_values":
        return f"{value:.4g}", "s/mm²" if name == "b_values" else ""
    return f"{value:z.3f}" if abs(value) < 1 else f"{value:.2f}", ""
