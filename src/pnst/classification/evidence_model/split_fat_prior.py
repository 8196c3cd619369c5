"""What a significant Fisher test alone says of the split fat sign's frequencies.

No reader frequency of the sign is published. What is known (Yun2021): with 18 malignant and 37 benign lesions its
absence was significant; the printed p is truncated and p < .05 is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from scipy.special import gammaln, logit

from pnst.classification.evidence_model.frequency import LOGITS, MIN_FREQUENCY, Positives, Row, counts
from pnst.typing import BoolArray, FloatArray, IntArray

N_MALIGNANT, N_BENIGN, SIGNIFICANCE = 18, 37, 0.05
_STEPS = 400
_FREQUENCIES = (np.arange(_STEPS) + 0.5) / _STEPS


def draw_frequencies(
    first: FloatArray, second: FloatArray, malignant: Iterable[Row] = (), benign: Iterable[Row] = ()
) -> tuple[FloatArray, FloatArray]:
    """Frequencies of an *absent* split fat sign in malignant and benign lesions, each (draws,), at two uniform draws.

    Uniform on the unit square, kept where counts drawn at 18 M / 37 B are significant in the stated direction; what
    one's own site and others counted weighs it.
    """
    of_malignant, of_benign = _product(malignant), _product(benign)
    significant = significance_density()
    rows = of_malignant * (of_benign @ significant.T)  # (draws, steps), or one for all
    position = _positions(rows, first)
    row = np.minimum(position.astype(int), _STEPS - 1)
    if len(of_benign) > 1:
        return _frequencies(position), _frequencies(_positions(significant[row] * of_benign, second))
    benign_position = np.empty_like(second)
    for index in np.unique(row):
        at = row == index
        benign_position[at] = _positions(significant[index] * of_benign, second[at])
    return _frequencies(position), _frequencies(benign_position)


def _frequencies(position: FloatArray) -> FloatArray:
    """Of positions among the steps; a probit of each is finite."""
    frequency: FloatArray = np.clip(position / _STEPS, MIN_FREQUENCY, 1 - MIN_FREQUENCY)
    return frequency


def _product(rows: Iterable[Row]) -> FloatArray:
    """The likelihoods together, (draws, steps), or (1, steps) where they are the same for all."""
    product = np.ones((1, _STEPS))
    for row in rows:
        product = product * np.atleast_2d(_likelihood(row) if isinstance(row, Positives) else _on_steps(row))
    return product


def _on_steps(log_likelihood: FloatArray) -> FloatArray:
    """From the grid of logits to these frequencies, (draws, steps)."""
    wanted = (logit(_FREQUENCIES) - LOGITS[0]) / (LOGITS[1] - LOGITS[0])
    index = wanted.astype(int)
    part, each = wanted - index, np.atleast_2d(log_likelihood)
    there = each[:, index] * (1 - part) + each[:, index + 1] * part
    likelihood: FloatArray = np.exp(there - there.max(axis=1, keepdims=True))
    return likelihood


def _positions(density: FloatArray, uniform: FloatArray) -> FloatArray:
    """Where (draws,) a density over the steps, one for all or one a draw, reaches these parts of its sum."""
    cumulative = np.concatenate([np.zeros((len(density), 1)), np.cumsum(density, axis=1)], axis=1)
    cumulative /= cumulative[:, -1:]
    if len(density) == 1:
        return np.interp(uniform, cumulative[0], np.arange(_STEPS + 1))
    index = np.clip((cumulative <= uniform[:, None]).sum(axis=1) - 1, 0, _STEPS - 1)
    each = np.arange(len(density))
    step = np.maximum(cumulative[each, index + 1] - cumulative[each, index], 1e-300)
    position: FloatArray = index + (uniform - cumulative[each, index]) / step
    return position


@cache
def significance_density() -> FloatArray:
    """Probability (steps, steps) that a study of this size is significant, by the two frequencies."""
    significant = fisher_significant(N_MALIGNANT, N_BENIGN, SIGNIFICANCE).astype(float)
    density: FloatArray = _binomial(N_MALIGNANT) @ significant @ _binomial(N_BENIGN).T
    return density


def _binomial(n: int) -> FloatArray:
    """Probability (steps, n + 1) of every count."""
    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    p: FloatArray = np.exp(choose + k * np.log(_FREQUENCIES[:, None]) + (n - k) * np.log1p(-_FREQUENCIES[:, None]))
    return p


def _likelihood(row: Positives) -> FloatArray:
    """Of a frequency (steps,), up to a constant."""
    low, high = counts(row)
    total = _binomial(int(row.n))[:, int(low) : int(high) + 1].sum(axis=1)
    likelihood: FloatArray = total / total.max()
    return likelihood


def fisher_significant(n_malignant: int, n_benign: int, level: float) -> BoolArray:
    """Where two-sided Fisher p < level and the sign is commoner in malignant lesions.

    By positive counts, (n_malignant + 1, n_benign + 1).
    """
    malignant, benign = np.arange(n_malignant + 1)[:, None], np.arange(n_benign + 1)[None, :]
    return (fisher_p(n_malignant, n_benign) < level) & (malignant * n_benign > benign * n_malignant)


def fisher_p(n_malignant: int, n_benign: int) -> FloatArray:
    """Two-sided Fisher exact p for every pair of positive counts, (n_malignant + 1, n_benign + 1).

    All of two malignant and none of two benign: one of the six tables on either side, p = 2/6.

    >>> round(float(fisher_p(2, 2)[2, 0]), 4)
    0.3333
    """
    p = np.ones((n_malignant + 1, n_benign + 1))
    for positives in range(n_malignant + n_benign + 1):
        malignant = np.arange(max(0, positives - n_benign), min(n_malignant, positives) + 1)
        log_density = (
            _log_choose(n_malignant, malignant)
            + _log_choose(n_benign, positives - malignant)
            - _log_choose(n_malignant + n_benign, np.array(positives))
        )
        density = np.exp(log_density)
        as_extreme = density[None, :] <= density[:, None] * (1 + 1e-7)  # equal densities differ by rounding
        p[malignant, positives - malignant] = np.minimum(as_extreme @ density, 1.0)
    return p


def _log_choose(n: int, k: IntArray) -> FloatArray:
    result: FloatArray = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return result
