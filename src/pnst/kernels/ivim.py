"""Intravoxel incoherent motion: S/S₀ = f·exp(−b·D*) + (1 − f)·exp(−b·D)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pnst.kernels.diffusion import Shells, fit_decay, log_means
from pnst.typing import FloatArray


class Perfusion(NamedTuple):
    """Tissue diffusion and perfusion in each of n voxels; NaN where they cannot be fitted."""

    d: FloatArray
    """Tissue diffusion, µm²/ms."""
    f: FloatArray
    """Perfused fraction, 0–1; below 0 by noise where nothing is perfused."""
    sd: FloatArray
    """Standard deviation of `d` by noise, µm²/ms; NaN where the noise is not known."""


def segmented_fit(
    signal: FloatArray,
    shells: Shells,
    threshold_b: float = 300.0,
    min_threshold_b: float = 200.0,
    noise_sd: float = float("nan"),
) -> Perfusion:
    """D from the shells at or over a threshold, where perfusion has decayed; f from what they miss at the lowest b.

    `signal` (n, m), one column a measurement; `shells` its shells, the lowest of which is taken for b = 0 and at least
    two of which lie at or over `min_threshold_b` (s/mm²); `noise_sd` of one measurement (Le Bihan 2008; Federau
    2017, NMR Biomed 30:e3780: segmented fit). D is the slope from `threshold_b` up, where two shells lie there: what
    slow perfusion leaves under it tilts the line. f is read from `min_threshold_b` up: the further a line is drawn
    back to b = 0, the more noise raises it.

    A tenth of the signal is gone by b = 200; the rest decays at 1 µm²/ms:

    >>> from pnst.kernels.diffusion import group_by_b_value
    >>> b = np.array([0.0, 200.0, 400.0, 800.0])
    >>> signal = np.where(b == 0, 100, 90 * np.exp(-b / 1000))[None]
    >>> fit = segmented_fit(signal, group_by_b_value(b.tolist(), 1))
    >>> round(float(fit.d[0]), 3), round(float(fit.f[0]), 3)
    (1.0, 0.1)
    """
    near = fit_decay(signal, _shells_from(shells, min_threshold_b), noise_sd=noise_sd)
    far = _shells_from(shells, threshold_b)
    slope = fit_decay(signal, far, noise_sd=noise_sd) if len(far.b_values) > 1 else near
    unweighted = log_means(signal, shells.members[:1])[0]
    with np.errstate(over="ignore", divide="ignore"):
        f = 1 - near.s0 / np.exp(unweighted)
    return Perfusion(slope.adc, np.where(np.isfinite(f), f, np.nan), slope.sd)


def _shells_from(shells: Shells, min_b: float) -> Shells:
    high = [n for n, b in enumerate(shells.b_values) if b >= min_b]
    return Shells(tuple(shells.b_values[n] for n in high), tuple(shells.members[n] for n in high))
