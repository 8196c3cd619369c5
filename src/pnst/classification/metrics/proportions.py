"""Sensitivity, specificity and predictive values at one threshold, with exact intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.evidence.rule import clopper_pearson_interval
from pnst.typing import BoolArray


@dataclass(frozen=True)
class Proportion:
    """A count of a total with Clopper and Pearson's 95 % interval; all None where the total is 0."""

    count: int
    total: int
    value: float | None
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, count: int, total: int) -> Proportion:
        """`count` of `total`.

        None of ten; the interval ends at 1 − 0.025^(1/10):

        >>> low, high = Proportion.of(0, 10).interval
        >>> low, round(high, 4), round(1 - 0.025 ** (1 / 10), 4)
        (0.0, 0.3085, 0.3085)
        """
        return (
            cls(count, total, count / total, clopper_pearson_interval(count, total))
            if total
            else cls(count, total, None, None)
        )


@dataclass(frozen=True)
class AtThreshold:
    """What calling some lesions malignant gets right."""

    sensitivity: Proportion
    specificity: Proportion
    positive_predictive_value: Proportion
    negative_predictive_value: Proportion


def at_threshold(called: BoolArray, malignant: BoolArray) -> AtThreshold:
    """Counts of lesions called malignant (n,) against the diagnosis (n,).

    >>> called, malignant = np.array([True, True, False, False]), np.array([True, False, True, False])
    >>> at_threshold(called, malignant).sensitivity.value
    0.5
    """
    hits, rejections = int(np.sum(called & malignant)), int(np.sum(~called & ~malignant))
    return AtThreshold(
        sensitivity=Proportion.of(hits, int(malignant.sum())),
        specificity=Proportion.of(rejections, int((~malignant).sum())),
        positive_predictive_value=Proportion.of(hits, int(called.sum())),
        negative_predictive_value=Proportion.of(rejections, int((~called).sum())),
    )
