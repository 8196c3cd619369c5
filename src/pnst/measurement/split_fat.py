"""The split fat sign: a rim of fat between the lesion and the muscle round it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pnst.measurement.family import Family


@dataclass(frozen=True, kw_only=True)
class SplitFat(Family):
    """Share of the surface covered by a fat rim, and whether the sign means anything where the lesion lies."""

    nullable: ClassVar[frozenset[str]] = frozenset({"present", "applicable", "pole_coverage_fraction"})
    coverage_fraction: float
    present: bool | None
    """None when the sign is not applicable."""
    present_threshold: float
    pole_coverage_fraction: float | None
    """Of the less covered pole; None when the lesion has no poles (major ÷ least axis under 1.1)."""
    rim_thickness_mm: float | None = None
    """Median integrated fat over covered vertices; absent when none is covered."""
    applicable: bool | None
    compartment: str
    """"intermuscular", "intramuscular", "fat" or "unclear"."""
