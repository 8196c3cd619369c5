"""Every value of the tissue table names what was read, or says that it is assumed."""

from __future__ import annotations

from dataclasses import fields

from pnst.phantom.sources import CITATIONS, Sources
from pnst.phantom.tissue import TISSUES, Properties, Tissue


def groups(tissue: Tissue) -> list[tuple[str, str]]:
    return [(group.name, getattr(TISSUES[tissue].sources, group.name)) for group in fields(Sources)]


def test_every_citation_serves_and_none_is_missing() -> None:
    used = {source for tissue in Tissue for _, source in groups(tissue)}
    assert set(CITATIONS) <= used


def test_the_line_of_a_tissue_names_what_is_assumed_and_what_is_not() -> None:
    line = TISSUES[Tissue.NERVE].source
    assert "t1, proton density, fat fraction, uptake: assumed" in line
    assert "Preisner" in line
    assert "Preisner" not in TISSUES[Tissue.SKIN].source


def test_without_a_word_everything_is_assumed() -> None:
    assert Properties(1, 1, 1, 1, 0, 0, 0, 0).source.endswith(": assumed")
