"""Mono-exponential diffusion: ln S = ln S₀ − b·D, all voxels at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from pnst.kernels.rician import log_bias
from pnst.typing import BoolArray, Float32Array, FloatArray, IntArray

BLOCK = 32768
"""Voxels a block: its rows stay within a processor's second cache, and the memory beside the maps small."""
THREADS = 2
ITERATIONS = 3
MAX_LOG_WEIGHT_RATIO = 40.0
"""Weights relative to the lowest b's end at exp(−this), which float32 can still square and add."""
MAX_SNR_CORRECTED = 4.0
"""Noise SDs above which magnitude noise leaves the mean of ln S alone, by 2e-5 …"""
MIN_SNR_CORRECTED = 3.0
"""… and under which the lowest b is no signal: then there is nothing to correct."""

SECOND_ORDER_VARIANCE = 1.5
"""Var ln S = (σ/S)² · (1 + this · (σ/S)²): 1 by the logarithm's series; more, as what is plugged in scatters (ours)."""
MAX_LOG_SIGNAL_SD = 1.0
"""The most that noise is held to move ln S by. Of noise alone it is 0.64, with a longer tail below, so more (ours)."""


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
    """A fitted decay in each of n voxels; NaN where fewer than two shells hold signal."""

    adc: Float32Array
    """µm²/ms."""
    s0: Float32Array
    residual: Float32Array
    """RMS of measured minus fitted signal ÷ S₀."""
    sd: Float32Array
    """Standard deviation of `adc` by noise, µm²/ms; NaN where the noise is not known."""
    below_floor: BoolArray
    """Whether the measured signal of the highest shell lies under `floor`."""


def group_by_b_value(b_values: Sequence[float], tolerance: float) -> Shells:
    """Gather measurements whose b-values (s/mm²) lie closer than the tolerance to their neighbour's.

    Three b-values near 1000 s/mm² are one shell:

    >>> group_by_b_value([0, 1000, 998, 1002], tolerance=10)
    Shells(b_values=(0.0, 1000.0), members=((0,), (2, 1, 3)))
    """
    order = np.argsort(b_values, kind="stable")
    values = np.asarray(b_values, dtype=np.float64)[order]
    cuts = np.flatnonzero(np.diff(values) >= max(tolerance, np.finfo(float).tiny)) + 1
    groups = np.split(order, cuts)
    return Shells(
        tuple(float(np.mean([b_values[n] for n in group])) for group in groups),
        tuple(tuple(int(n) for n in group) for group in groups),
    )


def fit_decay(
    signal: FloatArray,
    shells: Shells,
    *,
    noise_sd: float = float("nan"),
    floor: float = 0.0,
    iterations: int = ITERATIONS,
) -> Decay:
    """Log-linear least squares, weighted by the square of the *fitted* signal, iterated three times.

    `signal` (n, m), one column a measurement; `shells` has at least two shells. The directions of a shell are averaged
    geometrically, which averages their ADC. The variance of ln S is σ²/S², so the weights are S²; taken from the
    measured signal they favour voxels that noise made bright and bias ADC by −1 to −3 % at SNR 20 (Veraart 2013,
    NeuroImage 81:335). With `noise_sd`, of one measurement in the signal's unit, what magnitude noise adds to ln S is
    taken off where it matters (`rician.log_bias`), and `sd` is known. A shell in which a measurement is ≤ 0 or NaN is
    left out of its voxel. `iterations=0`: ordinary least squares, without either. `floor` is a signal too.

    A signal that falls to 1/e at b = 1000 s/mm² has an ADC of 1 µm²/ms:

    >>> decay = fit_decay(np.array([[100.0, 100 / np.e]]), group_by_b_value([0, 1000], 1))
    >>> round(float(decay.adc[0]), 4), round(float(decay.s0[0]), 2)
    (1.0, 100.0)
    """
    adc, s0, residual, sd = (np.empty(len(signal), dtype=np.float32) for _ in range(4))
    out = Decay(adc, s0, residual, sd, np.zeros(len(signal), dtype=bool))
    lowest = np.log(floor) if floor > 0 else -np.inf
    b = np.array(shells.b_values, dtype=np.float32) / np.float32(1000)  # ms/µm²
    counts = np.array(shells.counts, dtype=np.float32)

    def fit(start: int) -> None:
        block = slice(start, start + BLOCK)
        log = log_means(signal[block], shells.members)
        columns = [column[block] for column in out]
        with np.errstate(invalid="ignore"):
            np.less(log[-1], lowest, out=columns[-1])
        for voxels, used in _by_shells(log):
            whole = isinstance(voxels, slice)
            with np.errstate(all="ignore"):  # of its own in each thread
                values = _fit_voxels(
                    log if whole else log[np.ix_(used, voxels)], b[used], counts[used], noise_sd, iterations
                )
            for column, value in zip(columns[:-1], values, strict=True):
                column[voxels] = value

    starts = range(0, len(signal), BLOCK)
    if len(starts) <= THREADS:
        for start in starts:
            fit(start)
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(fit, starts))
    return out


