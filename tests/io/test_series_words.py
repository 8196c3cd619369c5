"""Keywords of descriptions, each with its neighbour that is none."""

from __future__ import annotations

import pytest

from pnst.io.series_words import keywords_of


def test_words_of_nothing_are_none():
    assert keywords_of("") == frozenset()
    assert keywords_of("knee right") == frozenset()


@pytest.mark.parametrize(
    ("description", "keywords"),
    [
        ("T2 MEDIC", {"t2star"}),  # no T2 beside it
        ("T1 ohne KM", {"t1", "pre"}),  # not "post" for the agent's name
        ("t2_tse no fs", {"t2", "no_fs"}),
        ("ADC map", {"adc"}),
        ("T2 FETTGESÄTTIGT", {"t2", "fs"}),  # no fat image
        ("ep2d_diff_b0", {"dwi", "b0"}),
    ],
)
def test_the_stronger_keyword_takes_the_weaker_away(description, keywords):
    assert keywords_of(description) == keywords
