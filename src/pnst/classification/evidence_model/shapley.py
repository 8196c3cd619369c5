"""Shapley values of logit(probability) over the groups that were measured, and each finding by itself."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial

import numpy as np
from scipy.special import logit

from pnst.classification.evidence_model.likelihood import Likelihood
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.posterior import mean_log_odds
from pnst.classification.evidence_model.subsets import subset_log_ratios
from pnst.classification.findings import Finding, Interval
from pnst.typing import FloatArray


def findings(one: ObservedData, likelihood: Likelihood, prior: float) -> dict[str, Finding]:
    """Of one lesion, none of whose predictors is missing. Contributions sum to logit(probability) − logit(prior)."""
    return findings_of(*subset_log_ratios(likelihood, one), prior)


def findings_of(names: Sequence[str], log_ratio: FloatArray, prior: float) -> dict[str, Finding]:
    """From log ratios (2ⁿ, draws) of every subset; bit i of a subset's number says whether finding i is in it."""
    shares = shapley_matrix(len(names))
    log_odds = mean_log_odds(log_ratio, prior)
    ends = np.quantile(shares @ log_ratio, [0.025, 0.975], axis=1).T
    alone = log_ratio[2 ** np.arange(len(names))]
    alone_ends = np.quantile(alone, [0.025, 0.975], axis=1).T
    by_name = zip(names, shares @ log_odds, ends, mean_log_odds(alone, prior) - logit(prior), alone_ends, strict=True)
    return {
        name: Finding(float(share), _interval(end), float(by_itself), _interval(alone_end))
        for name, share, end, by_itself, alone_end in by_name
    }


def shapley_matrix(count: int) -> FloatArray:
    """Weights (count, 2ᶜᵒᵘⁿᵗ) that turn a value of every subset into each member's share, fair over all orders.

    Of two, each has half of what it adds first and half of what it adds second:

    >>> shapley_matrix(2).tolist()
    [[-0.5, 0.5, -0.5, 0.5], [-0.5, -0.5, 0.5, 0.5]]
    """
    subsets = np.arange(2**count)
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    orders = np.array([factorial(k) * factorial(count - k - 1) for k in range(count)], dtype=float)
    matrix = np.empty((count, len(subsets)))
    for index in range(count):
        inside = (subsets >> index) & 1 == 1
        matrix[index, inside] = orders[sizes[inside] - 1]
        matrix[index, ~inside] = -orders[sizes[~inside]]
    return matrix / factorial(count)


def _interval(ends: FloatArray) -> Interval:
    low, high = ends
    return float(low), float(high)
