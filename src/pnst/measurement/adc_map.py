"""The ADC map of a diffusion series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pnst.errors import InputError
from pnst.image import FloatArray, Volume
from pnst.kernels.diffusion import Shells, fit_decay, geometric_mean, shells
from pnst.measurement.settings import AdcSettings
from pnst.study import Role, Series, Study

UNIT = "um2_per_ms"


class DecayMap(NamedTuple):
    """A fitted decay on the grid of (a part of) a diffusion series."""

    adc: Volume
    """µm²/ms; NaN where no two shells hold signal."""
    residual: FloatArray
    """RMS residual ÷ S₀, on the same grid."""
    b_values: tuple[float, ...]
    """The shells that were fitted, s/mm²."""


def diffusion_or_map(study: Study, tolerance: float) -> Series | None:
    """The diffusion series; the ADC map where there is none, or where it has one b-value and cannot be fitted."""
    diffusion, vendor = study.series.get(Role.DWI), study.series.get(Role.ADC)
    if diffusion is None or (vendor is not None and len(shells(diffusion.b_values or (), tolerance).b_values) < 2):
        return vendor
    return diffusion


def adc_map(study: Study, settings: AdcSettings | None = None) -> Volume:
    """ADC in µm²/ms on the diffusion series' own grid; NaN where it cannot be fitted. Without one that has two
    b-values, the vendor's map.

    Mono-exponential, log-linear least squares weighted by the squared fitted signal (`pnst.kernels.diffusion`),
    directions averaged geometrically, b-values from `settings.least_b` up while two remain. Raises `InputError` when
    the study has neither a diffusion series nor an ADC map.
    """
    settings = settings or AdcSettings()
    series = diffusion_or_map(study, settings.b_tolerance)
    if series is not None:
        return series.volume if series.role is Role.ADC else decay_map(series, series.volume, settings).adc
    raise InputError(
        "no ADC map can be made of this study",
        got=f"series {', '.join(study.series) or 'none'}",
        expected="a diffusion series (dwi) with two b-values, or an ADC map (adc)",
        remedy="add the diffusion series, or name it with its role",
    )


def decay_map(series: Series, part: Volume, settings: AdcSettings, *, all_b: bool = False) -> DecayMap:
    """Fit `part`, the series' volume or a crop of it; with `all_b`, low b-values are not left out."""
    used = used_shells(series, 0.0 if all_b else settings.least_b, settings.b_tolerance)
    signal = part.data.reshape(-1, part.data.shape[3])
    fit = fit_decay(geometric_mean(signal, used), used.b_values)
    shape = part.grid.shape
    return DecayMap(Volume(fit.adc.reshape(shape), part.grid, UNIT), fit.residual.reshape(shape), used.b_values)


def used_shells(series: Series, least_b: float, tolerance: float) -> Shells:
    """The series' shells from `least_b` up; all of them when fewer than two would remain."""
    found = shells(series.b_values or (), tolerance)
    kept = [n for n, b in enumerate(found.b_values) if b >= least_b]
    if len(kept) < 2:
        kept = list(range(len(found.b_values)))
    if len(kept) < 2:
        raise InputError(
            "ADC needs two different b-values",
            got=f"b = {', '.join(f'{b:g}' for b in found.b_values)} s/mm²",
            expected=f"two b-values more than {tolerance:g} s/mm² apart",
            remedy="add the volumes of another b-value, or lower adc.b_tolerance",
        )
    return Shells(tuple(found.b_values[n] for n in kept), tuple(found.members[n] for n in kept))


def highest_b(series: Series, part: Volume, tolerance: float) -> FloatArray:
    """(ni, nj, nk): the signal of the shell of the highest b-value, where noise matters first."""
    found = shells(series.b_values or (), tolerance)
    last = Shells(found.b_values[-1:], found.members[-1:])
    return np.asarray(geometric_mean(part.data.reshape(-1, part.data.shape[3]), last).reshape(part.grid.shape))
