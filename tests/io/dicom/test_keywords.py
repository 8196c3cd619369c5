"""Keywords of descriptions, each with its neighbour that is none."""

from __future__ import annotations

from pnst.io.dicom.keywords import keywords_of


def test_words_of_nothing_are_none():
    assert keywords_of("") == frozenset()
    assert keywords_of("knee right") == frozenset()
