"""Bayes' rule over draws: from log likelihood ratios to a probability, its interval and its log-odds."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from pnst.typing import FloatArray


def probability(log_ratio: FloatArray, prior: float) -> FloatArray:
    """Mean over draws (n,) of the probability of malignancy, from log likelihood ratios (n, draws)."""
    mean: FloatArray = expit(logit(prior) + log_ratio).mean(axis=1)
    return mean


def credible_interval(log_ratio: FloatArray, prior: float) -> FloatArray:
    """2.5 and 97.5 % of the probability over the draws, (n, 2)."""
    ends: FloatArray = expit(logit(prior) + np.quantile(log_ratio, [0.025, 0.975], axis=1)).T
    return ends


def mean_log_odds(log_ratio: FloatArray, prior: float) -> FloatArray:
    """Logit (n,) of the mean probability, exact also where that is within rounding of 0 or 1."""
    log_odds = logit(prior) + log_ratio
    odds: FloatArray = np.log(expit(log_odds).mean(axis=1)) - np.log(expit(-log_odds).mean(axis=1))
    return odds
