"""The levels of the spine, and the masks that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LEVELS: tuple[str, ...] = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 7)),
    "S1",
)
"""From the head to the sacrum, which is S1 as a whole; a sixth lumbar vertebra is common enough to have a name."""

PREFIX = "vertebra_"

VERTEBRA_MASKS: Mapping[str, str] = MappingProxyType({f"{PREFIX}{level}": level for level in LEVELS})
"""Name of a study's mask → the level of the vertebra that it holds."""

ALL_VERTEBRAE = "vertebrae"
"""The mask of all vertebrae in one; where it is absent it is the union of the levels."""


def nearest_level(heights_mm: Mapping[str, float], at_mm: float) -> str | None:
    """The level whose height along the spine lies nearest; None where no level has one.

    >>> nearest_level({"C5": 0.0, "C6": -15.0}, -9.0)
    'C6'
    """
    return min(heights_mm, key=lambda level: abs(heights_mm[level] - at_mm), default=None)
