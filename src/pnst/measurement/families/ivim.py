"""Intravoxel incoherent motion: diffusion without perfusion, and the share of the water that is perfused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pnst.image import Mask
from pnst.kernels.diffusion import Shells, group_by_b_value
from pnst.kernels.ivim import segmented_fit
from pnst.measurement.context import Context
from pnst.measurement.diffusion import Darkest, darkest
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.settings import IvimSettings
from pnst.measurement.solid import Region
from pnst.study import Role
from pnst.typing import BoolArray, FloatArray


@dataclass(frozen=True, kw_only=True)
class Ivim(Family):
    """Over the region of `adc`, in µm²/ms (numerically 1e-3 mm²/s)."""

    d_um2_per_ms: float
    """Diffusion of the water that does not flow."""
    d_min_um2_per_ms: float
    """Lowest mean over a sphere 10 mm across."""
    d_min_uniform_um2_per_ms: float | None = None
    """What a lesion of the same D all over would give for it, of that size and noise."""
    d_dark_um2_per_ms: float
    """Mean over the darkest connected tenth, at least 1 ml, of the map averaged over that sphere."""
    d_dark_uniform_um2_per_ms: float | None = None
    f_fraction: float | None = None
    """Share of the water that flows in capillaries; absent without an image near b = 0."""
    region: Region
    b_values: tuple[float, ...]
    """All that were used; D is fitted from the threshold up."""


def measure_ivim(context: Context) -> Outcome:
    """D and f over the solid part, by the segmented fit, where the b-values allow it."""
    diffusion, settings = context.diffusion, context.settings.ivim
    shells = _gathered(_b_values(context), settings, diffusion.settings.b_tolerance)
    _check(shells.b_values, settings.least_b_values, settings.least_threshold_b)
    solid = diffusion.solid
    inside = solid.mask.data
    signal = diffusion.part.data[inside]
    noise = diffusion.fit.noise_sd if diffusion.fit is not None else float("nan")
    fit = segmented_fit(signal, shells, settings.threshold_b, settings.least_threshold_b, noise)
    d, sd = (_placed(values, inside) for values in (fit.d, fit.sd))
    known = Mask(np.isfinite(d), solid.mask.grid)
    if not known.data.any():
        raise NotMeasurable("no voxel of the lesion holds signal at two high b-values")
    dark = darkest(d, known, sd, diffusion.settings)
    seen = shells.b_values[0] <= settings.unweighted_b
    lost = 1 - known.volume_mm3 / solid.mask.volume_mm3
    ivim = Ivim(
        **_diffusion_columns(float(d[known.data].mean(dtype=np.float64)), dark),
        f_fraction=_perfused(fit.f, signal[:, list(shells.members[0])].mean(axis=1)) if seen else None,
        region=solid.region,
        b_values=shells.b_values,
        quality=join_warnings(
            *context.views.quality_flags(diffusion.series),
            f"{lost:.1%} of the solid part holds no D" if lost else None,
            *solid.warnings,
        ),
    )
    skipped = {} if seen else {"f": f"the lowest b-value is {shells.b_values[0]:g} s/mm², where perfusion has decayed"}
    return Outcome(ivim, skipped=skipped)


def _diffusion_columns(mean: float, dark: Darkest) -> dict[str, Any]:
    """No D is below 0, where noise may take it. Voxels are averaged as they are: clipped, they would raise the mean."""
    columns = {
        "d_um2_per_ms": mean,
        "d_min_um2_per_ms": dark.min,
        "d_min_uniform_um2_per_ms": dark.min_uniform,
        "d_dark_um2_per_ms": dark.dark,
        "d_dark_uniform_um2_per_ms": dark.dark_uniform,
    }
    return {name: None if value is None else max(value, 0.0) for name, value in columns.items()}


def _b_values(context: Context) -> tuple[float, ...]:
    series = context.study.series.get(Role.DWI)
    if series is None:
        raise NotMeasurable("no diffusion series")
    return series.b_values or ()


def _gathered(b_values: tuple[float, ...], settings: IvimSettings, tolerance: float) -> Shells:
    """The shells: under the threshold by the tolerance of `ivim`, over it, where a slope is taken, by that of `adc`."""
    low, high = group_by_b_value(b_values, settings.b_tolerance), group_by_b_value(b_values, tolerance)
    below = sum(b < settings.least_threshold_b for b in low.b_values)
    over = [n for n, b in enumerate(high.b_values) if b >= settings.least_threshold_b]
    return Shells(
        low.b_values[:below] + tuple(high.b_values[n] for n in over),
        low.members[:below] + tuple(high.members[n] for n in over),
    )


def _check(b_values: tuple[float, ...], min_b_values: int, threshold_b: float) -> None:
    """Refuse b-values from which perfusion and diffusion cannot be told apart."""
    listed = ", ".join(f"{b:g}" for b in b_values)
    high = sum(b >= threshold_b for b in b_values)
    if len(b_values) < min_b_values:
        raise NotMeasurable(f"needs {min_b_values} different b-values, got {listed} s/mm²")
    if high == len(b_values):
        raise NotMeasurable(f"needs a b-value under {threshold_b:g} s/mm², got {listed}")
    if high < 2:
        raise NotMeasurable(f"needs two b-values of {threshold_b:g} s/mm² or more, got {listed}")


def _perfused(f: FloatArray, unweighted: FloatArray) -> float:
    """Mean fraction, weighted by the unweighted signal: a plain mean is led by the voxels that hold least of it.

    0 where noise makes it negative.
    """
    known = np.isfinite(f) & (unweighted > 0)
    return float(np.clip(np.average(f[known], weights=unweighted[known]), 0, 1)) if known.any() else 0.0


def _placed(values: FloatArray, inside: BoolArray) -> FloatArray:
    out = np.full(inside.shape, np.nan, dtype=np.float32)
    out[inside] = values
    return out
