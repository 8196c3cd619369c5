"""Matched comparisons.

Witness: statsmodels, networkx, tableone and SciPy (tests/oracles/make_matching.py); cohorts whose true effect is known.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classification.matching.confounded import EFFECT, cohort
from pnst.classification.matching.match import match_groups
from pnst.classification.matching.matched import Matching
from pnst.classification.training.labelled import LabelledTable
from pnst.errors import InputError, SettingError

ORACLE = json.loads((Path(__file__).parents[2] / "oracles" / "matching.json").read_text(encoding="utf-8"))
COVARIATES = ("age", "sex", "level")


def matched(table, covariates=COVARIATES, groups=None, **how):
    labelled = LabelledTable.of(table, "intramedullary", groups)
    return match_groups(labelled, Matching(tuple(covariates), **how), groups is not None)


@pytest.fixture(scope="module")
def small():
    return matched(cohort(1, 80))


def test_scores_are_those_of_statsmodels(small):
    assert small.logit == pytest.approx(ORACLE["logit"], abs=1e-8)
    assert small.propensity == pytest.approx(1 / (1 + np.exp(-np.array(ORACLE["logit"]))), abs=1e-9)
    assert small.caliper_width == pytest.approx(ORACLE["caliper"], abs=1e-9)


def test_pairs_are_those_of_networkx(small):
    """Maximum matching of least weight; equal totals, and no pair further apart than the caliper."""
    distance = [abs(small.logit[one.case] - small.logit[one.controls[0]]) for one in small.sets]
    theirs = [abs(ORACLE["logit"][case] - ORACLE["logit"][control]) for case, control in ORACLE["pairs"]]
    assert len(small.sets) == len(theirs)
    assert sum(distance) == pytest.approx(sum(theirs))
    assert max(distance) <= small.caliper_width
    assert [(one.case, *one.controls) for one in small.sets] == [tuple(pair) for pair in ORACLE["pairs"]]


def test_balance_is_that_of_tableone(small):
    for row in small.balance:
        assert abs(row.smd_before) == pytest.approx(ORACLE["before"][row.name], abs=1e-12)
        assert abs(row.smd_after) == pytest.approx(ORACLE["after"][row.name], abs=1e-12)
    assert len(small.balance) == len(ORACLE["before"])


def test_paired_tests_are_those_of_scipy_and_statsmodels(small):
    rough, edema = small.outcomes
    assert (rough.name, rough.kind, edema.name, edema.kind) == ("roughness", "number", "has_edema", "sign")
    assert (rough.p_value, rough.wilcoxon_p) == pytest.approx((ORACLE["t_p"], ORACLE["wilcoxon_p"]))
    assert edema.p_value == pytest.approx(ORACLE["mcnemar_p"])
    assert edema.difference == pytest.approx((edema.discordant[0] - edema.discordant[1]) / edema.sets)


def test_every_lesion_is_accounted_for(small):
    rows = {row for one in small.sets for row in (one.case, *one.controls)}
    assert small.counts == (len(small.sets), len(small.sets))
    assert rows.isdisjoint(small.unmatched)
    assert len(rows) + len(small.unmatched) + len(small.left_out) == 80
    assert small.labelled[[one.case for one in small.sets]].all() == small.cases_have_label


def effects(seeds, **how):
    rows = [next(o for o in matched(cohort(seed), **how).outcomes if o.name == "roughness") for seed in seeds]
    return np.array([row.difference for row in rows]), np.array([row.crude_difference for row in rows]), rows


def z(values):
    return (values.mean() - EFFECT) / (values.std(ddof=1) / np.sqrt(len(values)))


def test_the_matched_effect_is_unbiased_where_the_crude_one_is_not():
    """Witness: 50 cohorts whose label adds 0.5; the crude difference is off by ten standard errors."""
    difference, crude, rows = effects(range(50))
    assert abs(z(difference)) < 2
    assert z(crude) > 10
    held = sum(row.interval[0] <= EFFECT <= row.interval[1] for row in rows)
    assert held >= 44


@pytest.mark.slow
def test_with_two_controls_each_it_is_too():
    assert abs(z(effects(range(100, 150), ratio=2)[0])) < 2


def test_no_effect_is_as_rarely_significant_as_it_should():
    """Witness: 60 cohorts without an effect; at 5 % about 3 are significant, 9 or more once in 400."""
    rows = [matched(cohort(seed, effect=0.0)).outcomes[0] for seed in range(60)]
    assert sum(row.p_value < 0.05 for row in rows) < 9


def test_several_controls_each_are_of_the_larger_group():
    table = cohort(3)
    table["intramedullary"] = 1 - table["intramedullary"]
    turned = matched(table, ratio=2)
    assert not turned.cases_have_label
    straight = matched(cohort(3), ratio=2)
    assert straight.cases_have_label
    assert {len(one.controls) for one in straight.sets} == {1, 2}
    assert turned.counts == straight.counts[::-1]
    one, other = straight.outcomes[0], turned.outcomes[0]
    assert one.difference == pytest.approx(-other.difference)
    assert any("fewer than 2 controls" in note for note in straight.notes)


def test_a_wider_caliper_matches_more():
    narrow, wide = (len(matched(cohort(3), caliper=caliper).sets) for caliper in (0.02, 2.0))
    assert narrow < wide


def test_what_is_matched_by_is_no_outcome(small):
    assert {row.name for row in small.outcomes}.isdisjoint(COVARIATES)


def test_an_empty_cell_or_a_lone_word_leaves_a_lesion_out():
    table = cohort(1, 80)
    table.loc[4, "age"] = np.nan
    table.loc[7, "level"] = "S"
    result = matched(table)
    assert result.left_out == {4: "age is not given", 7: "no lesion of the other group has level = S"}
    assert np.isnan(result.logit[[4, 7]]).all()


def test_groups_that_do_not_overlap_are_refused():
    table = cohort(1, 80)
    table["age"] = np.where(table["intramedullary"] == 1, table["age"] + 200, table["age"])
    with pytest.raises(InputError, match="do not overlap"):
        matched(table)


def test_groups_that_hardly_overlap_are_refused():
    """Two lesions of one age, all others far apart, and a caliper that no pair meets."""
    table = cohort(1, 60)
    with pytest.raises(InputError, match="do not overlap"):
        matched(table, caliper=1e-9)


def test_words_that_part_the_groups_are_refused():
    table = cohort(1, 60)
    table["level"] = np.where(table["intramedullary"] == 1, "C", "T")
    with pytest.raises(InputError, match="do not overlap"):
        matched(table)


def test_what_says_the_same_twice_is_refused():
    table = cohort(1, 60)
    table["years"] = 2 * table["age"]
    with pytest.raises(InputError, match="the same twice"):
        matched(table, ("age", "years"))


def test_a_covariate_that_is_the_same_for_all_changes_nothing():
    table = cohort(1, 80)
    table["scanner"] = 3.0
    result = matched(table, (*COVARIATES, "scanner"))
    assert result.logit == pytest.approx(ORACLE["logit"], abs=1e-8)
    assert result.balance[-1].smd_after == 0.0


@pytest.mark.parametrize("how", [{"ratio": 0}, {"ratio": 6}, {"caliper": 0.0}, {"caliper": -1.0}, {"caliper": np.nan}])
def test_a_ratio_or_caliper_out_of_range_is_refused(how):
    with pytest.raises(SettingError, match="is not usable"):
        matched(cohort(1, 80), **how)


def test_what_stays_out_of_balance_and_shared_patients_are_told():
    table = cohort(1, 80)
    table["patient"] = [f"p{row // 2}" for row in range(80)]
    notes = matched(table, groups="patient").notes
    assert any(note.startswith("still out of balance") and "level = T" in note for note in notes)
    assert any("taken as independent" in note for note in notes)
