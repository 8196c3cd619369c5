"""Net benefit over threshold probabilities (Vickers and Elkin 2006)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TREAT_ALL, TREAT_NONE = "treat all", "treat none"


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit (t,) of each strategy at each threshold probability (t,)."""

    thresholds: Floats
    net_benefit: Mapping[str, Floats]


def net_benefit(called: Bools, malignant: Bools, thresholds: Floats) -> Floats:
    """True positives less false positives weighed with the threshold's odds, a lesion; `called` is (t, n) or (n,)."""
    true = (called & malignant).mean(axis=-1)
    false = (called & ~malignant).mean(axis=-1)
    benefit: Floats = true - false * thresholds / (1 - thresholds)
    return benefit


def decision_curve(
    probabilities: Mapping[str, Floats], calls: Mapping[str, Bools], malignant: Bools, thresholds: Floats
) -> DecisionCurve:
    """Models are called malignant at or above the threshold; rules' calls (n,) do not depend on it."""
    everyone = np.ones(len(malignant), dtype=bool)
    curves = {name: net_benefit(p >= thresholds[:, None], malignant, thresholds) for name, p in probabilities.items()}
    curves |= {name: net_benefit(called, malignant, thresholds) for name, called in calls.items()}
    curves[TREAT_ALL] = net_benefit(everyone, malignant, thresholds)
    curves[TREAT_NONE] = net_benefit(~everyone, malignant, thresholds)
    return DecisionCurve(thresholds, curves)
