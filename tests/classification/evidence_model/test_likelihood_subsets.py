"""Dropping any subset of predictors equals integrating over them. Witness: simulation by the generative model."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from classification.random_lesions import one_draw
from pnst.classification.evidence_model.likelihood import AXES, Likelihood, ObservedData, sign_curve
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.parameters import SignParameters

PRIOR, DRAWS, LESIONS = 0.3, range(0, 400, 16), 3000
GRID = np.linspace(-9, 9, 3001)
DIFFUSION = "adc_mean"


@pytest.fixture(scope="module")
def likelihood():
    return evidence_model(400, 1).likelihood


@pytest.mark.parametrize("seed", range(10))
def test_a_random_subset_is_dropped(likelihood, seed):
    """The mean of P(M | given, simulated rest) over the rest, given the given, is P(M | given), within 0.005.

    Which predictors are given, which are simulated and which are neither is drawn at random.
    """
    rng = np.random.default_rng(seed)
    names = [name for name in likelihood.parameters if AXES[name] == "severity"] + [DIFFUSION]
    roles = dict(zip(names, rng.integers(0, 3, len(names)), strict=True))
    given = {name: _value(likelihood, name, rng) for name, role in roles.items() if role == 0}
    rest = [name for name, role in roles.items() if role == 1]
    dropped, integrated = [], []
    for draw in DRAWS:
        one = Likelihood({name: one_draw(p, draw) for name, p in likelihood.parameters.items()}, likelihood.delta)
        probability = _probability(one, {name: np.array([x]) for name, x in given.items()}, 1)[0]
        simulated = _simulated(one, given, rest, probability, rng)
        known = {name: np.full(LESIONS, x) for name, x in given.items()}
        dropped.append(probability)
        integrated.append(_probability(one, {**known, **simulated}, LESIONS).mean())
    assert rest
    assert np.mean(integrated) == pytest.approx(np.mean(dropped), abs=0.005)


def _probability(one, values, count):
    signs = {name: x for name, x in values.items() if isinstance(one.parameters[name], SignParameters)}
    logs = {name: x for name, x in values.items() if name not in signs}
    return expit(logit(PRIOR) + one.log_ratio(ObservedData(signs, logs, count)))[:, 0]


def _value(likelihood, name, rng):
    """A finding as it may be seen: a sign's weight, or a log."""
    p = likelihood.parameters[name]
    if isinstance(p, SignParameters):
        return float(rng.choice([0.0, 0.4, 1.0]))
    return float(rng.normal((p.malignant.mean() + p.benign.mean()) / 2, p.sd.mean()))


def _density(one, name, x):
    """Likelihood of a conventional finding over the grid of severities, up to a constant."""
    p = one.parameters[name]
    if isinstance(p, SignParameters):
        a, b = (part[0] for part in sign_curve(p, one.delta))
        return x * norm.cdf(a + b * GRID) + (1 - x) * norm.cdf(-a - b * GRID)
    loading = min(abs(p.malignant[0] - p.benign[0]) / p.sd[0] / one.delta, 0.95)
    z = (x - (p.malignant[0] + p.benign[0]) / 2) / p.sd[0] * p.direction
    return norm.pdf(z, loading * GRID, np.sqrt(1 - loading**2))


def _simulated(one, given, rest, probability, rng):
    """Findings of lesions that share what is given: class by its posterior, then severity, then the rest."""
    malignant = rng.random(LESIONS) < probability
    factor = np.prod([_density(one, name, x) for name, x in given.items() if name != DIFFUSION] or [1.0], axis=0)
    severity = np.empty(LESIONS)
    for side, rows in ((1, malignant), (-1, ~malignant)):
        cumulative = np.cumsum(norm.pdf(GRID, side * one.delta / 2) * factor)
        severity[rows] = np.interp(rng.random(rows.sum()), cumulative / cumulative[-1], GRID)
    return {name: _finding(one, name, severity, malignant, rng) for name in rest}


def _finding(one, name, severity, malignant, rng):
    p = one.parameters[name]
    if isinstance(p, SignParameters):
        a, b = (part[0] for part in sign_curve(p, one.delta))
        return (rng.random(LESIONS) < norm.cdf(a + b * severity)).astype(float)
    if name == DIFFUSION:
        return rng.normal(np.where(malignant, p.malignant[0], p.benign[0]), p.sd[0])
    loading = min(abs(p.malignant[0] - p.benign[0]) / p.sd[0] / one.delta, 0.95)
    z = loading * severity + np.sqrt(1 - loading**2) * rng.standard_normal(LESIONS)
    return (p.malignant[0] + p.benign[0]) / 2 + p.sd[0] * p.direction * z
