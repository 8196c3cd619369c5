"""What is published of a predictor. Witnesses: the published rows themselves, and closed forms."""

from __future__ import annotations

import pytest

from pnst.evidence.published import moments, sign_counts
from pnst.measurement.families.size import Size
from pnst.measurement.measurements import Measurements
from pnst.reporting.published_figures import predictor_families, published_figures

SMALL = Size(
    longest_diameter_mm=36.0,
    axial_diameter_mm=28.0,
    axial_short_diameter_mm=20.0,
    craniocaudal_mm=35.0,
    volume_ml=10.0,
    surface_area_mm2=2400.0,
    major_axis_mm=36.0,
    minor_axis_mm=28.0,
    least_axis_mm=20.0,
)


def of(**families):
    return Measurements("case", "tumour", **families)


def test_counts_stand_there_as_shares_with_their_exact_interval():
    """Published: Matsumine2009, 13 of 19 and 6 of 18; closed form: none of 28 ends at 1 − 0.025^(1/28)."""
    margin, lobulation = published_figures("margin", of())
    assert margin.title == "Share of lesions with an ill-defined margin"
    rows = {row.study: row for row in margin.rows}
    assert len(rows) == sum(row.predictor == "margin_ill_defined" for row in sign_counts())
    first = rows["Matsumine2009"]
    assert (first.malignant.text, first.benign.text) == ("13/19", "6/18")
    assert first.malignant.middle == pytest.approx(13 / 19)
    (edema,) = published_figures("edema", of())
    none = next(row.benign for row in edema.rows if row.study == "Yu2016")
    assert (none.text, none.low) == ("0/28", 0.0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 28))
    assert "lobulated" in lobulation.title


def test_moments_stand_there_in_the_columns_unit_with_the_lesions_own_value():
    """Published: Yu2016 7.2 ± 3.3 cm and 3.8 ± 1.4 cm, shown in mm beside a lesion of 36 mm."""
    (size,) = published_figures("size", of(size=SMALL))
    row = next(row for row in size.rows if row.study == "Yu2016")
    assert (row.malignant.low, row.malignant.middle, row.malignant.high) == pytest.approx((39.0, 72.0, 105.0))
    assert row.benign.text == "38 ± 14 (n = 28)"
    assert size.own == 36.0
    assert size.place(size.own) == pytest.approx(100 * 36 / size.end)
    assert sum(row.malignant is not None for row in size.rows) == sum(
        r.predictor == "longest_diameter" for r in moments()
    )
    (without,) = published_figures("size", of())
    assert without.own is None


def test_a_cutoff_is_shown_as_the_shares_below_it():
    """Published: Well2019, mean ADC under 1.60 in 11 of 12 and in 1 of 55."""
    mean = published_figures("adc", of())[0]
    first = next(row for row in mean.rows if row.study == "Well2019, < 1.60")
    assert (first.malignant.text, first.benign.text) == ("11/12", "1/55")


@pytest.mark.parametrize("family", ["split_fat", "cyst", "rim", "cord"])
def test_nothing_is_shown_where_nothing_was_counted(family):
    assert published_figures(family, of()) == []


def test_the_axis_holds_what_lies_beyond_it():
    (size,) = published_figures("size", of(size=SMALL))
    assert (size.place(-5), size.place(0), size.place(2 * size.end)) == (0.0, 0.0, 100.0)
    assert [text for _, text in published_figures("edema", of())[0].ticks] == ["0", "50", "100"]


def test_families_of_predictors_leave_out_what_a_reader_alone_sees():
    assert {"size", "margin", "edema", "split_fat", "adc"} < set(predictor_families())
    assert "reader" not in predictor_families()
