"""The growth curve: volumes that grow, or shrink, by one factor a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.special import ndtri

from pnst.measurement.growth.change import Interval, IntervalEstimate
from pnst.typing import FloatArray

NORMAL = float(ndtri(0.975))
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class GrowthCurve:
    """ln volume = `start` + `rate` · days."""

    rate: float
    """Of the logarithm of the volume, a day."""
    rate_interval: Interval | None
    """95 %; None where a volume has no interval."""
    start: float
    """Logarithm of the volume in ml on day 0."""

    @property
    def doubling_time_days(self) -> float | None:
        """ln 2 ÷ rate; None where it does not grow."""
        return log(2) / self.rate if self.rate > 0 else None

    @property
    def doubling_time_interval(self) -> tuple[float, float | None] | None:
        """95 %; the upper end is None where growth is not certain: it may take for ever."""
        if self.rate <= 0 or self.rate_interval is None:
            return None
        low, high = self.rate_interval
        return log(2) / high, log(2) / low if low > 0 else None

    @property
    def annual_change_fraction(self) -> float:
        """What the volume gains in a year, as a share of itself."""
        return exp(self.rate * DAYS_A_YEAR) - 1

    @property
    def annual_change_interval(self) -> Interval | None:
        """95 %."""
        if self.rate_interval is None:
            return None
        low, high = (exp(rate * DAYS_A_YEAR) - 1 for rate in self.rate_interval)
        return low, high

    def volume_ml(self, days: float) -> float:
        """The curve on a day."""
        return exp(self.start + self.rate * days)


def fit_curve(days: Sequence[float], volumes: Sequence[IntervalEstimate]) -> GrowthCurve:
    """The exponential through two volumes, or nearest to more of them, weighted by their intervals.

    Volumes that scatter about the curve by more than their intervals allow widen its interval by as much. Expects two
    different days or more.

    A volume that doubles in 100 days and again in 100:

    >>> curve = fit_curve([0, 100, 200], [IntervalEstimate(5.0), IntervalEstimate(10.0), IntervalEstimate(20.0)])
    >>> round(curve.doubling_time_days, 6), curve.doubling_time_interval
    (100.0, None)
    """
    x, y = np.asarray(days, dtype=np.float64), np.log([one.value for one in volumes])
    sd = _log_sds(volumes)
    weights = np.ones(len(x)) if sd is None else sd**-2
    middle = np.average(x, weights=weights)
    spread = float(np.sum(weights * (x - middle) ** 2))
    rate = float(np.sum(weights * (x - middle) * y) / spread)
    start = float(np.average(y, weights=weights) - rate * middle)
    if sd is None:
        return GrowthCurve(rate, None, start)
    misfit = float(np.sum(weights * (y - start - rate * x) ** 2))
    scatter = max(1.0, misfit / (len(x) - 2)) if len(x) > 2 else 1.0
    half = NORMAL * (scatter / spread) ** 0.5
    return GrowthCurve(rate, (rate - half, rate + half), start)


def _log_sds(volumes: Sequence[IntervalEstimate]) -> FloatArray | None:
    """(n,): SD of each volume's logarithm, from its interval; None where one has none above 0."""
    ends = [one.interval for one in volumes if one.interval is not None and 0 < one.interval[0] < one.interval[1]]
    if len(ends) < len(volumes):
        return None
    return np.array([log(high / low) for low, high in ends]) / (2 * NORMAL)
