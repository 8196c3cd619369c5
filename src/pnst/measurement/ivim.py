"""Intravoxel incoherent motion: diffusion without perfusion, and the share of the water that is perfused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import FloatArray, Mask
from pnst.kernels.diffusion import Shells, shells
from pnst.measurement.context import Context
from pnst.measurement.diffusion import darkest
from pnst.measurement.family import Family, NotMeasurable, Outcome, in_words
from pnst.study import Role

UNWEIGHTED_B = 10.0
"""Up to this b-value, in s/mm², the signal is that of all water: at 10 perfusion has lost a tenth to a third."""


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
    region: str
    b_values: tuple[float, ...]
    """All that were used; D is fitted from the threshold up."""


def measure_ivim(context: Context) -> Outcome:
    """D and f over the solid part, by the segmented fit, where the b-values allow it."""
    diffusion, settings = context.diffusion, context.settings.ivim
    found = shells(_b_values(context), settings.b_tolerance)
    _check(found.b_values, settings.least_b_values, settings.threshold_b)
    solid = diffusion.solid
    tissue = diffusion.within_solid(diffusion.settings.model_copy(update={"least_b": settings.threshold_b}))
    known = np.isfinite(tissue.adc.data)
    if not known.any():
        raise NotMeasurable("no voxel of the lesion holds signal at two high b-values")
    d = tissue.adc.data[known]
    dark = darkest(tissue.adc.data, Mask(known, solid.mask.grid), tissue.sd, diffusion.settings)
    seen = found.b_values[0] <= UNWEIGHTED_B
    lost = 1 - d.size / np.count_nonzero(solid.mask.data)
    ivim = Ivim(
        d_um2_per_ms=float(d.mean(dtype=np.float64)),
        d_min_um2_per_ms=dark.least,
        d_min_uniform_um2_per_ms=dark.least_uniform,
        d_dark_um2_per_ms=dark.dark,
        d_dark_uniform_um2_per_ms=dark.dark_uniform,
        f_fraction=_perfused(diffusion.part.data[known], found, tissue.s0[known]) if seen else None,
        region=solid.region,
        b_values=found.b_values,
        quality=in_words(
            *context.views.doubts(diffusion.series),
            f"{lost:.1%} of the solid part holds no D" if lost else None,
            *solid.remarks,
        ),
    )
    skipped = {} if seen else {"f": f"the lowest b-value is {found.b_values[0]:g} s/mm², where perfusion has decayed"}
    return Outcome(ivim, skipped=skipped)


def _b_values(context: Context) -> tuple[float, ...]:
    series = context.study.series.get(Role.DWI)
    if series is None:
        raise NotMeasurable("no diffusion series")
    return series.b_values or ()


def _check(b_values: tuple[float, ...], least: int, threshold_b: float) -> None:
    """Refuse b-values from which perfusion and diffusion cannot be told apart."""
    listed = ", ".join(f"{b:g}" for b in b_values)
    high = sum(b >= threshold_b for b in b_values)
    if len(b_values) < least:
        raise NotMeasurable(f"needs {least} different b-values, got {listed} s/mm²")
    if high == len(b_values):
        raise NotMeasurable(f"needs a b-value under {threshold_b:g} s/mm², got {listed}")
    if high < 2:
        raise NotMeasurable(f"needs two b-values of {threshold_b:g} s/mm² or more, got {listed}")


def _perfused(signal: FloatArray, found: Shells, tissue: FloatArray) -> float:
    """Share of the unweighted signal that the tissue's, drawn back to b = 0, misses; 0 where noise makes it negative.

    `signal` (n, m); a ratio of sums, because a mean of ratios is led by the voxels with the least signal.
    """
    whole = float(signal[:, list(found.members[0])].mean(axis=1, dtype=np.float64).sum())
    return float(np.clip(1 - float(tissue.sum(dtype=np.float64)) / whole, 0, 1)) if whole > 0 else 0.0
