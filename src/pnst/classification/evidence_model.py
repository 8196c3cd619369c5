"""The default classifier: published figures, their uncertainty, and Bayes' rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import expit, logit

from pnst.classification.calibration import calibration
from pnst.classification.likelihood import Likelihood, Observed
from pnst.classification.parameters import draw_parameters
from pnst.typing import FloatArray

_LESIONS_AT_ONCE = 5_000


@dataclass(frozen=True, eq=False)
class EvidenceModel:
    """The likelihood at the calibrated δ over a fixed set of draws."""

    likelihood: Likelihood
    name: str

    def log_ratio(self, observed: Observed) -> FloatArray:
        """Log likelihood ratio, malignant to benign, (n, draws)."""
        return self.likelihood.log_ratio(observed)

    def answers(self, observed: Observed, prior: float) -> tuple[FloatArray, FloatArray]:
        """Probability (n,) and its 95 % credible interval (n, 2); any number of lesions in little memory."""
        chance, interval = np.empty(observed.count), np.empty((observed.count, 2))
        for start in range(0, observed.count, _LESIONS_AT_ONCE):
            rows = slice(start, start + _LESIONS_AT_ONCE)
            log_ratio = self.log_ratio(observed.rows(rows.start, rows.stop))
            chance[rows], interval[rows] = probability(log_ratio, prior), credible_interval(log_ratio, prior)
        return chance, interval


@lru_cache(maxsize=4)
def evidence_model(draws: int, seed: int) -> EvidenceModel:
    """The model with this many draws from this seed."""
    delta = calibration().delta
    likelihood = Likelihood(draw_parameters(draws, seed), delta)
    return EvidenceModel(likelihood, f"evidence model, δ = {delta:.3f}, {draws} draws, seed {seed}")


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
