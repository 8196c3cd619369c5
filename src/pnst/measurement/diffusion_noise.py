"""Noise of a diffusion series, from its own voxels."""

from __future__ import annotations

import numpy as np

from pnst.image import Volume
from pnst.kernels.diffusion import Shells, fit_decay, geometric_mean
from pnst.kernels.noise import noise_sd
from pnst.kernels.rician import channel_sd
from pnst.measurement.settings import AdcSettings
from pnst.typing import BoolArray, FloatArray

MAX_VOXELS = 300_000
"""Of a larger volume one slice in so many is looked at: the mask that tells noise lies within a slice."""
MAX_FITTED = 5_000
"""The same of the voxels that are fitted: both trade accuracy for time."""


def measurement_noise(part: Volume, used: Shells, settings: AdcSettings, within: BoolArray | None = None) -> float:
    """SD of the noise in one measurement of `part` (ni, nj, nk, m), in the signal's unit; NaN where it cannot be told.

    From differences between neighbours at the highest b, where anatomy is faintest, in tissue (of `within`): air may be
    filled with zeros, and magnitude noise is narrower there. Where the fit has shells to spare and leaves far more
    over, that counts.
    """
    axis = part.grid.slice_axis
    step = -(-int(np.prod(part.grid.shape)) // MAX_VOXELS)
    thin = tuple(slice(None, None, step if n == axis else 1) for n in range(3))
    data = part.data[thin]
    tissue = _tissue(np.nan_to_num(data[..., used.members[0][0]]), axis, settings.noise_tissue_fraction)
    if within is not None:
        tissue &= within[thin]
    high = np.nan_to_num(data[..., used.members[-1][0]])
    # Between two directions most of the anatomy cancels.
    pure = (high - np.nan_to_num(data[..., used.members[-1][1]])) / np.sqrt(2) if used.counts[-1] > 1 else high
    sd = noise_sd(pure, tissue, axis)
    if not np.isfinite(sd):
        return sd
    sd = channel_sd(sd, float(np.median(high[tissue])))
    left = _left_over(data[tissue], used)
    return left if left > settings.coherent_noise_ratio * sd else sd


def _tissue(low: FloatArray, slice_axis: int, fraction: float) -> BoolArray:
    """Where the lowest b shows tissue, with tissue all round it in the slice: the edge to air is no noise."""
    bright = np.percentile(low[low > 0], 95) if (low > 0).any() else np.inf
    tissue = np.asarray(low > fraction * bright)
    for axis in {0, 1, 2} - {slice_axis}:
        tissue = tissue & np.roll(tissue, 1, axis) & np.roll(tissue, -1, axis)
    return tissue


def _left_over(signal: FloatArray, used: Shells) -> float:
    """Noise SD by what the fit leaves over in the median of voxels (n, m); 0 where it has no shell to spare."""
    spare = len(used.counts) - 2
    if spare < 1:
        return 0.0
    signal = signal[:: -(-len(signal) // MAX_FITTED)]
    fit = fit_decay(signal, used)
    fitted = fit.s0[:, None] * np.exp(-np.outer(fit.adc, used.b_values) / 1000)
    squares = (np.array(used.counts) * (geometric_mean(signal, used) - fitted) ** 2).sum(axis=1)
    known = squares[np.isfinite(squares)]
    median = spare * (1 - 2 / (9 * spare)) ** 3  # of χ² (Wilson and Hilferty)
    return float(np.sqrt(np.median(known) / median)) if known.size else 0.0
