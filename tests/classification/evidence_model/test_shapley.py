"""Contributions. Witnesses: the average over all orders of evidence, a predictor without weight, a count of calls."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pnst.classification.assess import assess
from pnst.classification.evidence_model.shapley import Contributions
from pnst.evidence.published import predictors

COLUMNS = {
    "size.longest_diameter_mm": 72.0,
    "margin.ill_defined_fraction": 0.21,
    "edema.max_extent_mm": 12.0,
    "adc.mean_um2_per_ms": 1.4,
}


def logit(p):
    return np.log(p / (1 - p))


def test_contributions_are_shapley_values():
    """Witness: the mean over all 24 orders in which four predictors can come in, one `assess` a subset."""
    value = {
        frozenset(subset): logit(assess({c: COLUMNS[c] for c in subset}).probability)
        for size in range(5)
        for subset in itertools.combinations(COLUMNS, size)
    }
    names = {p.column: p.name for p in predictors()}
    contributions = assess(COLUMNS).contributions
    for column in COLUMNS:
        gains = []
        for order in itertools.permutations(COLUMNS):
            before = frozenset(order[: order.index(column)])
            gains.append(value[before | {column}] - value[before])
        assert contributions[names[column]] == pytest.approx(np.mean(gains), abs=1e-9)


def test_a_predictor_of_no_weight_contributes_nothing():
    """Oedema half way between none and certain: ½·P + ½·(1 − P)."""
    assert assess({**COLUMNS, "edema.max_extent_mm": 10.5}).contributions["edema_present"] == pytest.approx(0, abs=1e-9)


def test_contributions_are_computed_when_first_read_and_once():
    calls = []

    def compute():
        calls.append(1)
        return {"a": 1.0}

    contributions = Contributions(("a",), compute)
    assert list(contributions) == ["a"]
    assert len(contributions) == 1
    assert not calls
    assert contributions["a"] == contributions["a"] == 1.0
    assert len(calls) == 1
