"""The factors of the conventional likelihood given the severity s: of signs, of a size, and their product.

A sign's factor is a matrix product: the weights of its levels times a table of how likely each is at every node of s.
So is that of several signs together, whose levels are the combinations of theirs: one product of matrices in place of
several, which are then multiplied value by value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pnst.classification.evidence_model.parameters import ByEntity
from pnst.evidence.published import Entity
from pnst.typing import BoolArray, FloatArray

MOST_LEVELS = 32
"""Of signs taken together: with more the matrix product takes longer than what it saves."""


class Factor(Protocol):
    """The likelihood given s of something that was observed in n lesions."""

    def fill(self, rows: slice, entity: Entity, out: FloatArray) -> None:
        """Write that of some lesions, of a pair with one entity, into `out` (draws, rows, nodes)."""


@dataclass(frozen=True, eq=False)
class SignFactor:
    """Of one sign's level, or of the levels of several signs together."""

    weights: FloatArray
    """(n, levels)"""
    tables: ByEntity
    """P(level | s), (draws, levels, nodes), of each entity; of one, where they share it."""

    @classmethod
    def of(cls, weights: FloatArray, by_reader: BoolArray, tables: ByEntity) -> SignFactor:
        """Of one sign, observed with weights (n, levels); 1 where they are NaN.

        A table's upper half is of the measured sign, its lower half of a reader's word. Rows that no lesion weighs are
        left out.
        """
        known = np.where(np.isnan(weights), 1.0, weights)  # every level once: they sum to 1
        read = (by_reader & ~np.isnan(weights).any(axis=1))[:, None]
        both = np.concatenate([known * ~read, known * read], axis=1)
        used = both.any(axis=0)
        return cls(both[:, used], {entity: table[:, used] for entity, table in tables.items()})

    @property
    def is_shared(self) -> bool:
        """Whether the entities have one table."""
        return len(self.tables) == 1

    def times(self, other: SignFactor) -> SignFactor:
        """Both together: a level of this one with a level of the other."""
        return SignFactor(
            _combined(self.weights[..., None], other.weights[..., None])[..., 0],
            {entity: _combined(table, other.tables[entity]) for entity, table in self.tables.items()},
        )

    def fill(self, rows: slice, entity: Entity, out: FloatArray) -> None:
        """Write that of some lesions into `out` (draws, rows, nodes)."""
        (table,) = self.tables.values() if self.is_shared else (self.tables[entity],)
        np.matmul(self.weights[rows], table, out=out)


@dataclass(frozen=True, eq=False)
class SizeFactor:
    """Of a lognormal value: exp −(z − b·s)², whose exponent is −z² + 2z·b·s − b²s², a product of matrices."""

    terms: ByEntity
    """−z², 2z and −1, (draws, n, 3) of each entity; 0 where the value is missing."""
    powers: ByEntity
    """1, b·s and b²s², (draws, 3, nodes)."""

    @classmethod
    def of(cls, z: ByEntity, shift: ByEntity) -> SizeFactor:
        """From z (draws, n), NaN where it is missing, and b·s (draws, nodes)."""
        return cls({e: _terms(z[e]) for e in z}, {e: np.stack([s**0, s, s**2], axis=1) for e, s in shift.items()})

    def fill(self, rows: slice, entity: Entity, out: FloatArray) -> None:
        """Write that of some lesions into `out` (draws, rows, nodes)."""
        np.matmul(self.terms[entity][:, rows], self.powers[entity], out=out)
        np.exp(out, out=out)


def _terms(z: FloatArray) -> FloatArray:
    terms = np.stack([-(z**2), 2 * z, np.full_like(z, -1.0)], axis=-1)
    terms[np.isnan(z)] = 0.0
    return terms


def _combined(first: FloatArray, second: FloatArray) -> FloatArray:
    """Every product (n, a · b, m) of a level of the one (n, a, m) and a level of the other (n, b, m)."""
    products: FloatArray = first[:, :, None] * second[:, None]
    return products.reshape(len(first), -1, first.shape[2])


def joined(factors: Sequence[SignFactor], most: int) -> list[SignFactor]:
    """The same product in fewer factors, of at most so many levels where a sign alone has no more."""
    together: list[SignFactor] = []
    for factor in factors:
        if together and together[-1].weights.shape[1] * factor.weights.shape[1] <= most:
            together[-1] = together[-1].times(factor)
        else:
            together.append(factor)
    return together


def split(factors: Iterable[Factor], most: int) -> tuple[list[Factor], list[Factor]]:
    """What the entities share, and what they do not, signs of at most so many levels together."""
    factors = list(factors)
    signs = [factor for factor in factors if isinstance(factor, SignFactor)]
    shared = joined([sign for sign in signs if sign.is_shared], most)
    apart = joined([sign for sign in signs if not sign.is_shared], most)
    return [*shared], [*apart, *(factor for factor in factors if not isinstance(factor, SignFactor))]


def multiply(factors: Sequence[Factor], rows: slice, entity: Entity, out: FloatArray, work: FloatArray) -> None:
    """Write the factors' product of some lesions into `out` (draws, rows, nodes); `work` is as large."""
    if not factors:
        out.fill(1.0)
    for index, factor in enumerate(factors):
        factor.fill(rows, entity, work if index else out)
        if index:
            out *= work
