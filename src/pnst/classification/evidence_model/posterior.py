"""Bayes' rule over draws: from log likelihood ratios to a probability, its interval and its log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import expit, logit

from pnst.typing import FloatArray

LEVELS = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Posterior:
    """What n lesions' log likelihood ratios say."""

    probability: FloatArray
    """(n,), the mean over draws."""
    interval: FloatArray
    """(n, 2), 95 %."""
    odds_factor: FloatArray
    """(n,), the geometric mean over draws of the likelihood ratio: what the prior's odds are multiplied by. The
    probability is a mean over draws too, so that the two need not agree exactly."""
    odds_factor_interval: FloatArray
    """(n, 2), 95 %."""

    @classmethod
    def of(cls, log_ratio: FloatArray, prior: float) -> Posterior:
        """From log likelihood ratios (n, draws) at a prior."""
        ends = np.quantile(log_ratio, LEVELS, axis=1).T
        return cls(
            probability=probability(log_ratio, prior),
            interval=expit(logit(prior) + ends),
            odds_factor=np.exp(log_ratio.mean(axis=1)),
            odds_factor_interval=np.exp(ends),
        )

    @classmethod
    def joined(cls, parts: Sequence[Posterior]) -> Posterior:
        """Of several batches of lesions, one after another."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})


def probability(log_ratio: FloatArray, prior: float) -> FloatArray:
    """Mean over draws (n,) of the probability, from log likelihood ratios (n, draws).

    Odds of 1/4 times a likelihood ratio of 8 are 2:

    >>> probability(np.log([[8.0]]), 0.2).round(4).tolist()
    [0.6667]
    """
    mean: FloatArray = expit(logit(prior) + log_ratio).mean(axis=1)
    return mean


def mean_log_odds(log_ratio: FloatArray, prior: float) -> FloatArray:
    """Logit (n,) of the mean probability, exact also where that is within rounding of 0 or 1.

    At even odds likelihood ratios of 1 and 3 are probabilities of 1/2 and 3/4, in the mean 5/8: odds of 5/3.

    >>> float(np.exp(mean_log_odds(np.log([[1.0, 3.0]]), 0.5))[0].round(4))
    1.6667
    """
    log_odds = logit(prior) + log_ratio
    odds: FloatArray = np.log(expit(log_odds).mean(axis=1)) - np.log(expit(-log_odds).mean(axis=1))
    return odds
