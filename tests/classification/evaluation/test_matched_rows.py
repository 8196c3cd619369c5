"""A matched comparison as it is written. Witness: the comparison's own numbers, and JSON that takes them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from classification.matching.confounded import cohort
from pnst.classification.evaluation.evaluate import evaluate
from pnst.classification.evaluation.matched_rows import balance_table, matched_dict, outcome_table, pair_rows

COVARIATES = ("age", "sex", "level")


@pytest.fixture(scope="module")
def evaluation():
    table = cohort(1, 80)
    table.loc[4, "age"] = np.nan
    return evaluate(table, "intramedullary", match=COVARIATES)


def test_json_takes_it_whole(evaluation):
    written = json.loads(json.dumps(matched_dict(evaluation.matched, evaluation.cases), allow_nan=False))
    assert (written["covariates"], written["ratio"], written["caliper"]) == (list(COVARIATES), 1, 0.2)
    assert written["left_out"] == [{"row": 5, "case_id": "c004", "reason": "age is not given"}]
    named = {one["row"] for one in written["unmatched"]} | {row["row"] for row in pair_rows(evaluation)} | {5}
    assert named == set(range(1, 81))
    assert written["matched_with_label"] == written["sets"] == len(evaluation.matched.sets)


def test_without_names_of_cases_rows_name_them(evaluation):
    assert matched_dict(evaluation.matched, None)["left_out"] == [{"row": 5, "reason": "age is not given"}]


def test_one_row_a_matched_lesion(evaluation):
    rows = pair_rows(evaluation)
    assert [row["role"] for row in rows[:2]] == ["case", "control"]
    assert [row["set"] for row in rows[:4]] == [1, 1, 2, 2]
    for row in rows:
        assert row["intramedullary"] == int(row["role"] == "case")
        assert row["propensity"] == pytest.approx(1 / (1 + np.exp(-row["logit"])))
        assert row["case_id"] == f"c{row['row'] - 1:03d}"


def test_tables_of_balance_and_outcomes(evaluation):
    age = balance_table(evaluation.matched)[0]
    assert age["covariate"] == "age"
    spread = np.sqrt((age["before_with_label_sd"] ** 2 + age["before_without_label_sd"] ** 2) / 2)
    assert age["before_smd"] == pytest.approx((age["before_with_label"] - age["before_without_label"]) / spread)
    rough, edema = outcome_table(evaluation.matched)
    assert rough["difference"] == pytest.approx(rough["with_label"] - rough["without_label"])
    assert rough["low"] < rough["difference"] < rough["high"]
    assert (rough["only_with_label"], edema["wilcoxon_p"]) == (None, None)
    assert edema["only_with_label"] - edema["only_without_label"] == round(edema["difference"] * edema["sets"])


def test_without_a_matching_there_are_no_pairs():
    from classification.simulated_cohorts import cohort as lesions

    assert pair_rows(evaluate(lesions(40, seed=3), "malignant")) == []
