"""What a description says of a contrast agent. Witness: descriptions as scanners and radiologists write them."""

from __future__ import annotations

import pytest

from pnst.io.contrast_words import contrast_word, mark_minus_signs, without_other_meanings


def word(text: str) -> str | None:
    return contrast_word(without_other_meanings(mark_minus_signs(text)))


@pytest.mark.parametrize(
    "text", ["t1 post", "t1 nach km", "t1 gd", "t1 +c", "t1c", "t1 apres inj", "t1 con mdc", "t1 gadovist", "t1 增强"]
)
def test_an_agent_that_was_given(text):
    assert word(text) == "post"


@pytest.mark.parametrize(
    "text",
    ["t1 pre", "t1 ohne km", "t1 w o contrast", "t1 sans injection", "t1 nativ", "t1 non contrast", "t1 c-", "t1 平扫"],
)
def test_one_that_was_not(text):
    assert word(text) == "pre"


@pytest.mark.parametrize(
    "text",
    [
        "t1 tra",
        "t2 post op",
        "t1 nach operation",
        "t1 post chemo",
        "phase contrast",
        "enhanced mr image",
        "t2 pre sat",
        "",
    ],
)
def test_words_that_only_look_alike_say_nothing(text):
    assert word(text) is None


def test_beside_another_meaning_the_agent_still_counts():
    assert word("t1 post op post gd") == "post"
    assert word("t1 post op ohne km") == "pre"


@pytest.mark.parametrize("text", ["gd-dtpa", "t1-gd", "t1-w tse"])
def test_a_hyphen_is_no_minus(text):
    assert mark_minus_signs(text) == text
