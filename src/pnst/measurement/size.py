"""Tumour size."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.measurement.family import Family


@dataclass(frozen=True, kw_only=True)
class Size(Family):
    """Lengths in mm, area in mm², volume in ml, all of the lesion's surface mesh."""

    longest_diameter_mm: float
    axial_diameter_mm: float
    axial_short_diameter_mm: float
    craniocaudal_mm: float
    volume_ml: float
    surface_area_mm2: float
    major_axis_mm: float
    minor_axis_mm: float
    least_axis_mm: float
