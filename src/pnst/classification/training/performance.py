"""How a model does on the lesions that the outer folds held out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from pnst.classification.metrics.reliability import reliability
from pnst.classification.metrics.roc import bootstrap_areas, delong
from pnst.classification.settings import TrainSettings
from pnst.classification.training.model_card import HeldOutPerformance
from pnst.typing import BoolArray, FloatArray, IntArray


def held_out_performance(
    log_odds: FloatArray,
    malignant: BoolArray,
    groups: IntArray,
    folds: IntArray,
    chosen: Sequence[dict[str, float]],
    settings: TrainSettings,
) -> HeldOutPerformance:
    """Of held-out log-odds (n,): the area within folds (n,), and calibration over all of them together.

    The model of a fold was fitted to the other folds: the more malignant lesions those have, the fewer are left for
    this one, so that pairs of two folds are in the wrong order by design: a model that knows nothing reads below .5.
    """
    compared = delong(log_odds[None], malignant, folds)
    areas = bootstrap_areas(log_odds, malignant, groups, settings.bootstrap, settings.seed, folds)
    low, high = np.quantile(areas, [0.025, 0.975])
    reliable = reliability(expit(log_odds), malignant)
    return HeldOutPerformance(
        auc=float(compared.areas[0]),
        auc_delong=compared.interval(),
        auc_bootstrap=(float(low), float(high)),
        brier=reliable.brier,
        brier_of_prevalence=reliable.brier_of_prevalence,
        calibration_slope=reliable.slope,
        calibration_slope_interval=reliable.slope_interval,
        calibration_intercept=reliable.intercept,
        calibration_intercept_interval=reliable.intercept_interval,
        folds=len(chosen),
        chosen=tuple(chosen),
    )
