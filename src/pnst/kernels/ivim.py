"""Intravoxel incoherent motion: S/S₀ = f·exp(−b·D*) + (1 − f)·exp(−b·D)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pnst.kernels.diffusion import Shells, fit_decay, log_means

FloatArray = npt.NDArray[np.floating[Any]]


class Perfusion(NamedTuple):
    """Tissue diffusion and perfusion in each of n voxels; NaN where they cannot be fitted."""

    d: FloatArray
    """Tissue diffusion, µm²/ms."""
    f: FloatArray
    """Perfused fraction, 0–1; below 0 by noise where nothing is perfused."""
    sd: FloatArray
    """Standard deviation of `d` by noise, µm²/ms; NaN where the noise is not known."""


def segmented_fit(
    signal: FloatArray, found: Shells, threshold_b: float = 200.0, noise_sd: float = float("nan")
) -> Perfusion:
    """D from the shells at or over the threshold, where perfusion has decayed; f from what they miss at the lowest b.

    `signal` (n, m), one column a measurement; `found` its shells, the lowest of which is taken for b = 0 and at least
    two of which lie at or over `threshold_b` (s/mm²); `noise_sd` of one measurement (Le Bihan 2008; Federau 2017, NMR
    Biomed 30:e3780: segmented fit).
    """
    tissue = [n for n, b in enumerate(found.b_values) if b >= threshold_b]
    high = Shells(tuple(found.b_values[n] for n in tissue), tuple(found.members[n] for n in tissue))
    fit = fit_decay(signal, high, noise_sd=noise_sd)
    unweighted = log_means(signal, found.members[:1])[0]
    with np.errstate(over="ignore", divide="ignore"):
        f = 1 - fit.s0 / np.exp(unweighted)
    return Perfusion(fit.adc, np.where(np.isfinite(f), f, np.nan), fit.sd)
