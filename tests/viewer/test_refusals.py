"""Refusals as the page gets them. Witness: the four parts."""

from __future__ import annotations

from pnst.errors import InputError
from pnst.viewer.refusals import four_parts, inner_fault


def test_the_parts_of_an_error():
    error = InputError("what", got="a", expected="b", remedy="c")
    assert four_parts(error) == {"what": "what", "got": "a", "expected": "b", "remedy": "c"}


def test_an_inner_fault_holds_no_text_of_what_failed():
    assert "Patient" not in str(inner_fault(RuntimeError("/home/Patient^Name")))
    assert "RuntimeError" in str(inner_fault(RuntimeError("x")))
