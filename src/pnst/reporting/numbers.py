"""How a measured value is written: the unit follows from the column's name, the digits from the unit."""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, inf, log

from pnst.measurement.family import Value

ADC_UNIT = "10⁻³ mm²/s"
"""µm²/ms in the radiologist's words; the numbers are the same."""
MINUS, NOT_APPLICABLE = "−", "not applicable"


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


def percent(probability: float) -> str:
    """A probability in per cent: whole ones from 1 to 99, else with the decimals that keep it from 0 and 100.

    >>> [percent(probability) for probability in (0.5, 0.004, 0.9999)]
    ['50', '0.4', '99.99']
    """
    shown = 100 * probability
    near = min(shown, 100 - shown)
    if near < 0.005:
        return ">\u202f99.99" if shown > 50 else "<\u202f0.01"
    decimals = 0 if near >= 0.95 else 1 if near >= 0.095 else 2
    return f"{shown:.{decimals}f}"


def significant(value: float) -> str:
    """Two digits that count, and no power of ten.

    >>> [significant(value) for value in (0.0123, 0.66, 1.04, 8.63, 9.96, 43.7, 1234.0)]
    ['0.012', '0.66', '1.0', '8.6', '10', '44', '1200']
    """
    if value < 0.00095:
        return "<\u202f0.001"
    if value > 99_999:
        return ">\u202f99999"
    rounded = float(f"{value:.2g}")
    if rounded >= 10:
        return f"{rounded:.0f}"
    return f"{rounded:.{1 if rounded >= 1 else 2 if rounded >= 0.1 else 3 if rounded >= 0.01 else 4}f}"


def signed(value: float) -> str:
    """Two decimals with a typographic sign.

    >>> signed(1.234), signed(-1.234), signed(0.001)
    ('+1.23', '−1.23', '0.00')
    """
    text = f"{abs(value):.2f}"
    return text if float(text) == 0 else ("+" if value > 0 else MINUS) + text


def sentence(text: str) -> str:
    """With a capital and a full stop; a word of the code (`adc.mean…`, `t1_high`) keeps its small letter.

    >>> sentence("too small"), sentence("adc.mean_um2_per_ms = 5 is none"), sentence("Check it.")
    ('Too small.', 'adc.mean_um2_per_ms = 5 is none.', 'Check it.')
    """
    first = text.partition(" ")[0]
    is_code = any(mark in first for mark in "._=")
    return (text if is_code else text[:1].upper() + text[1:]) + ("" if text.endswith((".", "!", "?")) else ".")


def log_odds(probability: float) -> float:
    """ln(p / (1 − p)); infinite at 0 and 1.

    Odds of 4 to 1:

    >>> round(log_odds(0.8), 4), round(log(4), 4)
    (1.3863, 1.3863)
    """
    if probability in (0.0, 1.0):
        return copysign(inf, probability - 0.5)
    return log(probability / (1 - probability))


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
        return f"{value:.1f}", "mm"
    if name.endswith("_ml"):
        return f"{value:.1f}" if abs(value) >= 9.95 or value == 0 else f"{value:.2f}", "ml"
    if name.startswith("entropy"):
        return f"{value:.2f}", "bit"
    if isinstance(value, int) or name.endswith("count") or name == "b_values":
        return f"{value:.4g}", "s/mm²" if name == "b_values" else ""
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}", ""
