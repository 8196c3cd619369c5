"""Perilesional oedema."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.measurement.family import Family


@dataclass(frozen=True, kw_only=True)
class Edema(Family):
    """Extent in mm, volume in ml; `present: false` with extent and volume 0 is a result."""

    max_extent_mm: float
    present: bool
    present_threshold: float
    """Least volume in ml of a connected piece."""
    volume_ml: float
    index: float
    surface_fraction: float
    censored: bool
