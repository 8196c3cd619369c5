"""The scikit-learn pipelines: imputing and scaling are inside, so that they are learnt with the model or not at all.

Every pipeline takes the features (n, p) with NaN where a cell is empty and gives log-odds by `decision_function`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from pnst.classification.metrics.logistic import fit_logistic
from pnst.classification.settings import TrainSettings
from pnst.errors import InputError
from pnst.typing import BoolArray, FloatArray

_LEARNING_RATE = 0.1
_MAX_STEPS = 5000


def candidates(settings: TrainSettings) -> Iterator[tuple[dict[str, float], Any]]:
    """The pipelines among which the inner folds choose, each with what sets it apart, the simplest first."""
    if settings.model == "recalibrated":
        yield {}, Pipeline([("model", GivenScore())])
        return
    if settings.model == "boosting":
        for trees in sorted(settings.tree_counts):
            yield {"trees": trees}, _boosting(trees, settings)
        return
    for c in sorted(settings.inverse_penalties):
        linear = OffsetLogistic(C=c) if settings.model == "evidence-offset" else _logistic(c)
        yield {"C": c}, _on_standardised(linear, offset=settings.model == "evidence-offset")


def linear_terms(pipeline: Any, matrix: FloatArray) -> FloatArray | None:
    """What each feature adds (n, p) to the log-odds, and the constant in a last column; None for trees."""
    model = pipeline[-1]
    if isinstance(model, GivenScore):
        return np.column_stack([matrix, np.zeros(len(matrix))])
    if not hasattr(model, "coef_"):
        return None
    scaled = pipeline[:-1].transform(matrix)
    weights = np.append(model.coef_.ravel(), 1.0) if isinstance(model, OffsetLogistic) else model.coef_.ravel()
    constant = np.full(len(matrix), float(np.ravel(model.intercept_)[0]))
    return np.column_stack([scaled * weights, constant])


class OffsetLogistic(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression whose last column is an offset: log-odds that are given, not learnt.

    With a strong penalty (small C) the answer is the offset, shifted to the cohort's share of malignant lesions.
    """

    def __init__(self, C: float = 1.0) -> None:  # scikit-learn's name
        self.C = C

    def fit(self, matrix: FloatArray, malignant: BoolArray) -> Self:
        """Learn the weights of all columns but the last, and a constant."""
        features, offset = matrix[:, :-1], matrix[:, -1]
        # No more directions than lesions: the penalty does not depend on the choice of axes.
        _, sizes, axes = np.linalg.svd(features, full_matrices=False)
        axes = axes[sizes > sizes.max(initial=0.0) * 1e-12]
        design = np.column_stack([features @ axes.T, np.ones(len(features))])
        ridge = np.append(np.full(len(axes), 1 / self.C), 0.0)
        coefficients = fit_logistic(design, malignant.astype(float), offset=offset, ridge=ridge).coefficients
        self.coef_ = coefficients[:-1] @ axes
        self.intercept_ = float(coefficients[-1])
        self.classes_ = np.array([False, True])
        return self

    def decision_function(self, matrix: FloatArray) -> FloatArray:
        """Log-odds (n,)."""
        log_odds: FloatArray = matrix[:, -1] + matrix[:, :-1] @ self.coef_ + self.intercept_
        return log_odds


class GivenScore(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Log-odds that are given: the one column there is. Nothing is learnt."""

    def fit(self, matrix: FloatArray, malignant: BoolArray) -> Self:
        """Nothing but that there are two classes."""
        self.classes_ = np.array([False, True])
        return self

    def decision_function(self, matrix: FloatArray) -> FloatArray:
        """Log-odds (n,)."""
        return matrix[:, 0]


class TopFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The features that rank the classes best one by one; it is a step of the pipeline, so test lesions have no say."""

    def __init__(self, count: int = 100) -> None:
        self.count = count

    def fit(self, matrix: FloatArray, malignant: BoolArray) -> Self:
        """Keep the `count` features whose AUC, empty cells in the middle, is furthest from one half.

        One that is the same or empty in all these lesions is left out: the trees cannot take a column without a value.
        Raises `InputError` where none is left.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of a feature that is empty throughout
            middle = np.nanmedian(matrix, axis=0)
            varies = np.nanmax(matrix, axis=0) > np.nanmin(matrix, axis=0)
        if not varies.any():
            raise _nothing_varies(matrix.shape[1])
        ranks = rankdata(np.where(np.isnan(matrix), middle, matrix), axis=0)
        distance = np.abs(ranks[malignant].mean(axis=0) - ranks[~malignant].mean(axis=0))
        best = np.argsort(-np.where(varies, distance, -1.0), kind="stable")[: min(self.count, int(varies.sum()))]
        self.kept_ = np.sort(best)
        return self

    def transform(self, matrix: FloatArray) -> FloatArray:
        """Their columns."""
        return matrix[:, self.kept_]


def _nothing_varies(features: int) -> InputError:
    return InputError(
        "a part of the table has nothing to learn from",
        got=f"{features} features, each the same or empty in all lesions of that part",
        expected="features that were measured in most lesions",
        remedy="add measured columns, or take fewer folds",
    )


def _logistic(c: float) -> Any:
    return LogisticRegression(C=c, max_iter=_MAX_STEPS)


def _on_standardised(model: Any, offset: bool) -> Any:
    steps = [("impute", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    if not offset:
        return Pipeline([*steps, ("model", model)])
    features = ColumnTransformer([("features", Pipeline(steps), slice(0, -1))], remainder="passthrough")
    return Pipeline([("features", features), ("model", model)])


def _boosting(trees: int, settings: TrainSettings) -> Any:
    """Trees take empty cells as they are."""
    model = HistGradientBoostingClassifier(
        learning_rate=_LEARNING_RATE,
        max_iter=trees,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.least_in_leaf,
        early_stopping=False,  # it would hold lesions back at random, across groups
        random_state=settings.seed,
    )
    return Pipeline([("screen", TopFeatures(settings.screened)), ("model", model)])
