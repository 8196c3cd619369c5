"""Mono-exponential diffusion: ln S = ln S₀ − b·D, all voxels at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]

BLOCK = 65536
"""Voxels a block: the memory beside the input stays at a few megabytes."""
ITERATIONS = 3


class Shells(NamedTuple):
    """Volumes gathered by b-value."""

    b_values: tuple[float, ...]
    """(s,) s/mm², ascending: the mean of each shell."""
    members: tuple[tuple[int, ...], ...]
    """Which measurements each shell holds."""

    @property
    def counts(self) -> tuple[int, ...]:
        """(s,) measurements a shell."""
        return tuple(len(members) for members in self.members)


class Decay(NamedTuple):
    """A fitted decay in each of n voxels; NaN where no two shells hold signal."""

    adc: FloatArray
    """µm²/ms."""
    s0: FloatArray
    residual: FloatArray
    """RMS of measured minus fitted signal ÷ S₀."""
    spread: FloatArray
    """Standard deviation of `adc` for noise of SD 1 in each measurement: times the noise SD it is that of the voxel."""


def shells(b_values: Sequence[float], tolerance: float) -> Shells:
    """Gather measurements whose b-values (s/mm²) lie within the tolerance of their neighbour's."""
    order = np.argsort(b_values, kind="stable")
    values = np.asarray(b_values, dtype=np.float64)[order]
    cuts = np.flatnonzero(np.diff(values) > tolerance) + 1
    groups = np.split(order, cuts)
    return Shells(
        tuple(float(np.mean([b_values[n] for n in group])) for group in groups),
        tuple(tuple(int(n) for n in group) for group in groups),
    )


def geometric_mean(signal: FloatArray, found: Shells) -> FloatArray:
    """(n, s): the directions of each shell averaged geometrically, which averages their ADC; `signal` (n, m).

    A voxel without signal in one direction has none in that shell (0).
    """
    out = np.empty((len(signal), len(found.members)), dtype=np.float32)
    for column, members in enumerate(found.members):
        part = signal[:, list(members)]
        if len(members) == 1:
            out[:, column] = np.maximum(part[:, 0], 0)
        else:
            with np.errstate(divide="ignore"):
                out[:, column] = np.exp(np.log(np.maximum(part, 0)).mean(axis=1))
    return out


def fit_decay(signal: FloatArray, b_values: Sequence[float], counts: Sequence[int] | None = None) -> Decay:
    """Log-linear least squares, weighted by the square of the *fitted* signal, iterated three times.

    `signal` (n, s), one column a shell; `b_values` (s,) in s/mm², at least two different; `counts` (s,) measurements
    averaged in each shell. The variance of ln S is σ²/S², so the weights are S²; taken from the measured signal they
    favour voxels that noise made bright and bias ADC by −1 to −3 % at SNR 20 (Veraart 2013, NeuroImage 81:335).
    Shells without signal (≤ 0 or NaN) are left out.
    """
    b = np.asarray(b_values, dtype=np.float32) / 1000  # ms/µm²
    n = np.asarray(counts if counts is not None else np.ones(len(b)), dtype=np.float32)
    parts = [_fit_block(part, b, n) for part in np.array_split(signal, max(1, -(-len(signal) // BLOCK)))]
    return Decay(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _fit_block(signal: FloatArray, b: FloatArray, counts: FloatArray) -> tuple[FloatArray, ...]:
    signal = signal.astype(np.float32)
    used = np.isfinite(signal) & (signal > 0)
    log = np.log(np.where(used, signal, 1.0))
    # Scaled to each voxel's brightest signal, squares of large signals stay within float32.
    top = np.max(log, axis=1, where=used, initial=-np.inf, keepdims=True)
    intercept, slope, _ = _line(b, log, used * counts)
    for _ in range(ITERATIONS):
        fitted = np.clip(intercept[:, None] + slope[:, None] * b - top, -30, 5)
        intercept, slope, scatter = _line(b, log, np.where(used, counts * np.exp(2 * fitted), 0.0))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        s0 = np.exp(intercept)
        gap = np.where(used, signal - np.exp(intercept[:, None] + slope[:, None] * b), 0.0)
        residual = np.sqrt((gap**2).sum(axis=1) / used.sum(axis=1)) / s0
        spread = np.exp(-top[:, 0]) / np.sqrt(scatter)
    return -slope, s0, residual, np.where(np.isfinite(slope), spread, np.nan)


def _line(x: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted straight lines: intercepts, slopes and scatter of x (n,); NaN where fewer than two points carry weight.

    The variance of the slope is 1 ÷ scatter where the weights are 1 ÷ the variances of y.
    """
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y = weights @ x / total, (weights * y).sum(axis=1) / total
        spread = weights * (x - mean_x[:, None])
        scatter = (spread * (x - mean_x[:, None])).sum(axis=1)
        slope = np.where(scatter > 1e-12 * total, (spread * (y - mean_y[:, None])).sum(axis=1) / scatter, np.nan)
    return mean_y - slope * mean_x, slope, scatter
