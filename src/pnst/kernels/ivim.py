"""Intravoxel incoherent motion: S/S₀ = f·exp(−b·D*) + (1 − f)·exp(−b·D)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pnst.kernels.diffusion import fit_decay

FloatArray = npt.NDArray[np.floating[Any]]


class Perfusion(NamedTuple):
    """Tissue diffusion and perfusion in each of n voxels; NaN where they cannot be fitted."""

    d: FloatArray
    """Tissue diffusion, µm²/ms."""
    f: FloatArray
    """Perfused fraction, 0–1; below 0 by noise where nothing is perfused."""
    spread: FloatArray
    """Standard deviation of `d` for noise of SD 1 in each measurement."""


def segmented_fit(
    signal: FloatArray, b_values: Sequence[float], threshold_b: float = 200.0, counts: Sequence[int] | None = None
) -> Perfusion:
    """D from the shells at or over the threshold, where perfusion has decayed; f from what they miss at the lowest b.

    `signal` (n, s), one column a shell; `b_values` (s,) in s/mm², ascending; the lowest is taken for b = 0. At least
    two shells must lie at or over the threshold; `counts` (s,) as in `fit_decay` (Le Bihan 2008; Federau 2017, NMR
    Biomed 30:e3780: segmented fit).
    """
    tissue = [column for column, b in enumerate(b_values) if b >= threshold_b]
    averaged = None if counts is None else [counts[column] for column in tissue]
    fit = fit_decay(signal[:, tissue], [b_values[column] for column in tissue], averaged)
    with np.errstate(invalid="ignore", divide="ignore"):
        f = 1 - fit.s0 / signal[:, 0]
    return Perfusion(fit.adc, np.where(signal[:, 0] > 0, f, np.nan), fit.spread)
