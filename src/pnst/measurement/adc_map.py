"""The ADC map of a diffusion series."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from pnst.errors import InputError
from pnst.image import Volume
from pnst.kernels.diffusion import Shells, fit_decay, group_by_b_value
from pnst.kernels.rician import noise_floor
from pnst.measurement.diffusion_noise import measurement_noise
from pnst.measurement.settings import AdcSettings
from pnst.study import Role, Series, Study
from pnst.typing import AnyArray, BoolArray, FloatArray

UNIT = "um2_per_ms"

Order = Literal["C", "F"]


class DecayMap(NamedTuple):
    """A fitted decay on the grid of (a part of) a diffusion series; NaN outside `within` and where it has no fit."""

    adc: Volume
    """µm²/ms; NaN where no two shells hold signal."""
    s0: FloatArray
    """(ni, nj, nk) signal without diffusion weighting."""
    residual: FloatArray
    """RMS residual ÷ S₀."""
    sd: FloatArray
    """Standard deviation of `adc` by noise, µm²/ms, from the fit's covariance; NaN where the noise is not known."""
    floor: BoolArray
    """Whether the signal at the highest b lies within the noise floor: flagged, left in."""
    b_values: tuple[float, ...]
    """The shells that were fitted, s/mm²."""
    noise_sd: float
    """Of one measurement, in the signal's unit; NaN where it cannot be told."""
    unfitted: int
    """Voxels asked for that do not hold signal at two b-values."""


def diffusion_or_map(study: Study, tolerance: float) -> Series | None:
    """The diffusion series; the ADC map where there is none, or where it has one b-value and cannot be fitted."""
    diffusion, vendor = study.series.get(Role.DWI), study.series.get(Role.ADC)
    if diffusion is None or (
        vendor is not None and len(group_by_b_value(diffusion.b_values or (), tolerance).b_values) < 2
    ):
        return vendor
    return diffusion


def adc_map(study: Study, settings: AdcSettings | None = None) -> Volume:
    """ADC in µm²/ms on the diffusion series' own grid; NaN where it cannot be fitted. Without one that has two
    b-values, the vendor's map.

    Mono-exponential, log-linear least squares weighted by the squared fitted signal (`pnst.kernels.diffusion`),
    directions averaged geometrically, b-values from `settings.least_b` up while two remain. Raises `InputError` when
    the study has neither a diffusion series nor an ADC map.

    >>> import pnst
    >>> from pnst.study import Source
    >>> b_values = (0.0, 500.0, 1000.0)
    >>> decay = 800 * np.exp(-1.5 * np.array(b_values) / 1000)  # D = 1.5 µm²/ms, b in s/mm²
    >>> grid = pnst.Grid((5, 4, 3), np.diag([2.0, 2.2, 5.0, 1.0]))
    >>> signal = pnst.Volume(np.tile(decay, (5, 4, 3, 1)).astype(np.float32), grid)
    >>> dwi = pnst.Series(pnst.Role.DWI, signal, Source("simulated", ""), b_values=b_values)
    >>> adc = pnst.adc_map(pnst.Study("A", {pnst.Role.DWI: dwi}))
    >>> round(float(adc.data.min()), 4), round(float(adc.data.max()), 4), adc.unit
    (1.5, 1.5, 'um2_per_ms')
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


def fit_diffusion(study: Study, settings: AdcSettings | None = None) -> DecayMap:
    """The complete fit of a study's diffusion series: ADC, S₀, residual, uncertainty and noise floor, whole.

    Raises `InputError` when the study has no diffusion series with two b-values.
    """
    series = study.series.get(Role.DWI)
    if series is None:
        raise InputError(
            "no decay can be fitted in this study",
            got=f"series {', '.join(study.series) or 'none'}",
            expected="a diffusion series (dwi) with two b-values",
            remedy="add the diffusion series, or name it with its role",
        )
    return decay_map(series, series.volume, settings or AdcSettings())


def decay_map(
    series: Series,
    part: Volume,
    settings: AdcSettings,
    *,
    all_b: bool = False,
    within: BoolArray | None = None,
    noise_sd: float | None = None,
) -> DecayMap:
    """Fit `part`, the series' volume or a crop of it, in the voxels `within` (ni, nj, nk) or in all.

    With `all_b`, low b-values are not left out. `noise_sd` of one measurement is taken from the part when not given.
    """
    used = used_shells(series, 0.0 if all_b else settings.least_b, settings.b_tolerance)
    if noise_sd is None:
        noise_sd = measurement_noise(part, used, settings, within)
    order: Order = "F" if part.data.flags.f_contiguous else "C"  # a whole map is fitted without a copy of it
    signal = part.data.reshape(-1, part.data.shape[3], order=order) if within is None else part.data[within]
    floor = noise_floor(used.counts[-1], settings.floor_noise_sd) * noise_sd
    fit = fit_decay(signal, used, noise_sd=noise_sd, floor=floor)

    def placed(values: AnyArray, outside: float) -> AnyArray:
        if within is None:
            return values.reshape(part.grid.shape, order=order)
        out = np.full(part.grid.shape, outside, dtype=values.dtype)
        out[within] = values
        return out

    adc, s0, residual, sd = (placed(values, np.nan) for values in (fit.adc, fit.s0, fit.residual, fit.sd))
    unfitted = int(np.count_nonzero(np.isnan(fit.adc)))
    volume = Volume(adc, part.grid, UNIT)
    return DecayMap(volume, s0, residual, sd, placed(fit.below_floor, False), used.b_values, noise_sd, unfitted)


def used_shells(series: Series, min_b: float, tolerance: float) -> Shells:
    """The series' shells from `least_b` up; all of them when fewer than two would remain."""
    shells = group_by_b_value(series.b_values or (), tolerance)
    kept = [n for n, b in enumerate(shells.b_values) if b >= min_b]
    if len(kept) < 2:
        kept = list(range(len(shells.b_values)))
    if len(kept) < 2:
        raise InputError(
            "ADC needs two different b-values",
            got=f"b = {', '.join(f'{b:g}' for b in shells.b_values)} s/mm²",
            expected=f"two b-values more than {tolerance:g} s/mm² apart",
            remedy="add the volumes of another b-value, or lower adc.b_tolerance",
        )
    return Shells(tuple(shells.b_values[n] for n in kept), tuple(shells.members[n] for n in kept))
