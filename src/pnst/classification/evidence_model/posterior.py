"""Bayes' rule over draws: from log likelihood ratios to a probability, its interval and its log-odds."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from pnst.typing import FloatArray


def probability(log_ratio: FloatArray, prior: float) -> FloatArray:
    """Mean over draws (n,) of the probability of malignancy, from log likelihood ratios (n, draws).

    Odds of 1/4 times a likelihood ratio of 8 are 2:

    >>> probability(np.log([[8.0]]), 0.2).round(4).tolist()
    [0.6667]
    """
    mean: FloatArray = expit(logit(prior) + log_ratio).mean(axis=1)
    return mean


def credible_interval(log_ratio: FloatArray, prior: float) -> FloatArray:
    """2.5 and 97.5 % of the probability over the draws, (n, 2).

    >>> credible_interval(np.log([[8.0, 8.0]]), 0.2).round(4).tolist()
    [[0.6667, 0.6667]]
    """
    ends: FloatArray = expit(logit(prior) + np.quantile(log_ratio, [0.025, 0.975], axis=1)).T
    return ends


def mean_log_odds(log_ratio: FloatArray, prior: float) -> FloatArray:
    """Logit (n,) of the mean probability, exact also where that is within rounding of 0 or 1.

    At even odds likelihood ratios of 1 and 3 are probabilities of 1/2 and 3/4, in the mean 5/8: odds of 5/3.

    >>> float(np.exp(mean_log_odds(np.log([[1.0, 3.0]]), 0.5))[0].round(4))
    1.6667
    """
    log_odds = logit(prior) + log_ratio
    odds: FloatArray = np.log(expit(log_odds).mean(axis=1)) - np.log(expit(-log_odds).mean(axis=1))
    return odds
