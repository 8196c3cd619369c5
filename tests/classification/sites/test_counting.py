"""Rows that may be told. Witness: cohorts whose counts were laid down."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.lesion_table import LesionTable
from pnst.classification.sites.counting import agreement_rows, moment_rows, sign_rows
from pnst.evidence.csv_rows import Censored
from site_tables import counted_cohort


def rows_of(make, table, **kept):
    malignant = table.pop("malignant").to_numpy() == 1
    return make(LesionTable.from_frame(table.drop(columns=["case_id", "age"], errors="ignore")), malignant, "x", **kept)


@pytest.mark.parametrize(
    ("positive", "total", "told"),
    [
        (0, 20, Censored(0, 4)),
        (4, 20, Censored(0, 4)),
        (5, 20, 5),
        (15, 20, 15),
        (16, 20, Censored(16, 20)),
        (20, 20, Censored(16, 20)),
        (4, 9, Censored(0, 4)),
        (5, 9, Censored(5, 9)),
    ],
)
def test_a_small_cell_and_its_complement_are_ranges(positive, total, told):
    (row,) = rows_of(sign_rows, counted_cohort((positive, 10), (total, 40)))
    assert (row.malignant_positive, row.n_malignant, row.benign_positive, row.n_benign) == (told, total, 10, 40)


@pytest.mark.parametrize("total", range(5, 9))
def test_below_nine_lesions_both_ranges_would_meet_so_nothing_is_told(total):
    (row,) = rows_of(sign_rows, counted_cohort((total, 10), (total, 40)))
    assert (row.malignant_positive, row.n_malignant, row.note) == (0, 0, "fewer than 9 malignant lesions: not told")
    assert (row.benign_positive, row.n_benign) == (10, 40)


def test_a_readers_and_measured_signs_are_rows_of_their_own():
    table = pd.concat([counted_cohort((6, 8)), counted_cohort((9, 11), column="cyst.present")], ignore_index=True)
    reader, measured = rows_of(sign_rows, table)
    assert (reader.mark, reader.malignant_positive, reader.benign_positive) == ("reader", 6, 8)
    assert (measured.mark, measured.malignant_positive, measured.benign_positive) == ("measured", 9, 11)


@pytest.mark.parametrize(
    ("column", "below", "above", "name"),
    [
        ("margin.ill_defined_fraction", 0.20, 0.21, "margin_ill_defined"),
        ("edema.max_extent_mm", 5.4, 5.6, "edema_present"),
        ("margin.deep_lobulations_count", 1, 2, "contour_lobulation"),
        ("split_fat.coverage_fraction", 0.51, 0.49, "split_fat_absent"),
        ("target.present", True, False, "target_sign_absent"),
    ],
)
def test_a_sign_is_counted_on_the_side_of_its_threshold(column, below, above, name):
    """Witness: `positive_when` of predictors.csv; of oedema the middle of 3 to 8 mm."""
    malignant = np.repeat([True, False], 20)
    cells = [above] * 12 + [below] * 8 + [above] * 7 + [below] * 13
    lesions = LesionTable.from_frame(pd.DataFrame({column: cells}))
    (row,) = (row for row in sign_rows(lesions, malignant, "x") if row.predictor == name)
    assert (row.malignant_positive, row.benign_positive, row.measured) == (12, 7, True)


def test_what_is_undetermined_counts_nowhere():
    table = counted_cohort((10, 10))
    table["override.cyst.present"] = table["override.cyst.present"].astype(object)
    table.loc[[0, 1, 58, 59], "override.cyst.present"] = None
    (row,) = rows_of(sign_rows, table)
    assert (row.malignant_positive, row.n_malignant, row.benign_positive, row.n_benign) == (8, 18, 10, 38)


def test_moments_are_in_the_sources_unit():
    """Closed form: 50, 51, …, 69 mm have mean 59.5 and variance (20² − 1)/12 · 20/19 = 35."""
    (row,) = rows_of(moment_rows, counted_cohort())
    assert (row.predictor, row.unit, row.n_malignant) == ("longest_diameter", "cm", 20)
    assert (row.mean_malignant, row.sd_malignant) == pytest.approx((5.95, np.sqrt(35) / 10))


def test_every_statistic_of_adc_has_moments_though_the_model_takes_one():
    n = 24
    table = pd.DataFrame(
        {f"adc.{name}_um2_per_ms": np.linspace(1, 2, n) for name in ("mean", "dark", "min")}
        | {"malignant": np.arange(n) % 2}
    )
    rows = rows_of(moment_rows, table)
    assert {(row.predictor, row.unit) for row in rows} == {(f"adc_{n}", "1e-3 mm2/s") for n in ("mean", "dark", "min")}


@pytest.mark.parametrize(("n", "told"), [(4, 0), (5, 5)])
def test_moments_of_fewer_than_five_are_not_told(n, told):
    (row,) = rows_of(moment_rows, counted_cohort((0, 10), (n, 40)))
    assert (row.n_malignant, row.n_benign) == (told, 40)
    assert (row.mean_malignant == 0) == (told == 0)


def agreeing(cyst):
    """A reader's cysts, of which the first five are not measured, nor are any others."""
    table = counted_cohort(cyst)
    seen = table["override.cyst.present"].to_numpy()
    table["cyst.present"] = seen & (np.cumsum(seen) > 5)
    return table


def test_agreement_counts_what_was_measured_where_a_reader_judged():
    table = agreeing((12, 8))
    signs = rows_of(sign_rows, table.copy())
    malignant = table.pop("malignant")
    (row,) = agreement_rows(LesionTable.from_frame(table.drop(columns=["case_id", "age"])), signs, "x")
    assert len(malignant) == 60
    assert (row.measured_positive, row.reader_positive) == (15, 20)
    assert (row.measured_negative, row.reader_negative) == (Censored(36, 40), 40)


def test_agreement_is_kept_back_where_its_totals_would_tell_a_small_cell():
    """12 malignant of 20 and 3 benign: the total of a reader's cysts, 15, less 12 would tell the 3."""
    table = agreeing((12, 3))
    signs = rows_of(sign_rows, table.copy())
    assert isinstance(signs[0].benign_positive, Censored)
    assert agreement_rows(LesionTable.from_frame(table.drop(columns=["malignant", "case_id", "age"])), signs, "x") == ()
