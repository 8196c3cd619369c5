"""One lesion's measurements as columns, a dictionary and HTML. Witness: invariants."""

from __future__ import annotations

import pytest

from pnst.measurement.measurements import Measurements
from scenes import Scene
from without_intervals import measure


def test_measurements_come_back_from_their_dictionary():  # invariant: files and memory agree
    scene = Scene(halo=8)
    m = measure(scene.study(), scene.lesion(), overrides={"reader.invasion": True})
    back = Measurements.from_dict(m.to_dict(), m.case_id)
    assert back.columns() == m.columns()
    assert back.to_dict() == m.to_dict()


ENTRY = {
    "label": "1",
    "edema": {
        "max_extent_mm": 3.0,
        "max_extent_mm_interval": [2.0, 4.0],
        "present": True,
        "present_threshold": 0.6,
        "volume_ml": 1,
        "index": 0.1,
        "surface_fraction": 0.2,
        "censored": False,
    },
    "skipped": {"adc": "no series", "margin.edge": "no series"},
    "overrides": {"edema.present": False},
    "warnings": ["w"],
    "notes": ["n"],
    "provenance": {"pnst": "0.1.0"},
}


def test_an_entry_is_read_and_its_settings_are_not_known():
    m = Measurements.from_dict(ENTRY, "A")
    assert m.edema.max_extent_mm_interval == (2.0, 4.0)
    assert (m.skipped["adc"], m.overrides, m.warnings, m.notes) == (
        "no series",
        {"edema.present": False},
        ("w",),
        ("n",),
    )
    assert m.settings is None
    assert Measurements.from_dict({"label": 3}, "A").label == "3"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"oedema": ENTRY["edema"]}, "'oedema' .*is it 'edema'"),
        ({"split_fatt": {}}, "'split_fatt' .*is it 'split_fat'"),
        ({"overides": {}}, "'overides' .*is it 'overrides'"),
        ({"settings": {}}, "'settings'"),
        ({"edema": [1]}, "no table of columns"),
        ({"edema": {**ENTRY["edema"], "extent_mm": 3.0}}, "edema holds 'extent_mm'"),
        ({"edema": {**ENTRY["edema"], "extent_mm_interval": [1.0, 2.0]}}, "edema holds 'extent_mm_interval'"),
        ({"edema": {**ENTRY["edema"], "present_interval": [0.0, 1.0]}}, "edema holds 'present_interval'"),
        ({"edema": {**ENTRY["edema"], "max_extent_mm_interval": [4.0, 2.0]}}, r"edema\.max_extent_mm_interval is"),
        ({"edema": {**ENTRY["edema"], "max_extent_mm_interval": "24"}}, r"edema\.max_extent_mm_interval is"),
        ({"edema": {**ENTRY["edema"], "max_extent_mm": "3"}}, r"edema\.max_extent_mm is '3'"),
        ({"edema": {**ENTRY["edema"], "max_extent_mm": True}}, r"edema\.max_extent_mm is True"),
        ({"edema": {**ENTRY["edema"], "max_extent_mm": None}}, r"edema\.max_extent_mm is None"),
        ({"edema": {**ENTRY["edema"], "max_extent_mm": float("nan")}}, r"edema\.max_extent_mm is nan"),
        ({"edema": {**ENTRY["edema"], "max_extent_mm": -1e300}}, r"edema\.max_extent_mm is -1e\+300"),
        ({"edema": {**ENTRY["edema"], "present": 1}}, r"edema\.present is 1"),
        ({"edema": {**ENTRY["edema"], "quality": 3}}, r"edema\.quality is 3"),
        ({"split_fat": {"compartment": "muscle"}}, r"split_fat\.compartment is 'muscle'"),
        ({"skipped": {"oedema": "x"}}, "skipped holds 'oedema'"),
        ({"skipped": ["adc"]}, "skipped is"),
        ({"skipped": {"adc": 3}}, "something else than texts"),
        ({"overrides": ["edema.present"]}, "overrides is"),
        ({"warnings": "text"}, "warnings is 'text'"),
        ({"notes": [1]}, "notes is"),
        ({"provenance": {"pnst": None}}, "something else than texts"),
        ({"label": None}, "the label is None"),
        ({"label": True}, "the label is True"),
    ],
)
def test_an_entry_that_this_version_does_not_know_is_refused(changes, named):
    with pytest.raises((TypeError, ValueError), match=named):
        Measurements.from_dict({**ENTRY, **changes}, "A")


def test_an_entry_that_lacks_a_column_is_refused():
    lacking = {name: value for name, value in ENTRY["edema"].items() if name != "censored"}
    with pytest.raises(TypeError, match="censored"):
        Measurements.from_dict({**ENTRY, "edema": lacking}, "A")
    with pytest.raises(KeyError, match="label"):
        Measurements.from_dict({}, "A")


def test_a_column_that_may_be_null_is_read():
    columns = {"coverage_fraction": 0.3, "present": None, "present_threshold": 0.5, "pole_coverage_fraction": None}
    entry = {"label": "1", "split_fat": {**columns, "applicable": None, "compartment": "unclear", "quality": None}}
    assert Measurements.from_dict(entry, "A").split_fat.present is None


def test_html_escapes_what_came_from_files():
    m = Measurements("<b>case</b>", "<script>", skipped={"adc": "<i>"})
    assert "<script>" not in m._repr_html_()
    assert "<b>case" not in m._repr_html_()
