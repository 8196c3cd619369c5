"""Measurements in words. Witness: a family's columns, worked by hand."""

from __future__ import annotations

from pnst.html_table import Heading
from pnst.measurement.families.edema import Edema
from pnst.measurement.html_rows import family_rows, override_rows, skipped_rows

EDEMA = Edema(
    max_extent_mm=5.43,
    present=True,
    present_threshold=0.5,
    volume_ml=12.64,
    index=1.197,
    surface_fraction=0.25,
    censored=False,
    quality="little muscle",
    intervals={"volume_ml": (11.0, 14.5)},
)


def test_a_family_is_a_heading_and_rows_with_units_intervals_and_thresholds():
    heading, *rows = family_rows({"edema": EDEMA})
    assert heading == Heading("Perilesional oedema")
    table = {row[0]: row[1:] for row in rows}
    assert table["Volume"] == ("12.6 ml", "11.0 – 14.5 ml")
    assert table["Greatest extent"] == ("5.4 mm", "")
    assert table["Share of the surface touched"] == ("25 %", "")
    assert table["Present"] == ("yes (threshold 0.500)", "")
    assert table["Remark"] == ("little muscle", "")
    assert not any("_" in row[0] for row in rows), "no column's name is left"


def test_what_was_skipped_and_what_a_reader_judged():
    assert list(skipped_rows({})) == list(override_rows({})) == []
    assert list(skipped_rows({"margin.edge": "no muscle", "adc": "none"})) == [
        Heading("Not measured"),
        ("Margin, edge", "no muscle", ""),
        ("Diffusion", "none", ""),
    ]
    _, row = override_rows({"edema.volume_ml": 3.0})
    assert row == ("Perilesional oedema: Volume", "3.00 ml", "")
