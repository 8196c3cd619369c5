"""Margin: the irregularity of the lesion's shape and the sharpness of its edge."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.measurement.family import Family


@dataclass(frozen=True, kw_only=True)
class Margin(Family):
    """Shape (always) and edge (where an image shows it; else the edge's columns are None)."""

    irregularity: float
    sphericity: float
    solidity: float
    deep_lobulations_count: int
    ill_defined_fraction: float | None = None
    ill_defined: bool | None = None
    ill_defined_threshold: float | None = None
    edge_width_mm: float | None = None
    measured_fraction: float | None = None
    series: str | None = None
    """The series that most of the measured edge was read on."""
