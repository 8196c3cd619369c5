"""Fit one calibrated model: choose among candidates and calibrate within grouped folds, then fit on everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold

from pnst.classification.pipelines import candidates
from pnst.classification.settings import TrainSettings
from pnst.classification.training.calibrating_line import calibrating_line
from pnst.classification.training.recalibration import recalibrate
from pnst.errors import InputError
from pnst.typing import BoolArray, FloatArray, IntArray

REFERENCE_LESIONS = 100
"""At so many lesions the settings' inverse penalty is scikit-learn's C."""


Split = tuple[IntArray, IntArray]
"""Training and test rows."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A pipeline, and the line that turns its score into log-odds."""

    candidate: Any
    """As it was chosen, not fitted."""
    pipeline: Any
    slope: float
    intercept: float
    chosen: dict[str, float]
    """What sets the chosen candidate apart."""
    lines: tuple[tuple[float, float], ...] = field(default=())
    """Other slopes and intercepts, as far from these as the data leave open; empty where they were not asked."""

    def log_odds(self, matrix: FloatArray) -> FloatArray:
        """Calibrated log-odds (n,) of malignancy."""
        log_odds: FloatArray = self.slope * self.pipeline.decision_function(matrix) + self.intercept
        return log_odds


def fit_calibrated(matrix: FloatArray, malignant: BoolArray, groups: IntArray, settings: TrainSettings) -> Fitted:
    """Choose the candidate with the least log loss on held-out groups, calibrate it there, fit it on all lesions."""
    if settings.model == "recalibrated":
        return _recalibrated(matrix, malignant, settings)
    return _best(list(candidates(settings)), matrix, malignant, groups, settings)


def _recalibrated(matrix: FloatArray, malignant: BoolArray, settings: TrainSettings) -> Fitted:
    """The evidence score (n, 1) with the line through it; there is nothing to choose, and nothing to hold out for."""
    ((_, candidate),) = candidates(settings)
    fit = recalibrate(matrix[:, 0], malignant, settings.slope_sd, settings.shift_sd)
    slope_error, shift_error = np.sqrt(np.diag(fit.covariance)).tolist()
    chosen = {"slope": fit.slope, "slope_error": slope_error, "shift": fit.shift, "shift_error": shift_error}
    return Fitted(candidate, fit_on(candidate, matrix, malignant), *fit.line, chosen, fit.lines())


def refit(
    fitted: Fitted, matrix: FloatArray, malignant: BoolArray, groups: IntArray, settings: TrainSettings
) -> Fitted:
    """The chosen candidate, fitted and calibrated on other lesions."""
    return _best([(fitted.chosen, fitted.candidate)], matrix, malignant, groups, settings)


def _best(
    pipelines: Sequence[tuple[dict[str, float], Any]],
    matrix: FloatArray,
    malignant: BoolArray,
    groups: IntArray,
    settings: TrainSettings,
) -> Fitted:
    splits = grouped_splits(malignant, groups, settings.inner_folds, settings.seed)
    best: tuple[float, Fitted] | None = None
    for chosen, pipeline in pipelines:
        scores = held_out_scores(pipeline, matrix, malignant, splits)
        slope, intercept = calibrating_line(scores, malignant)
        loss = _log_loss(slope * scores + intercept, malignant)
        if best is None or loss < best[0]:
            best = loss, Fitted(pipeline, pipeline, slope, intercept, chosen)
    assert best is not None  # noqa: S101  # the settings hold at least one candidate
    return replace(best[1], pipeline=fit_on(best[1].candidate, matrix, malignant))


def fit_on(pipeline: Any, matrix: FloatArray, malignant: BoolArray) -> Any:
    """A copy of a pipeline, fitted. A penalty is weighed against the mean loss, whatever the number of lesions.

    scikit-learn weighs it against the sum: scores of a part of the lesions would be smaller than those of all, and the
    line that was fitted to the ones would make the others too extreme.
    """
    copied = clone(pipeline)
    if "model__C" in copied.get_params():
        copied.set_params(model__C=copied.get_params()["model__C"] * REFERENCE_LESIONS / len(malignant))
    return copied.fit(matrix, malignant)


def grouped_splits(malignant: BoolArray, groups: IntArray, folds: int, seed: int) -> list[Split]:
    """Training and test rows; no group is in both, and every training part has both classes.

    There are fewer folds where a class has fewer groups. Raises `InputError` where no such folds can be made.
    """
    min_groups = groups_in_rarer_class(malignant, groups)
    number = min(folds, min_groups)
    if number >= 2:
        folded = StratifiedGroupKFold(number, shuffle=True, random_state=seed)
        splits: list[Split] = list(folded.split(np.zeros(len(groups)), malignant, groups))
        if all(np.ptp(malignant[train].astype(int)) for train, _ in splits):
            return splits
    raise InputError(
        "the table cannot be split into folds that all have both classes to learn from",
        got=f"{min_groups} groups in the rarer class",
        expected="at least 2 groups of each class in every training part",
        remedy="give more lesions, or fewer folds",
    )


def groups_in_rarer_class(malignant: BoolArray, groups: IntArray) -> int:
    """How many groups have a lesion of the class that fewer have: no more folds than that can be made."""
    return min(np.unique(groups[malignant]).size, np.unique(groups[~malignant]).size)


def held_out_scores(pipeline: Any, matrix: FloatArray, malignant: BoolArray, splits: Sequence[Split]) -> FloatArray:
    """Each lesion's score (n,) by a pipeline that was fitted without its fold."""
    scores = np.full(len(malignant), np.nan)
    for train, test in splits:
        fitted = fit_on(pipeline, matrix[train], malignant[train])
        scores[test] = fitted.decision_function(matrix[test])
    return scores


def _log_loss(log_odds: FloatArray, malignant: BoolArray) -> float:
    return float(np.mean(np.logaddexp(0.0, np.where(malignant, -log_odds, log_odds))))
