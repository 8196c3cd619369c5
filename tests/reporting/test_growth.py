"""The page of a comparison of dates. Witness: the comparison's own numbers, text that must not become markup."""

from __future__ import annotations

import re
from datetime import date

import pytest

from measurement.growth.dated import BALLS, measured, motion
from pnst.measurement.growth.compare import compare_dates
from pnst.measurement.growth.growth import Visit
from pnst.measurement.growth.settings import CompareSettings
from pnst.preprocessing.settings import AlignmentSettings
from pnst.reporting.growth import adc_cell, category_cell, doubling_cell, growth_report, value_cell, visit_cells

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def growth():
    dates = [measured(0, BALLS), measured(90, {"a": (BALLS["a"][0], 7.6)}, motion())]
    return compare_dates(HOSTILE, dates, CompareSettings(), AlignmentSettings())


@pytest.fixture(scope="module")
def page(growth):
    return growth_report(growth)


def test_the_numbers_are_there(growth, page):
    change = growth.lesions[0].last.volume_change_fraction
    for text in (
        f"{100 * change:+.1f} %",
        "progression",
        "vanished",
        "day 90",
        "aligned by t2",
        "not a medical device",
    ):
        assert text in page


def test_what_a_reader_must_know_is_there(growth, page):
    for warning in growth.warnings:
        assert warning[1:40] in page


def test_text_is_never_markup_and_nothing_is_loaded(page):
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    sources = re.findall(r'src="([^"]*)"', page)
    assert all(source.startswith(("data:image/png", "data:image/jpeg")) for source in sources)


def test_no_date_stands_in_it(page):
    assert not re.search(r"\b(19|20)\d\d\b", re.sub(r'src="[^"]*"', "", page))
    assert str(date.today()) not in page


def test_pictures_of_what_lies_in_one_frame(page):
    """The curve, the outlines on both dates, and the check of the alignment; of the vanished lesion none."""
    assert page.count("<img") == 4


def test_what_was_not_measured_is_said():
    assert value_cell("volume_ml", None, None) == ("–", "")
    assert value_cell("volume_ml", 12.34, (11.9, 12.9)) == ("12.3 ml", "11.9 – 12.9")
    assert visit_cells(Visit(day=3, state="outside the images"))["state"] == "outside the images"


@pytest.mark.parametrize(
    ("words", "cell"),
    [
        ({}, ("–", "")),
        ({"annual_change_fraction": -0.1}, ("does not grow", "")),
        ({"doubling_time_days": 203.4}, ("203 days", "")),
        ({"doubling_time_days": 203.4, "doubling_time_days_interval": (150.2, 260.6)}, ("203 days", "150 – 261")),
        ({"doubling_time_days": 203.4, "doubling_time_days_interval": (150.2, None)}, ("203 days", "150 – no end")),
    ],
)
def test_a_doubling_time(words, cell):
    assert doubling_cell(Visit(day=9, state="measured", **words)) == cell


@pytest.mark.parametrize(
    ("words", "doubt"),
    [
        ({"volume_change_fraction_interval": (0.21, 0.3), "category_certain": True}, ""),
        (
            {"volume_change_fraction_interval": (0.1, 0.3), "category_certain": False},
            "the interval leaves another open",
        ),
        ({"category_certain": False}, "without an interval"),
    ],
)
def test_a_category_and_how_sure_it_is(words, doubt):
    assert category_cell(Visit(day=9, state="measured", category="progression", **words)) == ("progression", doubt)


@pytest.mark.parametrize(("changed", "word"), [(True, "more than 11.4 %"), (False, "within 11.4 %")])
def test_a_change_of_adc(changed, word):
    visit = Visit(day=9, state="measured", adc_change_fraction=-0.08, adc_changed=changed, adc_changed_threshold=0.114)
    assert adc_cell(visit) == ("−8.0 %", word)
    assert adc_cell(Visit(day=9, state="measured")) == ("–", "")
