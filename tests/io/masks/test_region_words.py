"""The field's words in the names of regions. Witness: invariants of the lists."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest

from pnst.io.masks import region_words
from pnst.io.masks.region_words import FREE, LESION_ENDS, LESIONS, OTHER_WORDS, TISSUE_ENDS, TISSUES, WITH, WITHOUT

LISTS = {**TISSUES, "lesions": LESIONS, "other": OTHER_WORDS, "free": FREE, "without": WITHOUT, "with": WITH}


@pytest.mark.parametrize("name", LISTS)
def test_words_are_in_lower_case_without_accents_or_digits(name):
    for word in LISTS[name]:
        bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        assert word == bare.lower()
        assert word.isascii()
        assert word.isalpha() or word in {"t1", "t2", "t1w", "t2w"}


def test_a_word_has_one_meaning():
    for one, other in combinations([LESIONS, *TISSUES.values()], 2):
        assert one.isdisjoint(other)


def test_the_ends_of_compounds_are_words_of_their_tissue():
    assert TISSUE_ENDS.keys() <= TISSUES.keys()
    for name, ends in TISSUE_ENDS.items():
        assert set(ends) <= TISSUES[name], name
    assert all(len(end) > 4 for end in LESION_ENDS)
    assert WITH.isdisjoint(WITHOUT)


def test_nothing_can_be_added_while_it_is_used():
    with pytest.raises(TypeError):
        region_words.TISSUES["tendon"] = frozenset({"tendon"})
