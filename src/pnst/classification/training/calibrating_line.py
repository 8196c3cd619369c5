"""The line that turns held-out scores into log-odds."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from pnst.typing import BoolArray, FloatArray


def calibrating_line(scores: FloatArray, malignant: BoolArray) -> tuple[float, float]:
    """Slope and intercept that turn scores (n,) into log-odds: logistic regression with Firth's penalty (1993).

    The penalty takes away the bias of the likelihood to the first order and keeps the line finite where the scores
    separate the classes. Platt's smoothed targets do the latter alone, at the price of answers that lean to the middle.
    A slope below 0 would turn the ranking round: then the scores say nothing, and the slope is 0.

    Eight malignant lesions at a score of 1 and ten benign ones at 0; the penalty adds half a lesion to each cell:

    >>> malignant = np.arange(18) < 8
    >>> slope, intercept = calibrating_line(malignant.astype(float), malignant)
    >>> [round(float(1 / (1 + np.exp(-log_odds))), 4) for log_odds in (slope + intercept, intercept)]
    [0.9444, 0.0455]
    """
    positive, negative = int(malignant.sum()), int((~malignant).sum())
    share = float(np.log((positive + 0.5) / (negative + 0.5)))
    spread, middle = float(scores.std()), float(scores.mean())
    if np.ptp(scores) == 0:
        return 0.0, share
    design = np.column_stack([(scores - middle) / spread, np.ones(len(scores))])
    slope, level = minimize(_loss, np.array([0.0, share]), (design, malignant.astype(float)), jac=True, tol=1e-8).x
    if slope <= 0:
        return 0.0, share
    return float(slope / spread), float(level - slope * middle / spread)


def _loss(beta: FloatArray, design: FloatArray, target: FloatArray) -> tuple[float, FloatArray]:
    """Minus Firth's penalised log likelihood, and its gradient."""
    linear = design @ beta
    p = expit(linear)
    weights = np.maximum(p * (1 - p), 1e-12)  # keeps the information regular where all are at 0 or 1
    information = (design * weights[:, None]).T @ design
    leverage = weights * np.einsum("ij,jk,ik->i", design, np.linalg.inv(information), design)
    loss = np.sum(np.logaddexp(0.0, linear) - target * linear) - np.linalg.slogdet(information)[1] / 2
    return float(loss), -(design.T @ (target - p + leverage * (0.5 - p)))
