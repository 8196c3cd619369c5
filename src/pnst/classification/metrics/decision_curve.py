"""Net benefit over threshold probabilities (Vickers and Elkin 2006)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.typing import BoolArray, FloatArray

TREAT_ALL, TREAT_NONE = "treat all", "treat none"


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit (t,) of each strategy at each threshold probability (t,)."""

    thresholds: FloatArray
    net_benefit: Mapping[str, FloatArray]


def net_benefit(called: BoolArray, malignant: BoolArray, thresholds: FloatArray) -> FloatArray:
    """True positives less false positives weighed with the threshold's odds, a lesion; `called` is (t, n) or (n,).

    Ten lesions, three true and two false positives, at a threshold of 0.2: 0.3 − 0.2 · 0.25.

    >>> called, malignant = np.arange(10) < 5, np.isin(np.arange(10), [0, 1, 2, 8])
    >>> round(float(net_benefit(called, malignant, np.array(0.2))), 6)
    0.25
    """
    true = (called & malignant).mean(axis=-1)
    false = (called & ~malignant).mean(axis=-1)
    benefit: FloatArray = true - false * thresholds / (1 - thresholds)
    return benefit


def decision_curve(
    probabilities: Mapping[str, FloatArray],
    calls: Mapping[str, BoolArray],
    malignant: BoolArray,
    thresholds: FloatArray,
) -> DecisionCurve:
    """Models are called malignant at or above the threshold; rules' calls (n,) do not depend on it.

    Treating all of four lesions, two of them malignant, at even odds gains as much as it costs:

    >>> malignant = np.array([True, True, False, False])
    >>> curve = decision_curve({"model": np.array([0.9, 0.4, 0.3, 0.1])}, {}, malignant, np.array([0.5]))
    >>> {name: float(benefit[0]) for name, benefit in curve.net_benefit.items()}
    {'model': 0.25, 'treat all': 0.0, 'treat none': 0.0}
    """
    everyone = np.ones(len(malignant), dtype=bool)
    curves = {name: net_benefit(p >= thresholds[:, None], malignant, thresholds) for name, p in probabilities.items()}
    curves |= {name: net_benefit(called, malignant, thresholds) for name, called in calls.items()}
    curves[TREAT_ALL] = net_benefit(everyone, malignant, thresholds)
    curves[TREAT_NONE] = net_benefit(~everyone, malignant, thresholds)
    return DecisionCurve(thresholds, curves)
