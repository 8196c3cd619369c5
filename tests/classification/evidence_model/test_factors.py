"""Factors of the likelihood. Witnesses: products taken one by one, and the closed form of a size's."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.evidence_model.factors import SignFactor, SizeFactor, joined, multiply, split
from pnst.evidence.sign_rows import ENTITIES

FIRST, SECOND = ENTITIES
LESIONS, DRAWS, NODES = 7, 3, 5
ROWS = slice(1, 6)


def sign(seed: int, levels: int = 2, shared: bool = True, by_reader: float = 0.5) -> SignFactor:
    """Some lesions measured, some by a reader, the last but one missing; of each node the levels sum to 1."""
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(levels), LESIONS)
    weights[-2] = np.nan
    tables = {}
    for entity in ENTITIES[:1] if shared else ENTITIES:
        halves = rng.dirichlet(np.ones(levels), (2, DRAWS, NODES))
        tables[entity] = np.concatenate(halves.transpose(0, 1, 3, 2), axis=1)
    return SignFactor.of(weights, rng.random(LESIONS) < by_reader, tables)


def filled(factor, entity=FIRST) -> np.ndarray:
    out = np.full((DRAWS, ROWS.stop - ROWS.start, NODES), np.nan)
    factor.fill(ROWS, entity, out)
    return out


def size() -> SizeFactor:
    z, shift = np.arange(DRAWS * LESIONS).reshape(DRAWS, LESIONS) / 7, np.linspace(-3, 3, NODES) * np.ones((DRAWS, 1))
    return SizeFactor.of(dict.fromkeys(ENTITIES, z), dict.fromkeys(ENTITIES, shift))


@pytest.mark.parametrize("most", [1, 4, 16, 1000])
@pytest.mark.parametrize("by_reader", [0.0, 0.5, 1.0])
def test_signs_together_are_their_product(most, by_reader):
    signs = [sign(seed, levels, by_reader=by_reader) for seed, levels in enumerate((2, 3, 2, 2))]
    together = joined(signs, most)
    assert len(together) == {1: 4, 1000: 1}.get(most, len(together))
    expected = np.prod([filled(one) for one in signs], axis=0)
    assert np.prod([filled(one) for one in together], axis=0) == pytest.approx(expected, rel=1e-13)


def test_a_sign_that_is_missing_has_the_factor_one():
    assert filled(sign(3, 3))[:, -1] == pytest.approx(1, abs=1e-15)
    assert np.abs(filled(sign(3, 3))[:, 0] - 1).max() > 0.1


def test_a_measured_level_is_not_a_readers():
    measured, read = (filled(sign(3, by_reader=share)) for share in (0.0, 1.0))
    assert np.abs(measured - read).max() > 0.1


def test_a_size_has_its_closed_form():
    z, s = np.arange(DRAWS * LESIONS).reshape(DRAWS, LESIONS)[:, ROWS] / 7, np.linspace(-3, 3, NODES)
    assert filled(size()) == pytest.approx(np.exp(-((z[..., None] - s) ** 2)), rel=1e-13)


def test_a_missing_size_has_the_factor_one():
    z = np.full((DRAWS, LESIONS), np.nan)
    factor = SizeFactor.of(dict.fromkeys(ENTITIES, z), dict.fromkeys(ENTITIES, np.ones((DRAWS, NODES))))
    assert np.all(filled(factor) == 1)


@pytest.mark.parametrize("entity", ENTITIES)
def test_what_is_shared_and_what_is_apart_is_everything(entity):
    factors = [sign(1), size(), sign(2, shared=False), sign(3, 3), sign(4, shared=False)]
    shared, apart = split(factors, 8)
    out, work = np.empty((2, DRAWS, ROWS.stop - ROWS.start, NODES))
    parts = []
    for some in (shared, apart):
        multiply(some, ROWS, entity, out, work)
        parts.append(out.copy())
    assert np.prod(parts, axis=0) == pytest.approx(np.prod([filled(one, entity) for one in factors], axis=0), rel=1e-13)
    assert all(filled(one, FIRST) == pytest.approx(filled(one, SECOND)) for one in shared)


def test_of_nothing_the_product_is_one():
    out = np.empty((DRAWS, 2, NODES))
    multiply([], slice(0, 2), FIRST, out, out)
    assert np.all(out == 1)
