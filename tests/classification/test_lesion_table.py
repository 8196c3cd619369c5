"""Cells of lesions in whatever form they came. Witness: the three forms hold the same cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.lesion_table import LesionTable, is_empty
from pnst.errors import SettingError

COLUMNS = {
    "edema.max_extent_mm": 12.0,
    "edema.max_extent_mm_interval": (10.0, 16.0),
    "override.edema.present": False,
    "size.longest_diameter_mm": 40.0,
}


def test_a_mapping_and_a_table_hold_the_same_cells():
    one, many = LesionTable.of(COLUMNS), LesionTable.of(pd.DataFrame([COLUMNS, COLUMNS]))
    assert one.names == many.names
    assert (one.count, many.count) == (1, 2)
    assert one.index is None
    assert one.row(0, COLUMNS) == many.row(1, COLUMNS)


def test_half_an_interval_and_none_where_a_reader_gave_the_value():
    """Closed form: (16 − 10) ÷ 2."""
    assert LesionTable.of(COLUMNS).half_widths("edema.max_extent_mm").tolist() == [3.0]
    given = LesionTable.of({**COLUMNS, "override.edema.max_extent_mm": 11.0})
    assert given.half_widths("edema.max_extent_mm").tolist() == [0.0]
    values, by_reader = given.numbers("edema.max_extent_mm")
    assert (values.tolist(), by_reader.tolist()) == ([11.0], [True])


def test_to_a_frame_and_back():
    table = LesionTable.of(pd.DataFrame([COLUMNS]))
    again = LesionTable.from_frame(table.to_frame(["edema.present", "size.longest_diameter_mm"]))
    assert again.names == ("size.longest_diameter_mm", "override.edema.present")


def test_what_is_empty():
    assert [is_empty(cell) for cell in (None, np.nan, "", 0, False, [], (np.nan,))] == [True] * 3 + [False] * 4


def test_what_is_no_table_is_refused():
    with pytest.raises(SettingError, match="not measurements"):
        LesionTable.of([1.0])
    with pytest.raises(SettingError, match="a column twice"):
        LesionTable.of(pd.DataFrame([[1.0, 2.0]], columns=["size.volume_ml"] * 2))
