"""What a matched comparison consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pnst.typing import BoolArray, FloatArray

Interval = tuple[float, float]
LIMIT = 0.1
"""A standardised difference above this is called an imbalance: the line of the figure."""


@dataclass(frozen=True)
class Matching:
    """What to match by, and how closely."""

    covariates: tuple[str, ...]
    ratio: int = 1
    """How many of the larger group for each of the smaller one."""
    caliper: float = 0.2
    """The most that two matched scores' logits differ by, in standard deviations of the logit."""


@dataclass(frozen=True)
class MatchedSet:
    """One lesion of the smaller group with those of the larger one, by their rows, 0 being the first."""

    case: int
    controls: tuple[int, ...]


@dataclass(frozen=True)
class BalanceRow:
    """One covariate, or one value of it, in both groups before and after matching."""

    name: str
    kind: Literal["number", "share"]
    before: tuple[float, float]
    """Mean, or share, in the lesions with the label and in those without."""
    after: tuple[float, float]
    before_sd: tuple[float, float]
    after_sd: tuple[float, float]
    smd_before: float | None
    """Standardised mean difference; None where both groups are constant and differ."""
    smd_after: float | None


@dataclass(frozen=True)
class OutcomeRow:
    """One measured column in the matched groups: with the label less without it."""

    name: str
    kind: Literal["number", "sign"]
    sets: int
    """Matched sets that have it on both sides."""
    means: tuple[float, float]
    """Mean, or share, of the matched lesions with the label and without."""
    crude_difference: float
    """Of all lesions, before matching."""
    difference: float
    interval: Interval | None
    """95 % by Student's t of the sets' differences; None for one set, or where all differ alike."""
    p_value: float | None
    """Of a sign McNemar's exact test (several controls: a stratified score test); of a number the paired t test."""
    wilcoxon_p: float | None = None
    """Of a number; signed ranks."""
    discordant: tuple[int, int] | None = None
    """Of a sign, one control each: pairs where only the lesion with the label has it, and where only the other has."""


@dataclass(frozen=True, eq=False)
class Matched:
    """Groups matched by their propensity score, and what differs between them."""

    matching: Matching
    sets: tuple[MatchedSet, ...]
    cases_have_label: bool
    """Whether the smaller group, each of which is given controls, is the one with the label."""
    propensity: FloatArray
    """(n,): NaN for lesions that have no score."""
    logit: FloatArray
    caliper_width: float
    """In logits."""
    left_out: dict[int, str]
    """Row → why it has no score."""
    unmatched: tuple[int, ...]
    """Rows that have a score and no partner."""
    balance: tuple[BalanceRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    notes: tuple[str, ...]
    labelled: BoolArray
    """(n,)."""

    @property
    def counts(self) -> tuple[int, int]:
        """Matched lesions with the label, and without."""
        controls = sum(len(one.controls) for one in self.sets)
        return (len(self.sets), controls) if self.cases_have_label else (controls, len(self.sets))

    def weights(self) -> FloatArray:
        """(n,): 1 for each matched case, for its controls one divided by their number; 0 for all others."""
        return weights_of(self.sets, len(self.labelled))


def weights_of(sets: Sequence[MatchedSet], count: int) -> FloatArray:
    """`Matched.weights` of some sets."""
    import numpy as np

    weights = np.zeros(count)
    for one in sets:
        weights[one.case] = 1.0
        weights[list(one.controls)] = 1 / len(one.controls)
    return weights
