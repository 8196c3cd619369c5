"""Optimal assignment. Witness: every possible choice of small groups, tried."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pnst.classification.matching.assignment import assign
from pnst.classification.matching.matched import MatchedSet


def best(cases, controls, ratio, width):
    """(cases with a first control, with a second …), total: the best of all ways to give controls to cases."""
    ranked = []
    for owners in product(range(-1, len(cases)), repeat=len(controls)):
        given = [[c for c, owner in enumerate(owners) if owner == case] for case in range(len(cases))]
        far = [abs(cases[case] - controls[c]) for case, some in enumerate(given) for c in some]
        if max(map(len, given)) <= ratio and all(distance <= width for distance in far):
            ranked.append((tuple(-sum(len(some) > place for some in given) for place in range(ratio)), sum(far)))
    return min(ranked)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_no_other_choice_is_better(seed, ratio):
    rng = np.random.default_rng(seed)
    cases, controls = rng.normal(0, 1, 3), rng.normal(0.4, 1, 5)
    width = 0.8
    sets = assign(cases, controls, ratio, width)
    filled = tuple(-sum(len(one.controls) > place for one in sets) for place in range(ratio))
    total = sum(abs(cases[one.case] - controls[c]) for one in sets for c in one.controls)
    assert (filled, pytest.approx(total)) == best(cases, controls, ratio, width)


def test_each_control_is_used_once_and_none_is_too_far():
    rng = np.random.default_rng(9)
    cases, controls = rng.normal(0, 1, 40), rng.normal(0.5, 1, 90)
    sets = assign(cases, controls, 2, 0.1)
    used = [c for one in sets for c in one.controls]
    assert len(used) == len(set(used))
    assert max(abs(cases[one.case] - controls[c]) for one in sets for c in one.controls) <= 0.1


def test_where_none_is_near_there_is_no_set():
    assert assign(np.array([0.0]), np.array([1.0]), 1, 0.5) == []
    assert assign(np.array([0.0]), np.array([0.5]), 1, 0.5) == [MatchedSet(0, (0,))]
