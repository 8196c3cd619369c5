"""What a draw of the evidence model's parameters holds; a draw is for a *new* study.

Benign lesions are a mixture of entities. A parameter of theirs stands once for each; where an entity has no rows of its
own, it holds what was drawn from benign lesions together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.evidence.published import Entity
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray, IntArray

ByEntity = Mapping[Entity, FloatArray]


@dataclass(frozen=True, eq=False)
class SignParameters:
    """A sign's frequency in malignant lesions and in each benign entity, each (draws,)."""

    malignant: FloatArray
    benign: ByEntity
    shared: bool
    """Whether the entities have the same draws."""
    sensitivity: FloatArray | None = None
    """Of the measured sign for what a reader sees (draws,); None where nothing measures it."""
    specificity: FloatArray | None = None
    large_malignant: FloatArray | None = None
    """Of an ordinal sign: the share of lesions with the sign that reach its upper level."""
    large_benign: FloatArray | None = None

    def part(self, draws: slice | IntArray) -> SignParameters:
        """Some of the draws, or any of them as often as they are asked for."""
        rest = (self.sensitivity, self.specificity, self.large_malignant, self.large_benign)
        benign = {entity: frequency[draws] for entity, frequency in self.benign.items()}
        parts = (None if values is None else values[draws] for values in rest)
        return SignParameters(self.malignant[draws], benign, self.shared, *parts)

    @property
    def levels(self) -> int:
        """2: absent and present; 3: none, visible, large."""
        return 2 if self.large_malignant is None else 3


@dataclass(frozen=True, eq=False)
class LogNormalParameters:
    """Log-medians per class and the one log-SD, each (draws,), in the log of the sources' unit."""

    malignant: FloatArray
    benign: ByEntity
    sd: FloatArray
    pooled: tuple[float, float, float]
    """Log-median in malignant and in benign lesions and log-SD, pooled over the rows: no draw."""
    sign: float
    """+1 where malignant lesions have the greater value, −1 where the smaller."""

    def part(self, draws: slice | IntArray) -> LogNormalParameters:
        """Some of the draws, or any of them as often as they are asked for."""
        benign = {entity: median[draws] for entity, median in self.benign.items()}
        return LogNormalParameters(self.malignant[draws], benign, self.sd[draws], self.pooled, self.sign)

    def step(self, entity: Entity) -> FloatArray:
        """By how much (draws,) malignant lesions lie on the malignant side; a draw on the other means no effect: 0."""
        return np.maximum(self.sign * (self.malignant - self.benign[entity]), 0.0)

    def middle(self, entity: Entity) -> FloatArray:
        """Half-way (draws,) between the two classes' log-medians."""
        return (self.malignant + self.benign[entity]) / 2

    @property
    def bounds(self) -> tuple[float, float]:
        """Two log-SD beyond the other class' pooled log-median on either side: further out a value counts no more
        (assumed)."""
        malignant, benign, sd = self.pooled
        low, high = sorted((malignant, benign))
        return high - BOUND_LOG_SD * sd, low + BOUND_LOG_SD * sd


BOUND_LOG_SD = 2.0


@dataclass(frozen=True, eq=False)
class Parameters:
    """All draws."""

    predictors: Mapping[str, SignParameters | LogNormalParameters]
    schwannoma_share: FloatArray
    """Of benign lesions in patients without NF1, with it, and where it is unknown, (3, draws)."""
    conventional_auc: FloatArray
    """Of the conventional predictors together (draws,), from which δ is drawn."""

    @property
    def draws(self) -> int:
        """How many."""
        return len(self.conventional_auc)

    def part(self, draws: slice | IntArray) -> Parameters:
        """Some of the draws, or any of them as often as they are asked for."""
        predictors = {name: p.part(draws) for name, p in self.predictors.items()}
        return Parameters(predictors, self.schwannoma_share[:, draws], self.conventional_auc[draws])

    def entity_share(self, entity: Entity, nf1: FloatArray) -> FloatArray:
        """Share (n, draws) of an entity in benign lesions of patients with NF1 (n,), 1, 0 or NaN for unknown."""
        share: FloatArray = self.schwannoma_share[np.where(np.isnan(nf1), 2, nf1).astype(int)]
        return share if entity == ENTITIES[0] else 1 - share
