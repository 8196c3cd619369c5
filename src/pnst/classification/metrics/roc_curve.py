"""The ROC curve, of one model or averaged over strata."""

from __future__ import annotations

import numpy as np

from pnst.typing import BoolArray, FloatArray, IntArray

Curve = tuple[FloatArray, FloatArray]
"""False and true positive rates from (0, 0) to (1, 1)."""


def roc_curve(scores: FloatArray, malignant: BoolArray, strata: IntArray | None = None) -> Curve | None:
    """False and true positive rates from (0, 0) to (1, 1), one point a distinct score, highest first.

    Within strata (n,), which of several models gave a score, the curve is the mean of theirs at each false positive
    rate, weighed by their pairs (the adjusted curve of Janes and Pepe 2009): its area is that of `delong`. None where
    no stratum holds both classes.

    >>> false, true = roc_curve(np.array([0.9, 0.6, 0.4, 0.2]), np.array([True, False, True, False]))
    >>> false.tolist(), true.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    if strata is None or np.ptp(strata) == 0:
        return _curve(scores, malignant) if malignant.any() and not malignant.all() else None
    curves, pairs = [], []
    for stratum in np.unique(strata):
        rows = strata == stratum
        positive, negative = int(malignant[rows].sum()), int((~malignant[rows]).sum())
        if positive and negative:
            curves.append(_curve(scores[rows], malignant[rows]))
            pairs.append(positive * negative)
    return _mean(curves, np.array(pairs, dtype=float)) if curves else None


def _curve(scores: FloatArray, malignant: BoolArray) -> Curve:
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    true, false = np.cumsum(malignant[order])[ends], np.cumsum(~malignant[order])[ends]
    return np.append(0.0, false / false[-1]), np.append(0.0, true / true[-1])


def _mean(curves: list[Curve], weights: FloatArray) -> Curve:
    """The weighted mean at every false positive rate where one of the curves turns, below and above its step."""
    rates = np.unique(np.concatenate([false for false, _ in curves]))
    # Of points at one rate, np.interp takes the last: the top of a step; run backwards, its foot.
    above = [np.interp(rates, false, true) for false, true in curves]
    below = [np.interp(-rates, -false[::-1], true[::-1]) for false, true in curves]
    ends = [np.average(part, axis=0, weights=weights) for part in (below, above)]
    return np.repeat(rates, 2), np.column_stack(ends).ravel()
