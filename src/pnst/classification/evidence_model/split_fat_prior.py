"""What a significant Fisher test alone says of the split fat sign's frequencies.

No reader frequency of the sign is published. What is known (Yun2021): with 18 malignant and 37 benign lesions its
absence was significant; the printed p is truncated and p < .05 is assumed.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from pnst.typing import BoolArray, FloatArray, IntArray

N_MALIGNANT, N_BENIGN, SIGNIFICANCE = 18, 37, 0.05
_BATCH = 4096


def draw_frequencies(draws: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Frequencies of an *absent* split fat sign in malignant and benign lesions, each (draws,).

    Uniform on the unit square, kept where counts drawn at 18 M / 37 B are significant in the stated direction.
    """
    significant = fisher_significant(N_MALIGNANT, N_BENIGN, SIGNIFICANCE)
    kept: list[FloatArray] = []
    while sum(part.shape[1] for part in kept) < draws:
        frequencies = rng.random((2, _BATCH))
        counts = rng.binomial([[N_MALIGNANT], [N_BENIGN]], frequencies)
        kept.append(frequencies[:, significant[counts[0], counts[1]]])
    malignant, benign = np.concatenate(kept, axis=1)[:, :draws]
    return malignant, benign


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
