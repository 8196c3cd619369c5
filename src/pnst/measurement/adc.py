"""Apparent diffusion coefficient of the lesion."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.measurement.family import Family


@dataclass(frozen=True, kw_only=True)
class Adc(Family):
    """Statistics of the ADC map over `region`, in µm²/ms (numerically 1e-3 mm²/s)."""

    mean_um2_per_ms: float
    median_um2_per_ms: float
    p05_um2_per_ms: float
    p95_um2_per_ms: float
    mean_all_b_um2_per_ms: float | None = None
    """From all b-values; absent for a vendor map."""
    mean_whole_um2_per_ms: float
    region: str
    map_source: str
    """"computed from the diffusion series" or "vendor ADC map"."""
    solid_volume_ml: float
    b_values: tuple[float, ...] | None = None
    fit_rms_fraction: float | None = None
    noise_floor_fraction: float | None = None
