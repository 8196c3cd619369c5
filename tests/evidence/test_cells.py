"""What a cell may hold. Witness: the kinds and ranges written out by hand, 170 of nonsense and some of sense."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from pnst.classification.assess import assess
from pnst.errors import SettingError
from pnst.evidence.cells import check_cells, checked, flag, interval, is_empty, missing, name, number, series, text

NO_CELL = {
    "complex": 1 + 0j,
    "complex of numpy": np.complex128(1),
    "date": datetime.date(2020, 1, 1),
    "datetime": datetime.datetime(2020, 1, 1),
    "timestamp": pd.Timestamp("2020-01-01"),
    "span": np.timedelta64(1, "D"),
    "dict": {"value": 1},
    "empty dict": {},
    "set": {1},
    "bytes": b"1",
    "object": object(),
    "class": int,
    "generator": iter(()),
    "fraction": Fraction(1, 2),
    "decimal": Decimal(1),
}
"""What no column holds."""
NO_NUMBER = NO_CELL | {
    "12 mm": "12 mm",
    "twelve": "twelve",
    "number as text": "0.5",
    "comma": "0,5",
    "nan as text": "nan",
    "True": True,
    "True of numpy": np.bool_(True),
    "list": [0.5],
    "empty list": [],
    "tuple": (0.5,),
    "array": np.array([0.5]),
    "inf": math.inf,
    "-inf": -math.inf,
    "1e308": 1e308,
    "-5": -5,
    "-5.0": -5.0,
    "5000 digits": 10**5000,
    "400 digits": -(10**400),
}
"""What no measured column of numbers holds."""
NO_SIGN = NO_CELL | {
    "y": "y",
    "perhaps": "perhaps",
    "2": 2,
    "-1": -1,
    "0.5": 0.5,
    "inf": math.inf,
    "list": [True],
    "tuple": (False,),
    "array": np.array([True]),
    "5000 digits": 10**5000,
}
NO_TEXT = NO_CELL | {"number": 3.0, "True": True, "list": ["whole lesion"], "other words": "whole-lesion"}
NO_SERIES = NO_CELL | {
    "number": 800.0,
    "text": "0, 800",
    "negative": [-50.0, 800.0],
    "nan": [0.0, math.nan],
    "inf": (0.0, math.inf),
    "signs": [True, False],
    "texts": ["0", "800"],
    "nested": [[0.0, 800.0]],
    "empty": [],
    "ragged": [[0.0], [1.0, 2.0]],
}
NO_INTERVAL = NO_SERIES | {
    "out of order": [9.0, 3.0],
    "one": [3.0],
    "three": [3.0, 4.0, 5.0],
    "1e308": [3.0, 1e308],
    "JSON out of order": "[9, 3]",
    "no JSON": "[3, 9",
    "JSON NaN": "[NaN, 9]",
    "words": "3 to 9",
}
NO_NAME = NO_CELL | {"list": ["A"], "True": True, "inf": math.inf}
NONSENSE = [
    *(("size.longest_diameter_mm", what, cell) for what, cell in NO_NUMBER.items()),
    *(("margin.ill_defined_fraction", what, cell) for what, cell in NO_NUMBER.items()),
    *(("override.adc.mean_um2_per_ms", what, cell) for what, cell in NO_NUMBER.items()),
    *(("edema.present", what, cell) for what, cell in NO_SIGN.items()),
    *(("override.reader.invasion", what, cell) for what, cell in NO_SIGN.items()),
    *(("adc.region", what, cell) for what, cell in NO_TEXT.items()),
    *(("adc.b_values", what, cell) for what, cell in NO_SERIES.items()),
    *(("edema.max_extent_mm_interval", what, cell) for what, cell in NO_INTERVAL.items()),
    *(("case_id", what, cell) for what, cell in NO_NAME.items()),
    *(("size.quality", what, cell) for what, cell in NO_CELL.items()),
    *(("skipped.adc", what, cell) for what, cell in NO_CELL.items()),
    ("size.volume_ml", "more than a body", 1e7),
    ("size.longest_diameter_mm", "11 m", 11_000.0),
    ("size.longest_diameter_mm", "0", 0),
    ("size.surface_area_mm2", "more than a body", 1e9),
    ("margin.ill_defined_fraction", "percent", 20),
    ("margin.ill_defined_fraction", "negative", -0.1),
    ("margin.solidity", "above its hull", 1.2),
    ("margin.deep_lobulations_count", "half", 1.5),
    ("margin.deep_lobulations_count", "negative", -1),
    ("adc.mean_um2_per_ms", "0", 0.0),
    ("adc.mean_um2_per_ms", "in µm²/s", 1100.0),
    ("adc.min_um2_per_ms", "below what noise does", -3.0),
    ("adc.p95_um2_per_ms", "in 1e-6 mm²/s", 1500),
    ("override.edema.max_extent_mm", "-5", -5.0),
]


def test_that_is_no_small_number_of_nonsense():
    assert len(NONSENSE) > 170


@pytest.mark.parametrize(
    ("column", "cell"), [(c, x) for c, _, x in NONSENSE], ids=[f"{c}: {w}" for c, w, _ in NONSENSE]
)
def test_nonsense_is_refused_in_four_parts(column, cell):
    with pytest.raises(SettingError) as refusal:
        assess({"size.volume_ml": 3.0, column: cell})
    assert all((refusal.value.what, refusal.value.got, refusal.value.expected, refusal.value.remedy))
    assert column.removeprefix("override.") in refusal.value.what
    assert len(str(refusal.value)) < 500


EMPTY = [None, math.nan, np.float32("nan"), pd.NA, pd.NaT, "", "  "]


@pytest.mark.parametrize("cell", EMPTY)
def test_empty_cells(cell):
    assert missing(cell)
    assert is_empty(cell)
    assert flag("edema.present", cell) is number("edema.max_extent_mm", cell) is None
    assert interval("edema.max_extent_mm", cell) is series("adc.b_values", cell) is text("adc.region", cell) is None
    assert name("label", cell) == ""


@pytest.mark.parametrize("column", sorted({column for column, _, _ in NONSENSE}))
def test_an_empty_cell_is_as_good_as_no_column(column):
    """But for `applicable`, whose null is a result."""
    known = {"cyst.present": True, "t1_high.present": False}
    probabilities = {assess({**known, column: cell}).probability for cell in EMPTY}
    assert probabilities == {assess(known).probability}


@pytest.mark.parametrize("cell", [0, 0.0, False, "0", np.bool_(False)])
def test_nothing_that_says_something_is_empty(cell):
    assert not missing(cell)


def test_a_list_is_not_empty_here():
    assert [is_empty(cell) for cell in (None, np.nan, "", 0, False, [], (np.nan,))] == [True] * 3 + [False] * 4


@pytest.mark.parametrize(
    ("cell", "value"),
    [(True, True), (np.bool_(False), False), (1.0, True), ("False", False), ("yes", True), (" No", False)],
)
def test_a_sign(cell, value):
    assert flag("edema.present", cell) is value


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("edema.max_extent_mm", 0, 0.0),
        ("margin.ill_defined_fraction", 1.0, 1.0),
        ("margin.deep_lobulations_count", 2.0, 2.0),
        ("adc.mean_um2_per_ms", np.float32(2), 2),
        ("adc.min_uniform_um2_per_ms", -0.2, -0.2),  # noise alone
        ("adc.min_um2_per_ms", 0.0, 0.0),  # noise alone
        ("enhancement.rim_core_ratio", -3.0, -3.0),  # a rim that darkens
    ],
)
def test_a_number(column, cell, value):
    assert number(column, cell) == value


@pytest.mark.parametrize("cell", [[0.1, 0.3], (0.1, 0.3), np.array([0.1, 0.3]), "[0.1, 0.3]"])
def test_an_interval(cell):
    assert interval("margin.ill_defined_fraction_interval", cell) == (0.1, 0.3)


def test_an_interval_is_in_the_range_of_its_column():
    with pytest.raises(SettingError, match="between 0 and 1"):
        interval("margin.ill_defined_fraction_interval", [10.0, 30.0])


@pytest.mark.parametrize("cell", [[0, 50, 800], (0.0, 50.0, 800.0), np.array([0, 50, 800]), "[0, 50.0, 800]"])
def test_b_values_also_as_a_table_holds_them(cell):
    assert series("adc.b_values", cell) == (0.0, 50.0, 800.0)


def test_a_name_is_a_text_or_a_number():
    assert [name("label", cell) for cell in ("GTV", 3, np.int64(4))] == ["GTV", "3", "4"]


def test_each_column_has_its_check():
    assert checked("adc.region", "whole lesion") == "whole lesion"
    assert checked("override.edema.present", 1) is True
    assert checked("edema.max_extent_mm_interval", "[1, 2]") == (1.0, 2.0)
    assert checked("skipped.adc", "no series") == "no series"
    check_cells("size.volume_ml", [1.0, None, 2])
    with pytest.raises(SettingError, match="volume_ml"):
        check_cells("size.volume_ml", [1.0, -2])
