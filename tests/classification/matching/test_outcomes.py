"""Paired tests. Witness: binomial closed forms, SciPy, McNemar as a special case; test_match asks statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pnst.classification.matching.matched import MatchedSet
from pnst.classification.matching.outcomes import mcnemar, outcome_row, stratified_score_p

PAIRS = [MatchedSet(n, (n + 4,)) for n in range(4)]
LABEL = np.array([True] * 4 + [False] * 6)


def row(values, sets=PAIRS, cases_have_label=True, label=LABEL):
    return outcome_row("x", np.array(values, dtype=float), label, sets, cases_have_label)


def test_a_number_by_t_and_by_ranks():
    values = [5.0, 7.5, 9.0, 4.0, 4.0, 6.0, 9.5, 1.0, 100.0, 100.0]
    result = row(values)
    t = stats.ttest_rel(values[:4], values[4:8])
    assert (result.kind, result.sets, result.means) == ("number", 4, (6.375, 5.125))
    assert (result.difference, result.p_value) == pytest.approx((1.25, t.pvalue))
    assert result.interval == pytest.approx(tuple(t.confidence_interval()))
    assert result.wilcoxon_p == pytest.approx(stats.wilcoxon(np.subtract(values[:4], values[4:8])).pvalue)
    assert result.crude_difference == pytest.approx(6.375 - np.mean(values[4:]))


def test_the_other_way_round_the_signs_turn():
    values = [5.0, 7.5, 9.0, 4.0, 4.0, 6.0, 9.5, 1.0, 0.5, 0.5]
    one, other = row(values), row(values, cases_have_label=False, label=~LABEL)
    assert other.difference == -one.difference
    assert other.interval == pytest.approx((-one.interval[1], -one.interval[0]))
    assert other.p_value == pytest.approx(one.p_value)


def test_a_sign_by_mcnemar():
    result = row([1, 1, 1, 0, 0, 0, 1, 1, 0, 1])
    assert (result.kind, result.discordant, result.means) == ("sign", (2, 1), (0.75, 0.5))
    assert result.p_value == 1.0
    assert result.wilcoxon_p is None
    assert row([1, 1, 1, 0, 0, 0, 1, 1, 0, 1], cases_have_label=False, label=~LABEL).discordant == (1, 2)


@pytest.mark.parametrize(("pair", "p"), [((1, 9), 22 / 1024), ((0, 6), 2 / 64), ((3, 3), 1.0), ((0, 0), 1.0)])
def test_mcnemars_p_is_binomial(pair, p):
    assert mcnemar(*pair) == pytest.approx(p)


def test_with_one_control_each_the_score_test_is_mcnemars():
    pairs = [(1.0, np.array([0.0]))] * 9 + [(0.0, np.array([1.0]))] * 3 + [(1.0, np.array([1.0]))] * 5
    assert stratified_score_p(pairs) == pytest.approx(stats.chi2.sf((9 - 3) ** 2 / 12, 1))


def test_several_controls_take_the_score_test():
    """Expectations 1/3, 2/3 and 1/3 of cases 1, 1 and 0."""
    sets = [MatchedSet(0, (4, 5)), MatchedSet(1, (6, 7)), MatchedSet(2, (8, 9))]
    result = row([1, 1, 0, 0, 0, 0, 1, 0, 1, 0], sets)
    assert result.p_value == pytest.approx(stats.chi2.sf((2 - 4 / 3) ** 2 / (2 / 3), 1))
    assert result.discordant is None
    assert stratified_score_p([(1.0, np.array([1.0, 1.0]))]) == 1.0


def test_only_sets_that_have_it_on_both_sides_count():
    nan = np.nan
    assert row([5.0, nan, 9.0, 4.0, 4.0, 6.0, nan, 1.0, 2.0, 2.0]).sets == 2
    assert row([nan, nan, nan, nan, 4.0, 6.0, 1.0, 1.0, 2.0, 2.0]) is None
    sets = [MatchedSet(0, (4, 5)), MatchedSet(1, (6, 7))]
    result = row([5.0, 4.0, 0, 0, 1.0, nan, 2.0, 4.0, 2.0, 2.0], sets)
    assert (result.sets, result.difference) == (2, (4.0 + 1.0) / 2)


def test_what_differs_alike_in_every_set_has_no_test():
    same = row([2.0, 3.0, 4.0, 5.0, 2.0, 3.0, 4.0, 5.0, 1.0, 1.0])
    assert (same.p_value, same.wilcoxon_p, same.interval) == (1.0, 1.0, None)
    shifted = row([3.0, 4.0, 5.0, 6.0, 2.0, 3.0, 4.0, 5.0, 1.0, 1.0])
    assert (shifted.p_value, shifted.wilcoxon_p, shifted.interval) == (None, None, None)
