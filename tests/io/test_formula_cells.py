"""Formulas in cells: the functions alone, on many texts. `test_table.py` has the tables."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pnst.io.formula_cells import as_written, without_formula

TEXTS = st.text(st.sampled_from("'=+-@\t\r\nx1.e＝ "), max_size=6) | st.text(max_size=8)


@given(TEXTS)
def test_reading_is_the_inverse_of_writing(text):
    assert as_written(without_formula(text)) == text


@given(TEXTS)
def test_what_is_written_is_a_number_or_begins_no_formula(text):
    written = without_formula(text)
    if written[:1] in tuple("=+-@\t\r\n＝＋－＠"):
        float(written)


def test_what_is_no_text_stays():
    assert [without_formula(value) for value in (-1.5, True, None)] == [-1.5, True, None]
