"""Standardised mean differences before and after matching."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from pnst.classification.matching.covariates import Covariate
from pnst.classification.matching.matched import BalanceRow
from pnst.typing import BoolArray, FloatArray


def balance_rows(
    covariates: Sequence[Covariate], labelled: BoolArray, scored: BoolArray, weights: FloatArray
) -> tuple[BalanceRow, ...]:
    """Every covariate, words by word: of all lesions with a score, and of the matched ones by their weights (n,)."""
    rows = []
    for one in covariates:
        share = bool(one.levels) or one.is_share
        for name, values in one.indicators():
            before, after = (_moments(values, labelled, w, share) for w in (scored.astype(float), weights))
            rows.append(
                BalanceRow(
                    name,
                    "share" if share else "number",
                    before=(before[0][0], before[1][0]),
                    after=(after[0][0], after[1][0]),
                    before_sd=(before[0][1], before[1][1]),
                    after_sd=(after[0][1], after[1][1]),
                    smd_before=standardised_difference(*before),
                    smd_after=standardised_difference(*after),
                )
            )
    return tuple(rows)


def standardised_difference(one: tuple[float, float], other: tuple[float, float]) -> float | None:
    """Difference of two means ÷ √ of the mean of their variances, each given with its SD (Austin).

    Of a share p the SD is √(p (1 − p)). None where neither group varies and the means differ.

    Shares of 0.5 and 0.3 have variances 0.25 and 0.21:

    >>> round(standardised_difference((0.5, 0.5), (0.3, 0.21**0.5)), 4), round(0.2 / 0.23**0.5, 4)
    (0.417, 0.417)
    """
    spread = sqrt((one[1] ** 2 + other[1] ** 2) / 2)
    if spread == 0:
        return 0.0 if one[0] == other[0] else None
    return (one[0] - other[0]) / spread


def _moments(
    values: FloatArray, labelled: BoolArray, weights: FloatArray, share: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Mean and SD with the label and without."""
    with_label, without = (_moment(values[group], weights[group], share) for group in (labelled, ~labelled))
    return with_label, without


def _moment(values: FloatArray, weights: FloatArray, share: bool) -> tuple[float, float]:
    used = weights > 0
    values, weights = values[used], weights[used]
    mean = float(np.average(values, weights=weights))
    if share:
        return mean, sqrt(max(mean * (1 - mean), 0.0))
    # With weights that are all 1 this is the sum of squares ÷ (n − 1).
    freedom = weights.sum() - (weights**2).sum() / weights.sum()
    variance = float((weights * (values - mean) ** 2).sum() / freedom) if freedom > 0 else 0.0
    return mean, sqrt(variance)
