"""The area under the ROC curve with DeLong's and the bootstrap's interval, and the comparison of two areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from pnst.typing import BoolArray, FloatArray, IntArray

Z975 = 1.959963984540054
_BLOCK = 4_000_000  # weights held at once


@dataclass(frozen=True, eq=False)
class DeLong:
    """Areas (k,) of k scores of the same lesions, and their covariance (k, k); NaN where no pair can be compared."""

    areas: FloatArray
    covariance: FloatArray

    def area(self, index: int = 0) -> float | None:
        """One area; None where there is no pair of a malignant and a benign lesion to compare."""
        area = float(self.areas[index])
        return None if np.isnan(area) else area

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


def delong(scores: FloatArray, malignant: BoolArray, strata: IntArray | None = None) -> DeLong:
    """DeLong, DeLong and Clarke-Pearson (1988), by mid-ranks as in Sun and Xu (2014).

    Parameters
    ----------
    scores : (k, n), higher is more malignant; ties count half
    malignant : (n,), at least two of each class for a variance
    strata : (k, n) or (n,), which of several models gave a score. Only pairs within one are compared: scores of two
        models have no common scale. The area is the share of these pairs that are in order

    Of the four pairs of a malignant and a benign lesion three are in order; of the two within strata, one:

    >>> scores, malignant = np.array([[0.9, 0.6, 0.4, 0.2]]), np.array([True, False, True, False])
    >>> delong(scores, malignant).areas.tolist(), delong(scores, malignant, np.array([0, 1, 1, 0])).areas.tolist()
    ([0.75], [0.5])
    """
    of_each = np.broadcast_to(np.zeros(1, dtype=np.int64) if strata is None else strata, scores.shape)
    rows = [_influence(one, malignant, stratum) for one, stratum in zip(scores, of_each, strict=True)]
    influence: FloatArray = np.stack([moved for _, moved, _ in rows])
    compared: BoolArray = np.stack([taken for _, _, taken in rows])
    covariance = np.zeros((len(scores), len(scores)))
    for of_class in (malignant, ~malignant):
        number = (compared[:, None, of_class] & compared[None, :, of_class]).sum(axis=2).astype(np.float64)
        unbiased = np.where(number > 1, number / np.maximum(number - 1, 1), np.nan)
        covariance += unbiased * (influence[:, of_class] @ influence[:, of_class].T)
    return DeLong(np.array([row[0] for row in rows]), covariance)


def _influence(scores: FloatArray, malignant: BoolArray, strata: IntArray) -> tuple[float, FloatArray, BoolArray]:
    """The area; what each lesion (n,) moves it by, which is 0 in the mean of a class; and which lesions are compared.

    In one stratum these are DeLong's structural components, less the area, over the number of their class.
    """
    won, opponents = np.zeros(len(scores)), np.zeros(len(scores))
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        positive, negative = rows[malignant[rows]], rows[~malignant[rows]]
        among_all = _mid_ranks(np.append(scores[positive], scores[negative]))
        won[positive] = among_all[: len(positive)] - _mid_ranks(scores[positive])
        won[negative] = len(positive) - (among_all[len(positive) :] - _mid_ranks(scores[negative]))
        opponents[positive], opponents[negative] = len(negative), len(positive)
    pairs = opponents[malignant].sum()
    area = float(won[malignant].sum() / pairs) if pairs else np.nan
    return area, (won - area * opponents) / max(pairs, 1.0), opponents > 0


def compare(
    scores: FloatArray, malignant: BoolArray, names: tuple[str, str], strata: IntArray | None = None
) -> Comparison | None:
    """Paired DeLong of two scores (2, n), each within its own strata (2, n); None where one has no pair to compare.

    >>> scores = np.array([[0.9, 0.6, 0.4, 0.2], [0.9, 0.4, 0.6, 0.2]])
    >>> compare(scores, np.array([True, False, True, False]), ("one", "other")).difference
    -0.25
    """
    delong_result = delong(scores, malignant, strata)
    if np.isnan(delong_result.areas).any():
        return None
    difference = float(delong_result.areas[0] - delong_result.areas[1])
    variance = float(
        delong_result.covariance[0, 0] + delong_result.covariance[1, 1] - 2 * delong_result.covariance[0, 1]
    )
    if not variance > 1e-16:  # equal rankings: rounding alone is left
        return Comparison(*names, difference, None, None, None)
    sd = float(np.sqrt(variance))
    z = difference / sd
    return Comparison(*names, difference, (difference - Z975 * sd, difference + Z975 * sd), z, float(2 * ndtr(-abs(z))))


def bootstrap_areas(
    scores: FloatArray,
    malignant: BoolArray,
    groups: IntArray,
    draws: int,
    seed: int,
    strata: IntArray | None = None,
) -> FloatArray:
    """Areas (≤ draws,) over resamples of whole groups, pairs compared within strata (n,) as by `delong`.

    A resample that has no pair to compare has no area and is left out.
    """
    rng = np.random.default_rng(seed)
    number = int(groups.max()) + 1
    of_each = np.zeros(len(scores), dtype=np.int64) if strata is None else strata
    order = np.lexsort([scores, of_each])
    stratum_starts = np.append(0, np.flatnonzero(np.diff(of_each[order])) + 1)
    starts = np.union1d(stratum_starts, np.flatnonzero(np.diff(scores[order])) + 1)
    parts: list[FloatArray] = []
    step = max(1, _BLOCK // max(len(scores), number))
    for start in range(0, draws, step):
        count = min(step, draws - start)
        picks = rng.multinomial(number, np.full(number, 1 / number), size=count)
        weights = picks[:, groups[order]].astype(np.float64)
        parts.append(_weighted_areas(weights, malignant[order], starts, stratum_starts))
    areas: FloatArray = np.concatenate(parts)
    return areas[~np.isnan(areas)]


def _weighted_areas(
    weights: FloatArray, malignant: BoolArray, starts: IntArray, stratum_starts: IntArray
) -> FloatArray:
    """Areas (draws,) of lesions with weights (draws, n), sorted by stratum and score; ties begin at `starts`."""
    positive = np.add.reduceat(np.where(malignant, weights, 0.0), starts, axis=1)
    negative = np.add.reduceat(np.where(malignant, 0.0, weights), starts, axis=1)
    ties = np.searchsorted(starts, stratum_starts)
    per_stratum = np.add.reduceat(negative, ties, axis=1)
    before = np.repeat(np.cumsum(per_stratum, axis=1) - per_stratum, np.diff(np.append(ties, len(starts))), axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2 - before
    pairs = (np.add.reduceat(positive, ties, axis=1) * per_stratum).sum(axis=1)
    with np.errstate(invalid="ignore"):
        areas: FloatArray = np.where(pairs > 0, (positive * below).sum(axis=1) / pairs, np.nan)
    return areas


def _mid_ranks(values: FloatArray) -> FloatArray:
    """Ranks (n,) from 1, ties at their mean."""
    from scipy.stats import rankdata  # a second to import, and not needed to assess a lesion

    ranks: FloatArray = rankdata(values)
    return ranks
