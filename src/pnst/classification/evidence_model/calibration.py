"""δ, the class difference in severity, and the AUC of the conventional features that each δ gives.

The mean over draws of the AUC of diameter + ill-defined margin + oedema + split fat, all as a reader gives them and
with NF1 unknown, rises with δ. The curve takes half a minute to compute, so it is kept in `data/calibration.csv`;
`benchmarks/evidence_model.py calibrate` writes it anew and a test recomputes a point. A drawn AUC is a drawn δ.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

import numpy as np

from pnst.classification.evidence_model.likelihood import MAX_DIFFUSION_LOG_RATIO, Likelihood
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters, SignParameters
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray, IntArray

CALIBRATED_ON = ("longest_diameter", "margin_ill_defined", "edema_present", "split_fat_absent")
CURVE_DELTAS = tuple(np.round(np.arange(0.6, 4.01, 0.2), 1).tolist())
CURVE_DRAWS, CURVE_SEED = 512, 1
UNKNOWN = np.array([np.nan])
"""NF1."""
SAME_SCORE = 1e-9
"""Log-odds that differ by less are one score: a processor's rounding must not put one before the other."""
_LOG_DIAMETER_CM = np.linspace(np.log(0.3), np.log(80.0), 61)
_DIFFUSION_STEPS = np.linspace(-6.0, 6.0, 49)


@dataclass(frozen=True)
class Outcomes:
    """Of each pair and draw: probabilities of the same outcomes in malignant and benign lesions, and their ratio."""

    malignant: FloatArray
    """(entities, draws, outcomes)"""
    benign: FloatArray
    log_ratio: FloatArray
    """The pair's own, (entities, draws, outcomes): of the value as it counts, which a bound may hold back."""


