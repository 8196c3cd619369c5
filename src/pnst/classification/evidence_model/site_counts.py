"""What a site's count says of how often a reader would see a sign.

The count is binomial: the half count that the published rows are given would add up over many sites of a rare sign.

A measured sign is not a reader's: where readers see it with frequency p, it is measured with frequency
se·p + (1−sp)·(1−p). The count is binomial in that, so that a site's own measured signs pin what is measured there,
whatever its sensitivity and specificity turn out to be.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.special import expit, gammaln, logsumexp

from pnst.classification.evidence_model.frequency import LOGITS, Positives, counts
from pnst.typing import FloatArray

_FREQUENCIES = expit(LOGITS)
_LEAST = 1e-12


def log_likelihood_read(row: Positives) -> FloatArray:
    """Of a reader's frequency (grid,), up to a constant, from a count of a reader's signs."""
    likelihood: FloatArray = log_likelihood_measured(row, np.ones(1), np.ones(1))[0]
    return likelihood


def log_likelihood_measured(row: Positives, sensitivity: FloatArray, specificity: FloatArray) -> FloatArray:
    """Of a reader's frequency, (draws, grid), up to a constant, at each of these pairs (draws,)."""
    false = (1 - specificity)[:, None]
    measured = np.clip(false + (sensitivity[:, None] - false) * _FREQUENCIES, _LEAST, 1 - _LEAST)
    yes, no = np.log(measured), np.log1p(-measured)
    low, high = (int(end) for end in counts(row))
    terms = [_log_choose(row.n, k) + k * yes + (row.n - k) * no for k in range(low, high + 1)]
    return terms[0] if len(terms) == 1 else _log_sum(terms)


def log_likelihood_over(row: Positives, sensitivity: FloatArray, specificity: FloatArray) -> FloatArray:
    """The same (grid,), over every pair of a sensitivity and a specificity, each as likely as the other."""
    first, second = np.meshgrid(sensitivity, specificity)
    each = log_likelihood_measured(row, first.ravel(), second.ravel())
    mean: FloatArray = logsumexp(each, axis=0) - np.log(len(each))
    return mean


def _log_sum(terms: Iterable[FloatArray]) -> FloatArray:
    total, *others = terms
    for term in others:
        total = np.logaddexp(total, term)
    return total


def _log_choose(n: float, k: int) -> float:
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
