"""Apparent diffusion coefficient of the lesion's solid part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from pnst.image import Mask, Volume
from pnst.measurement.adc_map import DecayMap
from pnst.measurement.context import Context
from pnst.measurement.diffusion import Darkest, Diffusion, darkest
from pnst.measurement.family import Family, Outcome, join_warnings
from pnst.measurement.solid import WHOLE_LESION, WHOLE_LESION_WARNING, Region
from pnst.segmentation.perilesional import resample_nearest
from pnst.study import Role
from pnst.typing import BoolArray, FloatArray

MapSource = Literal["computed from the diffusion series", "vendor ADC map"]
COMPUTED: Final = "computed from the diffusion series"
VENDOR: Final = "vendor ADC map"


@dataclass(frozen=True, kw_only=True)
class Adc(Family):
    """Statistics of the ADC map over `region`, in µm²/ms (numerically 1e-3 mm²/s)."""

    mean_um2_per_ms: float
    min_um2_per_ms: float
    """Lowest mean over a sphere 10 mm across."""
    min_uniform_um2_per_ms: float | None = None
    """What a lesion of the same ADC all over would give for it, of that size and noise."""
    dark_um2_per_ms: float
    """Mean over the darkest connected tenth, at least 1 ml, of the map averaged over that sphere."""
    dark_uniform_um2_per_ms: float | None = None
    median_um2_per_ms: float
    p05_um2_per_ms: float
    p95_um2_per_ms: float
    mean_all_b_um2_per_ms: float | None = None
    """From all b-values; absent for a vendor map."""
    mean_whole_um2_per_ms: float
    """Over the whole lesion, its edge and what is not solid included."""
    region: Region
    solid_volume_ml: float
    removed_unenhanced_ml: float | None = None
    """What was taken out of the lesion on the way to the solid part: what does not enhance …"""
    removed_blood_ml: float | None = None
    """… T1-bright blood …"""
    removed_fat_ml: float | None = None
    """… fat …"""
    removed_edge_ml: float | None = None
    """… and the edge voxels of what remained."""
    map_source: MapSource
    vendor_mean_um2_per_ms: float | None = None
    """Mean of the vendor's map over the same region, where there is one beside the diffusion series."""
    vendor_ratio: float | None = None
    """Median over the region of the computed ÷ the vendor's value."""
    b_values: tuple[float, ...] | None = None
    fit_rms_fraction: float | None = None
    noise_floor_fraction: float | None = None


def measure_adc(context: Context) -> Outcome:
    """ADC over the solid part, from the diffusion series, else from the vendor's map."""
    diffusion = context.diffusion
    solid = diffusion.solid
    inside = solid.mask.data
    dark = darkest(diffusion.adc.data, solid.mask, diffusion.noise(), diffusion.settings)
    fitted, warning = _of_the_fit(diffusion, inside)
    removed: dict[str, Any] = {f"removed_{name}_ml": ml for name, ml in solid.removed_ml.items()}
    lost = 1 - float(np.isfinite(diffusion.adc.data[diffusion.lesion.data]).mean())
    adc = Adc(
        **_statistics(diffusion.adc.data, inside, diffusion.lesion.data),
        **_darkest_columns(dark),
        **fitted,
        region=solid.region,
        map_source=VENDOR if diffusion.fit is None else COMPUTED,
        solid_volume_ml=solid.mask.volume_mm3 / 1000,
        **removed,
        quality=join_warnings(
            *context.views.quality_flags(diffusion.series),
            f"{lost:.1%} of the lesion's voxels hold no ADC" if lost else None,
            *solid.warnings,
            warning,
        ),
    )
    regions: dict[str, Mask | Volume] = {"adc": diffusion.adc, "solid": solid.mask, "adc_dark": dark.region}
    return Outcome(adc, regions=regions, warnings=(WHOLE_LESION_WARNING,) if solid.region == WHOLE_LESION else ())


def _statistics(adc: FloatArray, inside: BoolArray, lesion: BoolArray) -> dict[str, Any]:
    values = adc[inside]
    p05, median, p95 = (float(value) for value in np.percentile(values, (5, 50, 95)))
    return {
        "mean_um2_per_ms": float(values.mean(dtype=np.float64)),
        "median_um2_per_ms": median,
        "p05_um2_per_ms": p05,
        "p95_um2_per_ms": p95,
        "mean_whole_um2_per_ms": float(np.nanmean(adc[lesion], dtype=np.float64)),
    }


def _darkest_columns(dark: Darkest) -> dict[str, Any]:
    return {
        "min_um2_per_ms": dark.min,
        "min_uniform_um2_per_ms": dark.min_uniform,
        "dark_um2_per_ms": dark.dark,
        "dark_uniform_um2_per_ms": dark.dark_uniform,
    }


def _of_the_fit(diffusion: Diffusion, inside: BoolArray) -> tuple[dict[str, Any], str | None]:
    """The columns that only a diffusion series gives, and what is to be said of the vendor's map beside it."""
    fit = diffusion.fit
    if fit is None:
        return {}, None
    every = diffusion.within_solid(diffusion.settings, all_b=True)
    columns = {
        "mean_all_b_um2_per_ms": float(np.nanmean(every.adc.data[inside], dtype=np.float64)),
        "b_values": fit.b_values,
        "fit_rms_fraction": float(np.nanmedian(fit.residual[inside])),
        "noise_floor_fraction": float(fit.floor[inside].mean()) if np.isfinite(fit.noise_sd) else None,
    }
    beside, warning = _beside_the_vendors(diffusion, inside)
    return columns | beside, join_warnings(warning, *_quality_flags(fit, diffusion, inside))


def _quality_flags(fit: DecayMap, diffusion: Diffusion, inside: BoolArray) -> Iterator[str]:
    """What makes the signal itself doubtful."""
    low, negative = float(fit.floor[inside].mean()), float((diffusion.part.data < 0).mean())
    if low > diffusion.settings.doubtful_floor_fraction:
        yield f"at b = {fit.b_values[-1]:g} s/mm² {low:.0%} of the region lies on the noise floor"
    if negative > diffusion.settings.doubtful_negative_fraction:
        yield f"{negative:.0%} of the diffusion signal is negative, as no magnitude is"


def _beside_the_vendors(diffusion: Diffusion, inside: BoolArray) -> tuple[dict[str, float], str | None]:
    """The vendor's values at the same voxels (the nearest ones, where its map has others), 0 being no value."""
    vendor = diffusion.study.series.get(Role.ADC)
    if vendor is None:
        return {}, None
    theirs = resample_nearest(vendor.volume.data, vendor.volume.grid, diffusion.adc.grid, fill=np.nan)[inside]
    ours = diffusion.adc.data[inside]
    both = np.isfinite(theirs) & (theirs > 0)
    if not both.any():
        return {}, "the vendor's ADC map holds no value in the region that was measured"
    mean, ratio = float(theirs[both].mean(dtype=np.float64)), float(np.median(ours[both] / theirs[both]))
    off = abs(ratio - 1) > diffusion.settings.vendor_difference_fraction
    side = "above" if ratio > 1 else "below"
    warning = f"the computed ADC lies {abs(ratio - 1):.0%} {side} the vendor's map" if off else None
    return {"vendor_mean_um2_per_ms": mean, "vendor_ratio": ratio}, warning
