"""How likely each level of a sign is at a severity, and how likely it is to be told so by a measurement."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from pnst.classification.evidence_model.parameters import SignParameters
from pnst.evidence.published import Entity
from pnst.typing import FloatArray

MAX_LOADING = 0.95


def sign_curve(malignant: FloatArray, benign: FloatArray, delta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Intercept a and slope b (draws,) of P(present | s) = Φ(a + b·s) that meet both class frequencies.

    With d = Φ⁻¹(p_M) − Φ⁻¹(p_B) the loading is λ = d/δ, within 0 and 0.95 (beyond, the probit difference is cut about
    the same middle; a draw in the wrong direction means no effect); b = λ/√(1−λ²), a = middle·√(1+b²).
    """
    upper, lower = ndtri(malignant), ndtri(benign)
    loading = np.clip((upper - lower) / delta, 0.0, MAX_LOADING)
    slope = loading / np.sqrt(1 - loading**2)
    return (upper + lower) / 2 * np.sqrt(1 + slope**2), slope


def true_levels(p: SignParameters, entity: Entity, delta: FloatArray, nodes: FloatArray) -> FloatArray:
    """P(level | s), (levels, draws, nodes), which sum to 1.

    An ordinal sign has one loading, that of its lowest step; the next step has its own middle.
    """
    intercept, slope = sign_curve(p.malignant, p.benign[entity], delta)
    argument = intercept[:, None] + slope[:, None] * nodes
    if p.large_malignant is None or p.large_benign is None:
        return np.stack([ndtr(-argument), ndtr(argument)])
    upper, lower = ndtri(p.malignant * p.large_malignant), ndtri(p.benign[entity] * np.maximum(p.large_benign, 1e-9))
    large = ndtr(((upper + lower) / 2 * np.sqrt(1 + slope**2))[:, None] + slope[:, None] * nodes)
    return np.stack([ndtr(-argument), ndtr(argument) - large, large])


def observed_levels(p: SignParameters, entity: Entity, delta: FloatArray, nodes: FloatArray) -> FloatArray:
    """P(observed level | s), (2 · levels, draws, nodes): as it is measured, then as a reader says it.

    A measured sign is not a reader's: it is right with the drawn sensitivity and specificity. A level is mistaken for
    its neighbour alone (none → visible; visible → none; large → visible): two independent mistakes would break the law
    that more of a sign never speaks for benign.
    """
    true = true_levels(p, entity, delta, nodes)
    measured = true
    if p.sensitivity is not None and p.specificity is not None:
        se, sp = p.sensitivity[:, None], p.specificity[:, None]
        measured = np.empty_like(true)
        measured[0] = sp * true[0] + (1 - se) * true[1]
        measured[1] = (1 - sp) * true[0] + se * true[1]
        if len(true) > 2:
            measured[1] += (1 - se) * true[2]
            measured[2] = se * true[2]
    return np.concatenate([measured, true])
