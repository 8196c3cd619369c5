"""Cells of the evidence files. Witness: the formats, written out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from pnst.evidence.csv_rows import SMALL_CELL, Censored, bounds, count, estimate, record
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


@dataclass(frozen=True)
class Line:
    study: str
    n: int
    mean: float
    size: int | None
    sd: float | None
    answer: Literal["yes", "no"]


ROW = {"study": "A", "n": "3", "mean": "1.5", "size": "7", "sd": "0.5", "answer": "yes", "beside": "the fields"}


def test_a_record_is_read_by_its_annotations():
    assert record(Line, ROW) == Line("A", 3, 1.5, 7, 0.5, "yes")
    assert record(Line, ROW, n=9).n == 9


def test_an_empty_cell_is_none_or_an_empty_text():
    empty = record(Line, ROW | {"study": "", "size": "", "sd": ""})
    assert (empty.study, empty.size, empty.sd) == ("", None, None)
    row = {"auc": "0.9", "auc_low": "", "auc_high": "1.0"}
    assert estimate(row, "auc", "auc") is None
    assert estimate(row | {"auc_low": "0.8"}, "auc", "auc").low == 0.8


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"answer": "sometimes"}, "none of"),
        ({"n": ""}, "invalid literal"),
        ({"n": "1.5"}, "invalid literal"),
        ({"mean": "x"}, "could not"),
    ],
)
def test_a_cell_that_its_field_cannot_hold_is_refused(cells, says):
    with pytest.raises(ValueError, match=says):
        record(Line, ROW | cells)
