"""The evidence score, recalibrated: two numbers are learnt, and both are held near what needs no learning.

    logit P = logit(referred prior) + shift + slope · log likelihood ratio

`shift` is what the cohort's case mix adds to that of the published studies, `slope` how far their evidence is to be
believed. The penalty is a normal distribution about (0, 1): the fit is the mode, the interval its curvature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from pnst.classification.metrics.logistic import fit_logistic
from pnst.evidence.question import MALIGNANT
from pnst.typing import BoolArray, FloatArray

_REFERRED = float(logit(MALIGNANT.prior))


@dataclass(frozen=True, eq=False)
class Recalibration:
    """Slope and shift, and their covariance (2, 2) in this order."""

    slope: float
    shift: float
    covariance: FloatArray

    @property
    def line(self) -> tuple[float, float]:
        """Slope and intercept that turn the evidence model's log-odds into the cohort's."""
        return self.slope, self.shift + _REFERRED * (1 - self.slope)

    def lines(self) -> tuple[tuple[float, float], ...]:
        """Four lines about this one, whose covariance is the one of the fit: so is the SD of any lesion's log-odds."""
        steps = np.sqrt(1.5) * np.linalg.cholesky(self.covariance).T
        moved = [(self.slope + sign * step[0], self.shift + sign * step[1]) for step in steps for sign in (1, -1)]
        return tuple(Recalibration(*one, self.covariance).line for one in moved)


def recalibrate(log_odds: FloatArray, malignant: BoolArray, slope_sd: float, shift_sd: float) -> Recalibration:
    """Fit slope and shift to the evidence model's log-odds (n,) at the referred prior.

    A slope below 0 would turn the ranking round: then the score says nothing of this cohort, and the slope is 0.

    Where the score never speaks the slope stays 1, and its SD what it was before:

    >>> fit = recalibrate(np.full(4, _REFERRED), np.array([True, False, False, False]), 0.5, 1.0)
    >>> fit.slope, round(float(fit.covariance[0, 0]), 3)
    (1.0, 0.25)
    """
    design = np.column_stack([log_odds - _REFERRED, np.ones(len(log_odds))])
    ridge = np.array([slope_sd, shift_sd]) ** -2.0
    target = malignant.astype(float)
    fit = fit_logistic(design, target, offset=log_odds, ridge=ridge)
    more, shift = map(float, fit.coefficients)
    if more <= -1:
        given = np.full(len(log_odds), _REFERRED)
        more, shift = -1.0, float(fit_logistic(design[:, 1:], target, offset=given, ridge=ridge[1:]).coefficients[0])
    return Recalibration(1 + more, shift, fit.covariance)
