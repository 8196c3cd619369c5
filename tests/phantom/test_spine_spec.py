"""The description of a simulated spine refuses what cannot be."""

from __future__ import annotations

import pytest

from pnst.errors import SettingError
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.description import describe
from pnst.phantom.spine_spec import SpineSpec


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ({"level": "X1"}, "level"),
        ({"curve_mm": 20.0}, "curve_mm"),
        ({"sac_mm": 5.0}, "sac_mm"),
        ({"cord_squeeze": 0.95}, "cord_squeeze"),
        ({"syrinx_mm": 9.0}, "syrinx_mm"),
        ({"foramen_ratio": 0.0}, "foramen_ratio"),
    ],
)
def test_what_cannot_be_is_refused(words, name):
    with pytest.raises(SettingError, match=name):
        SpineSpec(**words)


def test_a_spine_belongs_to_its_region():
    with pytest.raises(SettingError, match=r"surround\.spine"):
        SurroundSpec(region="limb", spine=SpineSpec())


def test_it_is_described_in_plain_words_and_read_back():
    words = {"surround": {"region": "spine", "spine": {"level": "C6", "canal_offset_mm": "4;-1", "curve_mm": 120}}}
    made = describe(words)
    assert made.spec.surround.spine == SpineSpec(level="C6", canal_offset_mm=(4.0, -1.0), curve_mm=120.0)
    assert 'level = "C6"' in made.to_toml()
