"""Values as a person writes them. Witness: the words themselves."""

from __future__ import annotations

import pytest

from pnst.workflow.value_words import value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("True", True), ("no", False), ("FALSE", False), ("34", 34.0), ("-1e3", -1000.0)],
)
def test_truths_and_numbers(text, value):
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@pytest.mark.parametrize("text", ["limb", "", "3,4", "yes please", "1 2"])
def test_anything_else_is_a_text(text):
    assert value_of(text) == text
