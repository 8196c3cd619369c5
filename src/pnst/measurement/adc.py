"""Apparent diffusion coefficient of the lesion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pnst.errors import InputError
from pnst.image import FloatArray, Mask
from pnst.kernels.noise import noise_sd
from pnst.measurement.adc_map import decay_map, diffusion_or_map, highest_b
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, in_words
from pnst.study import Role, Series

MAP_MARGIN_MM = 20.0
"""The map is fitted this far round the lesion, for the pictures."""
FLOOR_NOISE_SD = 3.0
"""A voxel whose highest-b signal is under this many noise SDs lies within the floor of magnitude noise."""
WHOLE_LESION = "whole lesion"
WHOLE_LESION_WARNING = (
    "ADC is averaged over the whole lesion: cyst, necrosis and blood are not taken out, but the published figures and "
    "cutoffs are of the solid enhancing part"
)


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


def measure_adc(context: Context) -> Outcome:
    """ADC over the whole lesion, from the diffusion series, else from the vendor's map."""
    series = diffusion_or_map(context.study, context.settings.adc.b_tolerance)
    if series is None:
        raise NotMeasurable("no diffusion series and no ADC map")
    if series.role is Role.DWI:
        return _from_diffusion(context, series)
    statistics = _statistics(series.volume.data, context.views.mask(series), context.views.doubts(series))
    adc = Adc(**statistics, map_source="vendor ADC map")
    return Outcome(adc, regions={"adc": series.volume}, warnings=(WHOLE_LESION_WARNING,))


def _from_diffusion(context: Context, series: Series) -> Outcome:
    settings, inside = context.settings.adc, context.views.mask(series)
    box = inside.box(MAP_MARGIN_MM)
    if box is None:
        raise NotMeasurable("the lesion lies outside this series")
    part, lesion = series.volume.crop(box), inside.crop(box)
    try:
        fit = decay_map(series, part, settings)
    except InputError as reason:
        raise NotMeasurable(f"{reason.what}: {reason.got}") from reason
    every = decay_map(series, part, settings, all_b=True)
    high = highest_b(series, part, settings.b_tolerance)
    noise = noise_sd(high, lesion.data, part.grid.slice_axis)
    floor = float(np.mean(high[lesion.data] < FLOOR_NOISE_SD * noise)) if np.isfinite(noise) else None
    adc = Adc(
        **_statistics(fit.adc.data, lesion, context.views.doubts(series)),
        map_source="computed from the diffusion series",
        mean_all_b_um2_per_ms=float(np.nanmean(every.adc.data[lesion.data])),
        b_values=fit.b_values,
        fit_rms_fraction=float(np.nanmedian(fit.residual[lesion.data])),
        noise_floor_fraction=floor,
    )
    return Outcome(adc, regions={"adc": fit.adc}, warnings=(WHOLE_LESION_WARNING,))


def _statistics(adc: FloatArray, inside: Mask, doubts: tuple[str, ...]) -> dict[str, Any]:
    """The columns that any map gives, over the voxels of the lesion where it is known."""
    values = adc[inside.data]
    known = values[np.isfinite(values)]
    if not known.size:
        raise NotMeasurable("no voxel of the lesion holds an ADC")
    mean = float(known.mean(dtype=np.float64))
    p05, median, p95 = (float(value) for value in np.percentile(known, (5, 50, 95)))
    lost = 1 - known.size / values.size
    return {
        "mean_um2_per_ms": mean,
        "median_um2_per_ms": median,
        "p05_um2_per_ms": p05,
        "p95_um2_per_ms": p95,
        "mean_whole_um2_per_ms": mean,
        "region": WHOLE_LESION,
        "solid_volume_ml": known.size * inside.grid.voxel_volume_mm3 / 1000,
        "quality": in_words(f"{lost:.1%} of the lesion's voxels hold no ADC" if lost else None, *doubts),
    }
