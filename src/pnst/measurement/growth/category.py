"""The REiNS category of a volume: progression, partial response, or neither."""

from __future__ import annotations

from typing import Final, Literal

from pnst.measurement.growth.change import Interval
from pnst.measurement.growth.settings import CompareSettings

Category = Literal["progression", "partial response", "stable"]
PROGRESSION: Final = "progression"
RESPONSE: Final = "partial response"
STABLE: Final = "stable"


def categorise(from_baseline: float, from_best: float, settings: CompareSettings) -> Category:
    """The category of a change of the volume against baseline, and against the smallest volume before (best response).

    An increase of 20 % against either is progression, and comes before a decrease against baseline.

    >>> settings = CompareSettings()
    >>> categorise(0.25, 0.25, settings), categorise(-0.25, -0.25, settings), categorise(-0.22, 0.3, settings)
    ('progression', 'partial response', 'progression')
    >>> categorise(0.19, 0.19, settings), categorise(-0.19, 0.0, settings)
    ('stable', 'stable')
    """
    if max(from_baseline, from_best) >= settings.progression_fraction:
        return PROGRESSION
    return RESPONSE if from_baseline <= -settings.response_fraction else STABLE


def is_certain(category: Category, baseline: Interval | None, best: Interval | None, settings: CompareSettings) -> bool:
    """Whether every value of both intervals gives this category; where an interval is missing nothing is certain."""
    if baseline is None or best is None:
        return False
    ends = {categorise(one, other, settings) for one in baseline for other in best}
    return ends == {category}
