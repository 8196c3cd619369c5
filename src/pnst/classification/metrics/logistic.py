"""Logistic regression by Newton's method, with an offset, soft targets, a ridge penalty and Wald intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from pnst.typing import FloatArray

_MAX_ITERATIONS = 100
_TOLERANCE = 1e-9  # largest change of a coefficient at which Newton's method has converged
_DIVERGED = 40.0
"""A linear predictor beyond this in size: the classes are separated, and the likelihood has no maximum."""


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """Coefficients (p,) and their covariance (p, p); `converged` is false where the classes are separated."""

    coefficients: FloatArray
    covariance: FloatArray
    converged: bool


def fit_logistic(
    design: FloatArray, target: FloatArray, offset: FloatArray | None = None, ridge: FloatArray | float = 0.0
) -> LogisticFit:
    """Maximise the (penalised) likelihood of P(target) = 1 ÷ (1 + exp(−offset − design·β)).

    Parameters
    ----------
    design : (n, p)
    target : (n,) in 0–1; a fraction counts as that share of an event
    offset : (n,) log-odds that are taken as given
    ridge : ½·ridge·β² is subtracted from the log likelihood, one value or (p,)

    The constant of three events among four is their log-odds, ln 3:

    >>> fit = fit_logistic(np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]))
    >>> round(float(fit.coefficients[0]), 4), round(float(np.log(3)), 4)
    (1.0986, 1.0986)
    """
    given = np.zeros(len(target)) if offset is None else offset
    penalty = np.broadcast_to(np.asarray(ridge, dtype=float), design.shape[1:])
    beta = np.zeros(design.shape[1])
    linear = given + design @ beta
    loss = _loss(linear, target, penalty, beta)
    for _ in range(_MAX_ITERATIONS):
        probability = expit(linear)
        hessian = _hessian(design, probability, penalty)
        step = np.linalg.solve(hessian, design.T @ (target - probability) - penalty * beta)
        for halving in range(30):  # Newton's full step may overshoot far from the maximum
            moved = beta + step * 0.5**halving
            linear = given + design @ moved
            lower = _loss(linear, target, penalty, moved)
            if lower <= loss + 1e-12:
                break
        beta, loss = moved, lower
        if np.abs(step).max(initial=0.0) < _TOLERANCE:
            covariance = np.linalg.inv(_hessian(design, expit(linear), penalty))
            return LogisticFit(beta, np.asarray(covariance, dtype=np.float64), True)
        if np.abs(linear - given).max() > _DIVERGED and not penalty.any():
            break
    return LogisticFit(beta, np.full((len(beta), len(beta)), np.nan), False)


def _loss(linear: FloatArray, target: FloatArray, penalty: FloatArray, beta: FloatArray) -> float:
    return float(np.sum(np.logaddexp(0.0, linear) - target * linear) + 0.5 * np.sum(penalty * beta**2))


def _hessian(design: FloatArray, probability: FloatArray, penalty: FloatArray) -> FloatArray:
    # The floor keeps the matrix regular where all probabilities are at 0 or 1.
    weights = np.maximum(probability * (1 - probability), 1e-12)
    hessian: FloatArray = (design * weights[:, None]).T @ design + np.diag(penalty)
    return hessian