@cache
def curve() -> tuple[FloatArray, FloatArray]:
    """δ and the mean AUC, both rising."""
    text = files("pnst.classification.evidence_model").joinpath("data", "calibration.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), strict=True))
    return np.array([float(row["delta"]) for row in rows]), np.array([float(row["auc"]) for row in rows])


def delta_of(auc: FloatArray) -> FloatArray:
    """δ (draws,) at which the conventional features have these AUCs."""
    delta, area = curve()
    return np.interp(auc, area, delta)


def curve_auc(parameters: Parameters, delta: float) -> float:
    """The mean over draws of the AUC of `CALIBRATED_ON` at one δ."""
    likelihood = Likelihood(parameters, np.full(parameters.draws, delta))
    return float(ordered_auc(likelihood, severity_outcomes(likelihood, CALIBRATED_ON)).mean())


def severity_outcomes(likelihood: Likelihood, predictors: tuple[str, ...]) -> Outcomes:
    """Every outcome of these conventional predictors: levels of signs, by a reader, and a grid of diameters."""
    known = likelihood.parameters.predictors
    values = [name for name in predictors if isinstance(known[name], LogNormalParameters)]
    signs = [name for name in predictors if name not in values]
    levels = [np.eye(_levels(known[name])) for name in signs]
    rows = list(product(*[_LOG_DIAMETER_CM] * len(values), *levels))
    observed = ObservedData(
        signs={name: np.array([row[len(values) + i] for row in rows]) for i, name in enumerate(signs)},
        by_reader={name: np.ones(len(rows), dtype=bool) for name in signs},
        logs={name: np.array([row[i] for row in rows]) for i, name in enumerate(values)},
        count=len(rows),
        nf1=np.full(len(rows), np.nan),
    )
    free = likelihood.class_likelihoods(observed, bounded=False)
    counted = likelihood.class_likelihoods(observed)
    malignant, benign = np.moveaxis(free / free.sum(axis=1, keepdims=True), -1, 0).transpose(0, 1, 3, 2)
    return Outcomes(malignant, benign, np.log(counted[..., 0] / counted[..., 1]).transpose(0, 2, 1))


def with_diffusion(likelihood: Likelihood, outcomes: Outcomes, predictor: str) -> Outcomes:
    """The same beside a grid of log ADC, which is independent given the class."""
    p = likelihood.parameters.predictors[predictor]
    if not isinstance(p, LogNormalParameters):
        raise TypeError(f"{predictor} is not a lognormal predictor")
    parts = []
    for index, entity in enumerate(ENTITIES):
        half = (p.step(entity) / (2 * p.sd))[:, None]
        steps = _DIFFUSION_STEPS * (1 + half / 6)
        sides = [np.exp(-((steps - side * half) ** 2) / 2) for side in (1, -1)]
        densities = [side / side.sum(axis=1, keepdims=True) for side in sides]
        ratio = np.clip(2 * steps * half, -MAX_DIFFUSION_LOG_RATIO, MAX_DIFFUSION_LOG_RATIO)
        parts.append(
            (
                _outer(outcomes.malignant[index], densities[0], np.multiply),
                _outer(outcomes.benign[index], densities[1], np.multiply),
                _outer(outcomes.log_ratio[index], ratio, np.add),
            )
        )
    return Outcomes(*(np.stack(part) for part in zip(*parts, strict=True)))


def ordered_auc(likelihood: Likelihood, outcomes: Outcomes) -> FloatArray:
    """AUC (draws,) of the mixture's likelihood ratio as score over benign lesions of both entities; ties count half."""
    return sum(share * auc(m, b) for share, m, b in ordered(likelihood, outcomes))  # type: ignore[return-value]


def ordered(likelihood: Likelihood, outcomes: Outcomes) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
    """Of each entity its share (draws,) and both classes' outcomes (draws, outcomes), in the order of the score.

    Outcomes of one score are taken together in the first of their places. Scores that only rounding tells apart are
    one: most outcomes share theirs, as a diameter beyond what was seen says no more than the last one that was.
    """
    scores = likelihood.mixed(outcomes.log_ratio.transpose(0, 2, 1), UNKNOWN).T
    order = np.argsort(scores, axis=1, kind="stable")
    steps = np.diff(np.take_along_axis(scores, order, axis=1), axis=1, prepend=-np.inf)
    first = np.flatnonzero(steps > SAME_SCORE)  # a row's first is one, too: no group reaches into the next draw
    for index, entity in enumerate(ENTITIES):
        share = likelihood.parameters.entity_share(entity, UNKNOWN)[0]
        malignant, benign = (
            _together(np.take_along_axis(part[index], order, axis=1), first)
            for part in (outcomes.malignant, outcomes.benign)
        )
        yield share, malignant, benign


def _together(parts: FloatArray, first: IntArray) -> FloatArray:
    """(draws, outcomes): the sum from each of the places `first` (of the flat array) to the next one, 0 elsewhere."""
    sums = np.zeros(parts.size)
    sums[first] = np.add.reduceat(parts.ravel(), first)
    return sums.reshape(parts.shape)


def auc(malignant: FloatArray, benign: FloatArray) -> FloatArray:
    """AUC (draws,) of outcomes (draws, outcomes) in the order of their score.

    A sign in half of the malignant and in no benign lesion: half the pairs are in order, half are ties.

    >>> auc(np.array([[0.5, 0.5]]), np.array([[0.9999, 0.0001]])).round(3).tolist()
    [0.75]
    """
    area: FloatArray = (malignant * (np.cumsum(benign, axis=1) - benign / 2)).sum(axis=1)
    return area


def _levels(p: SignParameters | LogNormalParameters) -> int:
    assert isinstance(p, SignParameters)  # noqa: S101  # the caller told signs from values
    return p.levels


def _outer(first: FloatArray, second: FloatArray, combine: np.ufunc) -> FloatArray:
    """(draws, a · b) from (draws, a) and (draws, b)."""
    joined: FloatArray = combine(first[:, :, None], second[:, None, :])
    return joined.reshape(len(first), -1)
