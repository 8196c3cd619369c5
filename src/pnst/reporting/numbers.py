"""Percentages, factors, signs and sentences as the pages write them; measured values are in `measurement.quantity`."""

from __future__ import annotations

from math import copysign, inf, log

from pnst.measurement.quantity import ADC_UNIT, NOT_APPLICABLE, Quantity, quantity, unit_of

__all__ = [
    "ADC_UNIT",
    "MINUS",
    "NOT_APPLICABLE",
    "Quantity",
    "log_odds",
    "percent",
    "quantity",
    "sentence",
    "signed",
    "significant",
    "unit_of",
]
MINUS = "−"


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
