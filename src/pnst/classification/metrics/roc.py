"""ROC curve, its area with DeLong's and the bootstrap's interval, and the comparison of two areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from pnst.typing import BoolArray, FloatArray, IntArray

Z975 = 1.959963984540054
_BLOCK = 4_000_000  # weights held at once


@dataclass(frozen=True, eq=False)
class DeLong:
    """Areas (k,) of k scores of the same lesions, and their covariance (k, k)."""

    areas: FloatArray
    covariance: FloatArray

    def interval(self, index: int = 0) -> tuple[float, float] | None:
        """95 % interval of one area, symmetric on the logit, so that it stays within 0 and 1.

        None where the classes are separated completely: the estimated variance is then 0, which is no certainty.
        """
        area, variance = float(self.areas[index]), float(self.covariance[index, index])
        if not 0 < area < 1 or not variance > 0:
            return None
        half = Z975 * np.sqrt(variance) / (area * (1 - area))
        return float(expit(logit(area) - half)), float(expit(logit(area) + half))


@dataclass(frozen=True)
class Comparison:
    """The difference of two areas on the same lesions, by paired DeLong."""

    first: str
    second: str
    difference: float
    interval: tuple[float, float] | None
    z: float | None
    p_value: float | None
    """Two-sided; None where the difference has no variance."""


def roc_curve(scores: FloatArray, malignant: BoolArray) -> tuple[FloatArray, FloatArray]:
    """False and true positive rates from (0, 0) to (1, 1), one point a distinct score, highest first.

    >>> false, true = roc_curve(np.array([0.9, 0.6, 0.4, 0.2]), np.array([True, False, True, False]))
    >>> false.tolist(), true.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    true, false = np.cumsum(malignant[order])[ends], np.cumsum(~malignant[order])[ends]
    return np.append(0.0, false / false[-1]), np.append(0.0, true / true[-1])


def delong(scores: FloatArray, malignant: BoolArray) -> DeLong:
    """DeLong, DeLong and Clarke-Pearson (1988), by mid-ranks as in Sun and Xu (2014).

    Parameters
    ----------
    scores : (k, n), higher is more malignant; ties count half
    malignant : (n,), at least two of each class for a variance

    Of the four pairs of a malignant and a benign lesion three are in order:

    >>> delong(np.array([[0.9, 0.6, 0.4, 0.2]]), np.array([True, False, True, False])).areas.tolist()
    [0.75]
    """
    positive, negative = scores[:, malignant], scores[:, ~malignant]
    m, n = positive.shape[1], negative.shape[1]
    among_all = _mid_ranks(np.concatenate([positive, negative], axis=1))
    share_positive = (among_all[:, :m] - _mid_ranks(positive)) / n
    share_negative = 1 - (among_all[:, m:] - _mid_ranks(negative)) / m
    covariance = _covariance(share_positive) / m + _covariance(share_negative) / n
    return DeLong(share_positive.mean(axis=1), covariance)


def compare(scores: FloatArray, malignant: BoolArray, names: tuple[str, str]) -> Comparison:
    """Paired DeLong of two scores (2, n).

    >>> scores = np.array([[0.9, 0.6, 0.4, 0.2], [0.9, 0.4, 0.6, 0.2]])
    >>> compare(scores, np.array([True, False, True, False]), ("one", "other")).difference
    -0.25
    """
    delong_result = delong(scores, malignant)
    difference = float(delong_result.areas[0] - delong_result.areas[1])
    variance = float(
        delong_result.covariance[0, 0] + delong_result.covariance[1, 1] - 2 * delong_result.covariance[0, 1]
    )
    if not variance > 1e-16:  # equal rankings: rounding alone is left
        return Comparison(*names, difference, None, None, None)
    sd = float(np.sqrt(variance))
    z = difference / sd
    return Comparison(*names, difference, (difference - Z975 * sd, difference + Z975 * sd), z, float(2 * ndtr(-abs(z))))


def bootstrap_areas(scores: FloatArray, malignant: BoolArray, groups: IntArray, draws: int, seed: int) -> FloatArray:
    """Areas (≤ draws,) over resamples of whole groups; a resample that lacks a class has no area and is left out."""
    rng = np.random.default_rng(seed)
    number = int(groups.max()) + 1
    order = np.argsort(scores, kind="stable")
    starts = np.append(0, np.flatnonzero(np.diff(scores[order])) + 1)
    parts: list[FloatArray] = []
    step = max(1, _BLOCK // max(len(scores), number))
    for start in range(0, draws, step):
        count = min(step, draws - start)
        picks = rng.multinomial(number, np.full(number, 1 / number), size=count)
        weights = picks[:, groups[order]].astype(np.float64)
        parts.append(_weighted_areas(weights, malignant[order], starts))
    areas: FloatArray = np.concatenate(parts)
    return areas[~np.isnan(areas)]


def _weighted_areas(weights: FloatArray, malignant: BoolArray, starts: IntArray) -> FloatArray:
    """Areas (draws,) of lesions sorted by score with these weights (draws, n); tied lesions begin at `starts`."""
    positive = np.add.reduceat(np.where(malignant, weights, 0.0), starts, axis=1)
    negative = np.add.reduceat(np.where(malignant, 0.0, weights), starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    with np.errstate(invalid="ignore"):
        areas: FloatArray = np.where(pairs > 0, (positive * below).sum(axis=1) / pairs, np.nan)
    return areas


def _mid_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1 of each row, ties at their mean."""
    from scipy.stats import rankdata  # a second to import, and not needed to assess a lesion

    ranks: FloatArray = rankdata(values, axis=1)
    return ranks


def _covariance(shares: FloatArray) -> FloatArray:
    return np.atleast_2d(np.cov(shares)) if shares.shape[1] > 1 else np.full((len(shares),) * 2, np.nan)
