"""How measured values are written. Witness: the units that the columns' names end with."""

from __future__ import annotations

import pytest

from pnst.measurement.measurements import FAMILY_TYPES
from pnst.measurement.quantity import quantity, unit_of
from pnst.reporting import numbers

SUFFIXES = {"_mm2": "mm²", "_mm": "mm", "_ml": "ml", "_um2_per_ms": "10⁻³ mm²/s"}


@pytest.mark.parametrize("family", FAMILY_TYPES)
def test_every_columns_unit_is_that_of_its_name(family):
    for column in FAMILY_TYPES[family].column_names():
        for suffix, unit in SUFFIXES.items():
            if column.endswith(suffix):
                assert unit_of(column) == unit
                break


def test_the_pages_write_values_by_the_same_function():
    assert numbers.quantity is quantity
    assert quantity("volume_ml", (1.0, 12.0)).text == "1.00, 12.0"
    assert quantity("volume_ml", None, "not measured").text == "not measured"


def test_what_rounds_to_nothing_has_no_sign():
    assert quantity("edge_offset_mm", -0.04).text == "0.0"
    assert quantity("edge_offset_mm_interval", (-0.06, 0.04)).text == "-0.1 – 0.0"
