"""Calibration: slope, intercept, the curve in bins, and the Brier score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from pnst.classification.metrics.logistic import fit_logistic
from pnst.classification.metrics.proportions import Proportion
from pnst.classification.metrics.roc import Z975
from pnst.typing import BoolArray, FloatArray

PROBABILITY_TOLERANCE = 1e-9
"""Probabilities nearer to 0 or 1 are taken as this near: their logit would be infinite."""
MAX_BINS, MIN_IN_BIN = 10, 10


@dataclass(frozen=True)
class Bin:
    """Lesions with similar probabilities: their mean probability and how many were malignant."""

    mean_probability: float
    malignant: Proportion


@dataclass(frozen=True)
class Reliability:
    """How probabilities agree with frequencies."""

    brier: float
    brier_of_prevalence: float
    """The Brier score of giving every lesion the table's own share of malignant ones."""
    slope: float | None
    """Of the outcome's log-odds on the logit of the probability; ideal 1, below 1 too extreme. None: separated."""
    slope_interval: tuple[float, float] | None
    intercept: float | None
    """Calibration in the large: the log-odds to add to all probabilities, at slope 1; ideal 0."""
    intercept_interval: tuple[float, float] | None
    line: tuple[float, float] | None
    """Slope and intercept of the recalibration line, fitted together."""
    bins: tuple[Bin, ...]


def reliability(probability: FloatArray, malignant: BoolArray) -> Reliability:
    """Calibration of probabilities (n,) against the diagnosis (n,); intervals are Wald's, at 95 %.

    Errors of 0.1, 0.2 and 0.3: a Brier score of (0.01 + 0.04 + 0.09) ÷ 3.

    >>> calibrated = reliability(np.array([0.9, 0.2, 0.7]), np.array([True, False, True]))
    >>> round(calibrated.brier, 4), round(calibrated.brier_of_prevalence, 4)
    (0.0467, 0.2222)
    """
    log_odds = logit(np.clip(probability, PROBABILITY_TOLERANCE, 1 - PROBABILITY_TOLERANCE))
    target, ones = malignant.astype(float), np.ones((len(probability), 1))
    slope = fit_logistic(np.column_stack([log_odds, ones]), target) if np.ptp(log_odds) > 0 else None
    shift = fit_logistic(ones, target, offset=log_odds)
    prevalence = target.mean()
    slope_estimate, intercept_estimate = (
        _wald(fit.coefficients, fit.covariance, fit.converged) if fit else None for fit in (slope, shift)
    )
    return Reliability(
        brier=float(np.mean((probability - target) ** 2)),
        brier_of_prevalence=float(prevalence * (1 - prevalence)),
        slope=slope_estimate[0] if slope_estimate else None,
        slope_interval=slope_estimate[1] if slope_estimate else None,
        intercept=intercept_estimate[0] if intercept_estimate else None,
        intercept_interval=intercept_estimate[1] if intercept_estimate else None,
        line=(float(slope.coefficients[0]), float(slope.coefficients[1])) if slope and slope.converged else None,
        bins=calibration_bins(probability, malignant),
    )


def calibration_bins(probability: FloatArray, malignant: BoolArray) -> tuple[Bin, ...]:
    """Lesions in order of probability in up to ten bins of equal size, at least ten lesions each.

    >>> bins = calibration_bins(np.repeat([0.2, 0.6], 10), np.arange(20) > 12)
    >>> [(round(one.mean_probability, 3), one.malignant.count, one.malignant.total) for one in bins]
    [(0.2, 0, 10), (0.6, 7, 10)]
    """
    number = int(np.clip(len(probability) // MIN_IN_BIN, 1, MAX_BINS))
    order = np.argsort(probability, kind="stable")
    return tuple(
        Bin(float(probability[rows].mean()), Proportion.of(int(malignant[rows].sum()), len(rows)))
        for rows in np.array_split(order, number)
    )


def _wald(
    coefficients: FloatArray, covariance: FloatArray, converged: bool
) -> tuple[float, tuple[float, float]] | None:
    """The first coefficient and its 95 % interval."""
    if not converged:
        return None
    value, half = float(coefficients[0]), float(Z975 * np.sqrt(covariance[0, 0]))
    return value, (value - half, value + half)
