"""The table of all lesions. Witness: a burden made up by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pnst.classification.burden import Burden, LesionBurden
from pnst.reporting.burden_table import burden_table, terminal_rows


def one(number: int, **changes) -> LesionBurden:
    plain = LesionBurden(
        number=number,
        label=f"tumour {number}",
        region=None,
        part=None,
        longest_diameter_mm=36.02,
        volume_ml=10.56,
        volume_ml_interval=(9.5, 11.9),
        mean_adc_um2_per_ms=1.434,
        question="malignant",
        of_class="malignant",
        probability=0.31,
        probability_interval=(0.12, 0.6),
        abstained=None,
    )
    return replace(plain, **changes)


UNASKED = {"question": None, "of_class": None, "probability": None, "probability_interval": None}


@pytest.fixture
def burden() -> Burden:
    lesions = (
        one(2),
        one(1, abstained="too small"),
        one(3, mean_adc_um2_per_ms=None, abstained="asked nothing", **UNASKED),
    )
    return Burden("A", lesions, "no masks of vertebrae", ("4", "5"))


def test_numbers_have_their_digits_and_what_is_missing_a_dash(burden):
    table = burden_table(burden)
    assert (table.rows[0].volume_text, table.rows[0].adc) == ("10.6 (9.50 – 11.9)", "1.43")
    assert table.rows[0].probability_text == "31 % (12 – 60)"
    assert (table.rows[2].adc, table.rows[2].probability_text) == ("–", "–")
    assert (table.total, table.total_ends) == ("31.7", "28.5 – 35.7")


def test_why_no_region_is_told_and_what_stands_in_no_sum(burden):
    table = burden_table(burden)
    assert table.regions == "No region is told: no masks of vertebrae"
    assert table.unmeasured == "2 lesions could not be measured, in no sum: 4, 5"
    assert burden_table(replace(burden, unmeasured=("4",))).unmeasured.startswith("1 lesion could")
    assert burden_table(replace(burden, unmeasured=())).unmeasured == ""


def test_regions_are_counted(burden):
    lesions = (one(1, region="L3, left", part="lumbar"), one(2, region="L5, right", part="lumbar"), one(3))
    told = Burden("A", lesions, None)
    assert burden_table(told).regions == "By region: 2 lumbar; 1 beside no labelled vertebra"
    assert terminal_rows(told)[0][1] == "region"


def test_another_question_than_malignancy_says_its_class(burden):
    schwannoma = one(1, question="intradural", of_class="schwannoma", probability=0.8)
    assert burden_table(Burden("A", (schwannoma, one(2)), None)).rows[0].probability == "80 % schwannoma"


def test_a_terminal_has_no_column_that_holds_nothing(burden):
    rows = terminal_rows(burden)
    assert rows[0] == ("lesion", "diameter mm", "volume ml (95 %)", "mean ADC", "probability (95 %)", "abstained")
    assert [row[0] for row in rows[1:]] == ["tumour 2", "tumour 1", "tumour 3", "together"]
    assert rows[-1][2] == "31.7 (28.5 – 35.7)"
