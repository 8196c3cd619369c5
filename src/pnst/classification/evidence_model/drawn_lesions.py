"""Lesions as the evidence model expects them in a new study: what each would truly show, drawn with its class known.

The model read the other way round: not from signs to a class, but from a class to signs. It serves to make simulated
patients; they are as right as the model is, and can never be evidence for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pnst.classification.evidence_model.calibration import UNKNOWN
from pnst.classification.evidence_model.likelihood import AXES, Likelihood
from pnst.classification.evidence_model.parameters import LogNormalParameters, SignParameters
from pnst.classification.evidence_model.sign_curves import MAX_LOADING, true_levels
from pnst.evidence.published import Entity, predictors
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray, IntArray

UNIT_FACTORS = MappingProxyType({p.name: p.unit_factor for p in predictors()})


@dataclass(frozen=True)
class DrawnLesion:
    """One lesion of a known class."""

    malignant: bool
    entity: Entity | None
    """What a benign lesion is; None of a malignant one."""
    levels: Mapping[str, int]
    """Sign → its true level, 0: absent."""
    values: Mapping[str, float]
    """Continuous predictor → its true value, in the unit of its column."""


def draw_lesions(likelihood: Likelihood, malignant: int, benign: int, seed: int) -> list[DrawnLesion]:
    """So many malignant lesions, then so many benign ones, each from a draw of the parameters of its own.

    A lesion has a severity, on which its signs and its size depend, and a diffusion that does not; a malignant one
    stands against the entity that its draw of the mixture names. NF1 is unknown.
    """
    rng, count = np.random.default_rng(seed), malignant + benign
    is_malignant = np.arange(count) < malignant
    draws = rng.integers(likelihood.draws, size=count)
    parameters, delta = likelihood.parameters.part(draws), likelihood.delta[draws]
    first = rng.uniform(size=count) < parameters.entity_share(ENTITIES[0], UNKNOWN)[0]
    side = np.where(is_malignant, 0.5, -0.5)
    severity = rng.normal(size=count) + side * delta
    levels, values = {}, {}
    for name, p in parameters.predictors.items():
        if isinstance(p, SignParameters):
            chance = rng.uniform(size=count)
            levels[name] = np.where(first, *(_levels(p, entity, delta, severity, chance) for entity in ENTITIES))
            continue
        noise = rng.normal(size=count)
        of = _diffusion_logs if AXES[name] == "diffusion" else _size_logs
        at = side if AXES[name] == "diffusion" else severity
        logs = np.where(first, *(of(p, entity, delta, at, noise) for entity in ENTITIES))
        values[name] = np.exp(logs) / UNIT_FACTORS[name]
    return [
        DrawnLesion(
            malignant=bool(is_malignant[row]),
            entity=None if is_malignant[row] else ENTITIES[0 if first[row] else 1],
            levels={name: int(of_sign[row]) for name, of_sign in levels.items()},
            values={name: float(of_value[row]) for name, of_value in values.items()},
        )
        for row in range(count)
    ]


def _levels(p: SignParameters, entity: Entity, delta: FloatArray, severity: FloatArray, chance: FloatArray) -> IntArray:
    """The level (n,) that each lesion's chance, even in 0–1, picks at its severity."""
    reached = np.cumsum(true_levels(p, entity, delta, severity[:, None])[..., 0], axis=0)
    return np.asarray((chance > reached[:-1]).sum(axis=0))


def _size_logs(
    p: LogNormalParameters, entity: Entity, delta: FloatArray, severity: FloatArray, noise: FloatArray
) -> FloatArray:
    """Log of the value (n,): given s normal about λ·s, with the variance 1 − λ², in units of the log-SD."""
    loading = np.minimum(p.step(entity) / p.sd / delta, MAX_LOADING)
    z = loading * severity + np.sqrt(1 - loading**2) * noise
    return np.asarray(p.middle(entity) + p.sign * p.sd * z)


def _diffusion_logs(
    p: LogNormalParameters, entity: Entity, delta: FloatArray, side: FloatArray, noise: FloatArray
) -> FloatArray:
    """Log of the value (n,): normal about the median of the lesion's class."""
    return np.asarray(p.middle(entity) + p.sign * p.step(entity) * side + p.sd * noise)
