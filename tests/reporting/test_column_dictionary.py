"""What a sidecar says of the columns. Witness: families' own sources, and units of the specification by hand."""

from __future__ import annotations

from pnst.measurement.family import INTERVAL
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.reporting.column_dictionary import column_dictionary


def entry(column: str) -> dict[str, str]:
    return column_dictionary([column])[column]


def test_every_column_of_every_family_has_a_name_of_its_own_and_ascii_units():
    columns = [f"{family}.{name}" for family, kind in FAMILY_TYPES.items() for name in kind.column_names()]
    described = column_dictionary(columns)
    assert all(one["LongName"] for one in described.values())
    assert all(one.get("Units", "-").isascii() for one in described.values())
    assert len({one["LongName"] for one in described.values()}) > 0.95 * len(columns)


def test_units_are_those_of_bids():
    assert entry("size.surface_area_mm2")["Units"] == "mm^2"
    assert entry("adc.mean_um2_per_ms")["Units"] == "um^2/ms"
    assert entry("size.longest_diameter_mm" + INTERVAL)["Units"] == "mm"
    assert "Units" not in entry("split_fat.coverage_fraction")


def test_the_sentence_below_a_column_in_its_source_is_its_description():
    assert entry("size.crumbs_ml")["Description"] == "Volume of the mask's stray pieces, which no column takes in."


def test_an_interval_says_what_it_is():
    interval = entry("size.volume_ml" + INTERVAL)
    assert "interval" in interval["LongName"]
    assert "[low, high]" in interval["Description"]


def test_columns_that_are_no_measurement():
    assert "reason" in entry("skipped.margin.edge")["Description"]
    assert "reader" in entry("override.target.present")["Description"]
    assert "participants.tsv" in entry("diagnosis")["Description"]
    assert "Not a medical device" in entry("probability")["Description"]