def log_means(signal: FloatArray, members: Sequence[Sequence[int]]) -> Float32Array:
    """(s, n) means of ln S over the measurements of each shell; −inf or NaN where one of them is ≤ 0 or NaN.

    >>> log_means(np.array([[1.0, np.e, np.e**3]]), [(0,), (1, 2)]).round(4).tolist()
    [[0.0], [2.0]]
    """
    out = np.empty((len(members), len(signal)), dtype=np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        for row, columns in zip(out, members, strict=True):
            np.log(signal[:, columns[0]], out=row, casting="unsafe")
            for column in columns[1:]:
                row += np.log(signal[:, column].astype(np.float32, copy=False))
            if len(columns) > 1:
                row /= len(columns)
    return out


def geometric_mean(signal: FloatArray, shells: Shells) -> Float32Array:
    """(n, s): the directions of each shell averaged geometrically, which averages their ADC; `signal` (n, m).

    A voxel without signal in one direction has none in that shell (0).

    √(20 · 80) = 40:

    >>> geometric_mean(np.array([[100.0, 20.0, 80.0]]), group_by_b_value([0, 800, 800], 1)).round(3).tolist()
    [[100.0, 40.0]]
    """
    log = log_means(signal, shells.members)
    return np.where(np.isfinite(log), np.exp(log), 0).T


def _by_shells(log: Float32Array) -> Iterator[tuple[Any, IntArray]]:
    """Groups of voxels that hold signal in the same shells: (their places, their shells)."""
    known = np.isfinite(log)
    if known.all():
        yield slice(None), np.arange(len(log))
        return
    # One bit a shell, where an integer has room for them, is far quicker than to compare columns.
    room = len(log) < 63
    pattern = (
        (known << np.arange(len(log))[:, None]).sum(axis=0)
        if room
        else np.unique(known, axis=1, return_inverse=True)[1]
    )
    for one in np.unique(pattern):
        voxels = np.flatnonzero(pattern == one)
        yield voxels, np.flatnonzero(known[:, voxels[0]])


class _Line(NamedTuple):
    slope: Float32Array
    intercept: Float32Array
    """At the lowest shell."""
    mean: Any
    """Weighted mean of x."""
    scatter: Any
    """Weighted sum of squares of x about it."""


def _fit_line(x: Float32Array, y: Float32Array, counts: Float32Array) -> _Line:
    """Straight lines through (s, n) points of which the first is (0, 0), weighted by the counts alone."""
    mean = counts @ x / counts.sum()
    scatter = counts @ (x - mean) ** 2
    slope, mean_y, part = np.zeros((3, y.shape[1]), dtype=np.float32)
    for row, slope_weight, mean_weight in zip(
        y[1:], (counts * (x - mean) / scatter)[1:], (counts / counts.sum())[1:], strict=True
    ):
        slope += np.multiply(row, slope_weight, out=part)
        mean_y += np.multiply(row, mean_weight, out=part)
    mean_y -= np.multiply(slope, mean, out=part)
    return _Line(slope, mean_y, mean, scatter)


def _fit_weighted_line(x: Float32Array, y: Float32Array, counts: Float32Array, steep: Float32Array) -> _Line:
    """The same with weights counts · exp(steep · x), `steep` (n,).

    Beginning at (0, 0) keeps the sums well-conditioned. Row by row and in place: what a block needs is then still in
    the processor's cache.
    """
    total, sum_x, sum_xx, sum_y, sum_xy = np.zeros((5, y.shape[1]), dtype=np.float32)
    weight, product = np.empty((2, y.shape[1]), dtype=np.float32)
    total += counts[0]
    for at, row, count in zip(x[1:], y[1:], counts[1:], strict=True):
        np.exp(np.multiply(steep, at, out=weight), out=weight)
        weight *= count
        total += weight
        sum_y += np.multiply(weight, row, out=product)
        sum_xy += np.multiply(product, at, out=product)
        sum_x += np.multiply(weight, at, out=weight)
        sum_xx += np.multiply(weight, at, out=weight)
    mean = np.divide(sum_x, total, out=weight)
    scatter = np.subtract(sum_xx, np.multiply(mean, sum_x, out=product), out=sum_xx)
    slope = np.subtract(sum_xy, np.multiply(mean, sum_y, out=product), out=sum_xy)
    slope /= scatter
    intercept = np.divide(sum_y, total, out=sum_y)
    intercept -= np.multiply(slope, mean, out=product)
    return _Line(slope, intercept, mean, scatter)


def _fit_voxels(
    log: Float32Array, b: Float32Array, counts: Float32Array, noise_sd: float, iterations: int
) -> tuple[Any, ...]:
    """ADC, S₀, residual and SD of voxels that hold signal in all shells; `log` (s, n) is used up, the rest is (s,).

    All is relative to the lowest shell's signal.
    """
    if len(b) < 2:
        return (np.nan,) * 4
    x, first = b - b[0], log[0].copy()
    sd: Any = np.nan
    log -= first
    line = _fit_line(x, log, counts)
    for _ in range(iterations):
        line = _fit_weighted_line(x, log, counts, _steepness(line.slope, x))
    if iterations and np.isfinite(noise_sd):
        noise = np.exp(-first) * np.float32(noise_sd)
        line = _without_rician_bias(line, x, log, counts, noise)
        sd = _sd(line, x, counts, noise * np.exp(-line.intercept))
    s0 = np.exp(first + line.intercept - line.slope * b[0])
    residual = _rms(log, line, x) * np.exp(first) / s0
    return -line.slope, s0, residual, sd


def _steepness(slope: Float32Array, x: Float32Array) -> Float32Array:
    """Twice the slope, by which squares of the fitted signal fall; signal that grows with b is noise: even weights."""
    return np.clip(2 * slope, -MAX_LOG_WEIGHT_RATIO / x[-1], np.float32(0))


def _rms(y: Float32Array, line: _Line, x: Float32Array) -> Float32Array:
    """RMS over the shells of measured less fitted signal, relative to the lowest shell's measured one."""
    level = np.exp(line.intercept)
    squares = np.square(level - 1)
    gap, fitted = np.empty((2, y.shape[1]), dtype=np.float32)
    for at, row in zip(x[1:], y[1:], strict=True):
        np.exp(np.multiply(line.slope, at, out=fitted), out=fitted)
        fitted *= level
        np.exp(row, out=gap)
        gap -= fitted
        squares += np.square(gap, out=gap)
    squares /= len(x)
    return np.asarray(np.sqrt(squares, out=squares))


def _without_rician_bias(
    line: _Line, x: Float32Array, y: Float32Array, counts: Float32Array, noise: Float32Array
) -> _Line:
    """The lines again, through ln S less what magnitude noise adds to its mean at the fitted signal."""
    steep = _steepness(line.slope, x)
    ratio = np.exp(line.intercept) / noise
    near = np.flatnonzero((ratio > MIN_SNR_CORRECTED) & (ratio * np.exp(steep * (x[-1] / 2)) < MAX_SNR_CORRECTED))
    if not near.size:
        return line
    less, steep, ratio = y[:, near], steep[near], ratio[near]
    for row, at in zip(less[1:], x[1:], strict=True):
        there = ratio * np.exp(steep * (at / 2))
        noisy = there < MAX_SNR_CORRECTED
        row[noisy] -= log_bias(there[noisy])
    for column, values in zip(line, _fit_weighted_line(x, less, counts, steep), strict=True):
        column[near] = values
    return line


def _sd(line: _Line, x: Float32Array, counts: Float32Array, noise: Float32Array) -> Float32Array:
    """SD of the slope for noise relative to the fitted lowest shell: Var ln S = (σ/S)² · (1 + …) ÷ count.

    At most that of a line through points that scatter by `MAX_LOG_SIGNAL_SD`: the series knows no end without signal.
    """
    variance = noise * noise / line.scatter
    far = (counts * x**2).sum() - line.mean * (2 * (counts * x).sum() - line.mean * counts.sum())
    max_sd = MAX_LOG_SIGNAL_SD / np.sqrt(counts @ (x - counts @ x / counts.sum()) ** 2)
    return np.asarray(np.minimum(np.sqrt(variance * (1 + SECOND_ORDER_VARIANCE * variance * far)), max_sd))
