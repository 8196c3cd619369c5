"""What a cell may hold, and which columns there are."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pnst.errors import SettingError
from pnst.evidence.columns import check_names, flag, interval, known_columns, missing, number
from pnst.evidence.published import predictors
from pnst.evidence.rules import rule_columns


def test_every_column_that_is_read_is_known():
    assert {p.column for p in predictors()} | set(rule_columns()) <= known_columns()


@pytest.mark.parametrize(
    "name",
    [
        "size.longest_diameter_mm",
        "override.margin.ill_defined",
        "skipped.adc",
        "skipped.margin.edge",
        "margin.ill_defined_fraction_interval",
        "reader.invasion",
        "case_id",
        "edema.quality",
    ],
)
def test_a_column_is_known(name):
    check_names([name])


@pytest.mark.parametrize("name", ["size.longest_diametre_mm", "override.edema.presence", "malignant", "", 3])
def test_an_unknown_column_is_refused(name):
    with pytest.raises(SettingError):
        check_names([name])


def test_the_refusal_names_what_is_near():
    with pytest.raises(SettingError, match=r"size\.longest_diameter_mm"):
        check_names(["size.longest_diametre_mm"])


@pytest.mark.parametrize("cell", [None, math.nan, np.float32("nan"), pd.NA, pd.NaT, "", "  "])
def test_empty_cells(cell):
    assert missing(cell)
    assert flag("edema.present", cell) is number("edema.max_extent_mm", cell) is interval("x", cell) is None


@pytest.mark.parametrize("cell", [0, 0.0, False, "0", np.bool_(False)])
def test_nothing_that_says_something_is_empty(cell):
    assert not missing(cell)


@pytest.mark.parametrize(("cell", "value"), [(True, True), (np.bool_(False), False), (1.0, True), ("False", False)])
def test_a_sign(cell, value):
    assert flag("edema.present", cell) is value


@pytest.mark.parametrize("cell", ["yes", 2, 0.5, [True]])
def test_what_is_no_sign(cell):
    with pytest.raises(SettingError, match=r"edema\.present"):
        flag("edema.present", cell)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("size.longest_diameter_mm", -1.0),
        ("size.longest_diameter_mm", 0.0),
        ("adc.mean_um2_per_ms", 0),
        ("edema.max_extent_mm", math.inf),
        ("edema.max_extent_mm", True),
        ("edema.max_extent_mm", "12"),
        ("margin.ill_defined_fraction", 20),
        ("margin.ill_defined_fraction", -0.1),
    ],
)
def test_a_number_that_its_unit_does_not_allow(column, cell):
    with pytest.raises(SettingError, match=column):
        number(column, cell)


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("edema.max_extent_mm", 0, 0.0),
        ("margin.ill_defined_fraction", 1.0, 1.0),
        ("adc.mean_um2_per_ms", np.float32(2), 2),
        ("adc.min_uniform_um2_per_ms", -0.2, -0.2),  # noise alone
    ],
)
def test_a_number(column, cell, value):
    assert number(column, cell) == value


@pytest.mark.parametrize("cell", [[0.1, 0.3], (0.1, 0.3), np.array([0.1, 0.3]), "[0.1, 0.3]"])
def test_an_interval(cell):
    assert interval("x", cell) == (0.1, 0.3)


@pytest.mark.parametrize("cell", [[0.3, 0.1], [0.1], 0.2, "0.1-0.3", ["a", "b"], [0.1, math.nan]])
def test_what_is_no_interval(cell):
    with pytest.raises(SettingError, match="lo, hi"):
        interval("x", cell)
