"""`Growth` as it is shown and written. Witness: the published schema, and what is read back."""

from __future__ import annotations

import json
from datetime import date

import pytest

from measurement.growth.dated import BALLS, measured, motion
from pnst.measurement.growth.compare import compare_dates
from pnst.measurement.growth.settings import CompareSettings
from pnst.preprocessing.settings import AlignmentSettings


@pytest.fixture(scope="module")
def growth():
    grown = {"a": (BALLS["a"][0], 7.6)}
    return compare_dates(
        "<limb>", [measured(0, BALLS), measured(90, grown, motion())], CompareSettings(), AlignmentSettings()
    )


def test_one_row_a_lesion_and_date(growth):
    frame = growth.to_frame()
    assert frame[["lesion", "day", "state"]].values.tolist() == [
        ["a", 0, "measured"],
        ["a", 90, "measured"],
        ["b", 0, "measured"],
        ["b", 90, "absent"],
    ]
    assert set(frame["case_id"]) == {"<limb>"}


def test_a_lesions_entry_is_that_of_its_last_date(growth):
    entry = growth.to_dict()["lesions"][0]
    assert entry["volume_change_fraction"] == pytest.approx((7.6 / 7.0) ** 3 - 1)
    assert (entry["status"], entry["category"]) == ("followed", "progression")
    assert growth.to_dict()["lesions"][1]["status"] == "vanished"


def test_days_and_no_date(growth):
    text = json.dumps(growth.to_dict())
    assert growth.days == (0, 90)
    assert str(date.today().year) not in text


def test_a_notebook_shows_it_escaped(growth):
    html = growth._repr_html_()
    assert "&lt;limb&gt;" in html
    assert "+28.0 %" in html
    assert "absent" in html
    assert "study" not in repr(growth)
