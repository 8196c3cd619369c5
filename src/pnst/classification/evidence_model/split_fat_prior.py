"""What a significant Fisher test alone says of the split fat sign's frequencies.

No reader frequency of the sign is published. What is known (Yun2021): with 18 malignant and 37 benign lesions its
absence was significant; the printed p is truncated and p < .05 is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from scipy.special import gammaln

from pnst.classification.evidence_model.frequency import MIN_FREQUENCY, Positives, counts
from pnst.typing import BoolArray, FloatArray, IntArray

N_MALIGNANT, N_BENIGN, SIGNIFICANCE = 18, 37, 0.05
_STEPS = 400
_FREQUENCIES = (np.arange(_STEPS) + 0.5) / _STEPS


def draw_frequencies(
    first: FloatArray, second: FloatArray, malignant: Iterable[Positives] = (), benign: Iterable[Positives] = ()
) -> tuple[FloatArray, FloatArray]:
    """Frequencies of an *absent* split fat sign in malignant and benign lesions, each (draws,), at two uniform draws.

    Uniform on the unit square, kept where counts drawn at 18 M / 37 B are significant in the stated direction; counts
    of one's own and of other sites weigh it.
    """
    density = np.array(significance_density())
    for axis, rows in ((1, malignant), (0, benign)):
        for row in rows:
            density *= np.expand_dims(_likelihood(row), axis)
    marginal = np.cumsum(density.sum(axis=1))
    position = np.interp(first, np.concatenate([[0.0], marginal / marginal[-1]]), np.arange(_STEPS + 1))
    row = np.minimum(position.astype(int), _STEPS - 1)
    benign_position = np.empty_like(second)
    for index in np.unique(row):
        at, cumulative = row == index, np.concatenate([[0.0], np.cumsum(density[index])])
        benign_position[at] = np.interp(second[at] * cumulative[-1], cumulative, np.arange(_STEPS + 1))
    drawn = np.clip(np.stack([position, benign_position]) / _STEPS, MIN_FREQUENCY, 1 - MIN_FREQUENCY)
    return drawn[0], drawn[1]


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
