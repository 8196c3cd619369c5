"""Covariates read from tables. Witness: made-up columns of each kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.matching.covariates import read_covariates, without_counterpart
from pnst.errors import InputError

TABLE = pd.DataFrame(
    {
        "age": [30, 41.5, np.nan, 50],
        "male": ["yes", "no", "", "yes"],
        "nf1": [True, False, True, False],
        "level": ["C", " T", "C", None],
        "label": [1, 0, 1, 0],
    }
)


def test_each_kind():
    age, male, nf1, level = read_covariates(TABLE, ["age", "male", "nf1", "level"], ["label"])
    assert age.values.tolist()[:2] == [30, 41.5]
    assert [one.is_share for one in (age, male, nf1, level)] == [False, True, True, False]
    assert male.values.tolist()[::3] == [1.0, 1.0]
    assert np.isnan([age.values[2], male.values[2], level.values[3]]).all()
    assert level.levels == ("C", "T")
    assert [(name, values.tolist()) for name, values in level.indicators()] == [
        ("level = C", [1, 0, 1, 0]),
        ("level = T", [0, 1, 0, 0]),
    ]
    assert [name for name, _ in age.indicators()] == ["age"]


@pytest.mark.parametrize("names", [[], ["age", "age"], ["label"], ["nowhere"]])
def test_names_that_cannot_be_matched_by_are_refused(names):
    with pytest.raises(InputError):
        read_covariates(TABLE, names, ["label"])


def test_too_many_words_are_refused():
    table = pd.DataFrame({"name": [f"n{row}" for row in range(21)]})
    with pytest.raises(InputError, match="too many values"):
        read_covariates(table, ["name"], [])
    assert len(read_covariates(table[:20], ["name"], [])[0].levels) == 20


def test_leaving_one_out_may_leave_another_alone():
    """Row 1 is the counterpart of row 0 by level, and has none itself by sex."""
    table = pd.DataFrame({"level": ["C", "C", "T", "T", "T"], "sex": ["F", "X", "F", "F", "F"]})
    covariates = read_covariates(table, ["level", "sex"], [])
    left_out = without_counterpart(covariates, np.array([True, False, True, False, False]))
    assert left_out == {
        1: "no lesion of the other group has sex = X",
        0: "no lesion of the other group has level = C",
    }


def test_where_all_have_a_counterpart_none_is_left_out():
    covariates = read_covariates(TABLE[["nf1"]], ["nf1"], [])
    assert without_counterpart(covariates, np.array([True, False, True, False])) == {}
