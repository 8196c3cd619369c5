"""A sign's frequency in a study that is still to come, from the studies that have been.

A frequency lives on the logit. Studies scatter about a mean by a normal between-study SD; each row is a binomial count,
exact or known as a range, with half a count added to both cells (Haldane, Anscombe) and normal on the logit. All of it
is a density over one grid: rows multiply, so that their order cannot matter, and an own site's counts multiply what is
expected of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import expit, gammaln, logit, logsumexp

from pnst.evidence.csv_rows import Count, Estimate, bounds
from pnst.typing import FloatArray

LOGITS = np.linspace(-12.0, 12.0, 481)
"""Of frequencies from 6e-6 to 1 − 6e-6."""
_Z975 = 1.959963984540054
MIN_FREQUENCY = 1e-9
"""Keeps the probit of a drawn frequency finite."""


@dataclass(frozen=True)
class Positives:
    """How many of n showed a sign."""

    positive: Count | float
    """A fraction of a lesion comes from a printed percentage."""
    n: float


Row = Positives | FloatArray
"""A count, or the log-likelihood (grid,) or (draws, grid) of what a study counted."""


def log_likelihood(row: Positives) -> FloatArray:
    """Of a frequency (grid,), up to a constant: normal on the logit, half a count added.

    A count known as a range sums over its counts, each as high as its binomial probability reaches.
    """
    low, high = counts(row)
    k = np.arange(low, high + 0.5)[:, None]
    yes, no = k + 0.5, row.n - k + 0.5
    peak = gammaln(row.n + 1) - gammaln(k + 1) - gammaln(row.n - k + 1)
    peak = peak + k * np.log(yes / (row.n + 1)) + (row.n - k) * np.log(no / (row.n + 1))
    total: FloatArray = logsumexp(peak - (LOGITS - np.log(yes / no)) ** 2 / (2 * (1 / yes + 1 / no)), axis=0)
    return total


def counts(row: Positives) -> tuple[float, float]:
    """The least and the greatest number of positives."""
    return (row.positive, row.positive) if isinstance(row.positive, float) else bounds(row.positive)


def mean_density(rows: Iterable[Row], between_sd: float, estimate: Estimate | None = None) -> FloatArray:
    """Density (grid,) of the mean over studies; `estimate` is a meta-analysis' pooled mean and counts as such."""
    log_density = np.zeros_like(LOGITS)
    for row in rows:
        likelihood = np.exp(_centred(_of_row(row)))
        log_density += np.log(np.maximum(_between(between_sd) @ likelihood, 1e-300))
    if estimate is not None:
        log_density -= ((LOGITS - logit(estimate.value)) / _standard_error(estimate)) ** 2 / 2
    return _normalised(log_density)


def new_study_density(mean: FloatArray, between_sd: float, own: Iterable[Row] = ()) -> FloatArray:
    """Density (grid,) or (draws, grid) of the frequency in a new study; that of one's own site once it has counted."""
    log_density = np.log(np.maximum(_between(between_sd) @ mean, 1e-300))
    for row in own:
        log_density = log_density + _of_row(row)
    return _normalised(log_density)


def of_other_studies(rows: Iterable[Row], between_sd: float) -> FloatArray:
    """Log-likelihood (grid,) of a new study's frequency, of what other studies counted: it never pins it."""
    log_density: FloatArray = np.log(np.maximum(new_study_density(mean_density(rows, between_sd), between_sd), 1e-300))
    return log_density


def draw(density: FloatArray, uniform: FloatArray) -> FloatArray:
    """Frequencies (draws,) of a density over the grid, or of one a draw, at these uniform draws."""
    if density.ndim > 1:
        return _draw_each(density, uniform)
    cumulative = np.cumsum((density[1:] + density[:-1]) / 2)
    x = np.interp(uniform * cumulative[-1], np.concatenate([[0.0], cumulative]), LOGITS)
    frequency: FloatArray = np.clip(expit(x), MIN_FREQUENCY, 1 - MIN_FREQUENCY)
    return frequency


def _draw_each(density: FloatArray, uniform: FloatArray) -> FloatArray:
    """One frequency of each density (draws, grid)."""
    steps = (density[:, 1:] + density[:, :-1]) / 2
    cumulative = np.concatenate([np.zeros((len(density), 1)), np.cumsum(steps, axis=1)], axis=1)
    wanted = uniform * cumulative[:, -1]
    index = np.clip((cumulative <= wanted[:, None]).sum(axis=1) - 1, 0, len(LOGITS) - 2)
    each = np.arange(len(density))
    part = (wanted - cumulative[each, index]) / np.maximum(steps[each, index], 1e-300)
    x = LOGITS[index] + part * (LOGITS[1] - LOGITS[0])
    frequency: FloatArray = np.clip(expit(x), MIN_FREQUENCY, 1 - MIN_FREQUENCY)
    return frequency


def _of_row(row: Row) -> FloatArray:
    return log_likelihood(row) if isinstance(row, Positives) else row


def _standard_error(estimate: Estimate) -> float:
    """On the logit, from the printed interval; an end at 0 or 1 has no logit, and the other one stands for both."""
    middle = logit(estimate.value)
    halves = [abs(logit(end) - middle) for end in (estimate.low, estimate.high) if 0 < end < 1]
    return float(np.mean(halves) / _Z975)


@cache
def _between(sd: float) -> FloatArray:
    """The normal spread between studies as a kernel (grid, grid) of rows that sum to 1."""
    kernel = np.exp(-(((LOGITS[:, None] - LOGITS) / sd) ** 2) / 2)
    spread: FloatArray = kernel / kernel.sum(axis=1, keepdims=True)
    return spread


def _centred(log_density: FloatArray) -> FloatArray:
    centred: FloatArray = log_density - log_density.max(axis=-1, keepdims=True)
    return centred


def _normalised(log_density: FloatArray) -> FloatArray:
    density = np.exp(_centred(log_density))
    normalised: FloatArray = density / density.sum(axis=-1, keepdims=True)
    return normalised
