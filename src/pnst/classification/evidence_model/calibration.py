"""δ, the one free number of the evidence model, and the AUC that it is solved for.

The mean over draws of the AUC of diameter + ill-defined margin + oedema + split fat must be the pooled .89 of
Wilson2021 for the conventional features together. Solving takes seconds, so the result is kept in
`data/calibration.csv`; `benchmarks/evidence_model.py calibrate` writes it anew and a test recomputes it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

import numpy as np

from pnst.classification.evidence_model.likelihood import Likelihood, ObservedData
from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters
from pnst.typing import FloatArray

Outcomes = tuple[FloatArray, FloatArray]
"""Probabilities of the same outcomes in malignant and in benign lesions."""

CALIBRATED_ON = ("longest_diameter", "margin_ill_defined", "edema_present", "split_fat_absent")
POOLED_ROW = "combination of conventional features"
_LOG_DIAMETER_CM = np.linspace(np.log(0.3), np.log(80.0), 81)
_DIFFUSION_STEPS = np.linspace(-6.0, 6.0, 49)


@dataclass(frozen=True)
class Calibration:
    """The stored δ and what it was solved for."""

    delta: float
    target_auc: float
    source: str
    draws: int
    seed: int


@cache
def calibration() -> Calibration:
    """The stored calibration."""
    text = files("pnst.classification.evidence_model").joinpath("data", "calibration.csv").read_text(encoding="utf-8")
    row = next(csv.DictReader(text.splitlines(), strict=True))
    return Calibration(
        delta=float(row["delta"]),
        target_auc=float(row["target_auc"]),
        source=row["source"],
        draws=int(row["draws"]),
        seed=int(row["seed"]),
    )


def solve_delta(parameters: Parameters, target_auc: float) -> float:
    """The δ at which the mean over draws of the AUC of `CALIBRATED_ON` is `target_auc`."""
    from scipy.optimize import brentq  # not needed to assess a lesion

    def surplus(delta: float) -> float:
        return float(severity_auc(Likelihood(parameters, delta), CALIBRATED_ON).mean()) - target_auc

    return float(brentq(surplus, 1.0, 4.0, xtol=1e-4))


def severity_auc(likelihood: Likelihood, predictors: tuple[str, ...]) -> FloatArray:
    """AUC (draws,) of these conventional predictors, each draw's lesions scored with that draw's parameters."""
    return ordered_auc(severity_outcomes(likelihood, predictors))


def auc_with_diffusion(likelihood: Likelihood, predictors: tuple[str, ...], diffusion: str) -> FloatArray:
    """AUC (draws,) of these conventional predictors together with one of the diffusion axis."""
    return ordered_auc(joint_outcomes(likelihood, predictors, diffusion))


def severity_outcomes(likelihood: Likelihood, predictors: tuple[str, ...]) -> Iterator[Outcomes]:
    """Per draw: the probability of every outcome of these predictors in malignant and in benign lesions.

    Signs are present or absent; the diameter runs over a grid finer than a fifth of its log-SD.
    """
    signs = [name for name in predictors if not isinstance(likelihood.parameters[name], LogNormalParameters)]
    values = [name for name in predictors if name not in signs]
    grids = [_LOG_DIAMETER_CM] * len(values) + [np.array([0.0, 1.0])] * len(signs)
    grid = np.array(list(product(*grids))).T
    observed = ObservedData(
        signs=dict(zip(signs, grid[len(values) :], strict=True)),
        logs=dict(zip(values, grid[: len(values)], strict=True)),
        count=grid.shape[1],
    )
    densities = likelihood.class_likelihoods(observed)
    for malignant, benign in (densities / densities.sum(axis=0)).transpose(1, 2, 0):
        yield malignant.copy(), benign.copy()


def diffusion_outcomes(parameters: Parameters, predictor: str) -> Iterator[Outcomes]:
    """Per draw: the probability of log ADC over a grid, in malignant and in benign lesions."""
    p = parameters[predictor]
    if not isinstance(p, LogNormalParameters):
        raise TypeError(f"{predictor} is not a lognormal predictor")
    for half in (p.malignant - p.benign) / (2 * p.sd):
        steps = _DIFFUSION_STEPS * (1 + abs(half) / 6)
        malignant, benign = (np.exp(-((steps - side * half) ** 2) / 2) for side in (1, -1))
        yield malignant / malignant.sum(), benign / benign.sum()


def joint_outcomes(likelihood: Likelihood, predictors: tuple[str, ...], diffusion: str) -> Iterator[Outcomes]:
    """Per draw: the outcomes of both axes, which are independent given the class."""
    conventional = severity_outcomes(likelihood, predictors)
    for ours, adc in zip(conventional, diffusion_outcomes(likelihood.parameters, diffusion), strict=True):
        yield np.outer(ours[0], adc[0]).ravel(), np.outer(ours[1], adc[1]).ravel()


def ordered_auc(draws: Iterable[Outcomes]) -> FloatArray:
    """AUC (draws,) of the likelihood ratio as score; ties count half."""
    return np.array([auc(malignant, benign) for malignant, benign in draws])


def auc(malignant: FloatArray, benign: FloatArray) -> float:
    """AUC of one draw.

    A sign in half of the malignant and in no benign lesion: half the pairs are in order, half are ties.

    >>> round(auc(np.array([0.5, 0.5]), np.array([0.0001, 0.9999])), 3)
    0.75
    """
    order = np.argsort(malignant / benign)
    benign = benign[order]
    return float(malignant[order] @ (np.cumsum(benign) - benign / 2))
