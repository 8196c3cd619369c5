"""How a number has changed, with the interval that the two numbers' own intervals leave it."""

from __future__ import annotations

from math import exp, hypot, log
from typing import NamedTuple

Interval = tuple[float, float]


class IntervalEstimate(NamedTuple):
    """A positive number and its 95 % interval; None where there is none."""

    value: float
    interval: Interval | None = None


def change_fraction(before: IntervalEstimate, after: IntervalEstimate) -> float:
    """After ÷ before, less 1."""
    return after.value / before.value - 1


def change_interval(before: IntervalEstimate, after: IntervalEstimate) -> Interval | None:
    """95 % interval of after ÷ before, less 1; None where either number has none, or one that reaches 0.

    On the logarithm, each end is as far off as the two numbers' distances to their ends are, squared and added, as
    those of independent errors are. Whatever both dates miss alike cancels in the ratio: the interval is then too wide.

    10 ± 10 % and 12 ± 10 %: 1.2 times or divided by exp(√2 · ln 1.1), to a rounding of the ends:

    >>> low, high = change_interval(IntervalEstimate(10.0, (10 / 1.1, 11.0)), IntervalEstimate(12.0, (12 / 1.1, 13.2)))
    >>> round(low, 3), round(high, 3)
    (0.049, 0.373)
    """
    if before.interval is None or after.interval is None or min(before.interval[0], after.interval[0]) <= 0:
        return None
    ratio = log(after.value / before.value)
    down = hypot(log(after.value / after.interval[0]), log(before.interval[1] / before.value))
    up = hypot(log(after.interval[1] / after.value), log(before.value / before.interval[0]))
    return exp(ratio - down) - 1, exp(ratio + up) - 1
