"""What columns are called. Witness: every column of every family."""

from __future__ import annotations

from pnst.measurement.column_titles import COLUMNS, FAMILY_TITLES, column_title, family_title
from pnst.measurement.measurements import FAMILY_TYPES


def test_every_family_and_column_has_a_title_that_is_no_name_of_code():
    assert set(FAMILY_TITLES) == set(FAMILY_TYPES)
    for name, kind in FAMILY_TYPES.items():
        columns = {c for c in kind.column_names() if c != "quality" and not c.endswith("_threshold")}
        assert columns <= {*COLUMNS}, name
        assert not any("_" in column_title(column, name) for column in columns)


def test_what_has_no_title_is_shown_under_its_own_name():
    assert family_title("a_new_one") == "A new one"
    assert column_title("a_new_one_mm") == "A new one mm"
