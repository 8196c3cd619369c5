"""Cells of the evidence files. Witness: the formats, written out by hand."""

from __future__ import annotations

import pytest

from pnst.evidence.csv_rows import SMALL_CELL, Censored, bounds, count, estimate, number, one_of, whole
from pnst.evidence.question import QUESTIONS, question_in, question_named
from pnst.evidence.sign_rows import SignCounts


@pytest.mark.parametrize(
    ("text", "total", "ends"),
    [("7", 20, (7, 7)), ("0", 20, (0, 0)), ("<5", 20, (0, 4)), (">15", 20, (16, 20)), ("<5", 3, (0, 3))],
)
def test_a_count_is_known_or_a_range(text, total, ends):
    """`<5` is 0 to 4, and `>n-5` its complement."""
    assert bounds(count(text, total)) == ends
    assert isinstance(count(text, total), int) == text.isdigit()
    assert SMALL_CELL == 5


def test_a_row_of_a_site_holds_a_small_cell():
    row = {
        "predictor": "invasion",
        "study": "site",
        "malignant_positive": "<5",
        "n_malignant": "12",
        "benign_positive": ">25",
        "n_benign": "30",
        "mark": "counted",
        "note": "",
    }
    counts = SignCounts.from_row(row)
    assert (counts.malignant_positive, counts.benign_positive) == (Censored(0, 4), Censored(26, 30))


def test_an_empty_cell_is_none():
    assert number("") is whole("") is None
    assert (number("1.5"), whole("3")) == (1.5, 3)
    row = {"auc": "0.9", "auc_low": "", "auc_high": "1.0"}
    assert estimate(row, "auc", "auc") is None
    assert estimate(row | {"auc_low": "0.8"}, "auc", "auc").low == 0.8


def test_a_word_outside_its_vocabulary_is_refused():
    assert one_of("yes", ("yes", "no")) == "yes"
    with pytest.raises(ValueError, match="none of"):
        one_of("sometimes", ("yes", "no"))


def test_each_place_is_asked_about_once_at_most():
    places = [place for question in QUESTIONS for place in question.places]
    assert len(set(places)) == len(places)
    assert question_in("intramedullary") is question_in("intracranial") is question_named("grade") is None
    for question in QUESTIONS:
        assert question_named(question.name) is question
        assert all(question_in(place) is question for place in question.places)
        assert question.of_class == question.classes[0]
