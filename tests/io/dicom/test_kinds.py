"""Kinds of image from the words that vendors write; the first row of the table that holds one decides."""

from __future__ import annotations

import pytest

from pnst.io.dicom.frame import Kind
from pnst.io.dicom.kinds import is_trace, kind_of


@pytest.mark.parametrize(
    ("image_type", "codes", "kind"),
    [
        (["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"], [], Kind.MAGNITUDE),
        (["ADC", "FAT"], [], Kind.MAGNITUDE),  # the first two values tell only whether pixels were derived
        (["DERIVED", "PRIMARY", "DIFFUSION", "adc "], [], Kind.ADC),
        (["DERIVED", "PRIMARY"], ["113041"], Kind.ADC),
        (["DERIVED", "PRIMARY", "ADC", "LOCALIZER"], [], Kind.LOCALIZER),  # the row above decides
        (["DERIVED", "PRIMARY", "DIXON", "WATER"], [], Kind.WATER),
        (["ORIGINAL", "PRIMARY", "M", "OUT_PHASE"], [], Kind.OPPOSED_PHASE),
        (["DERIVED", "SECONDARY", "FA"], [], Kind.MAP),
    ],
)
def test_words_and_codes_tell_the_kind(image_type, codes, kind):
    assert kind_of(image_type, codes) is kind


def test_a_trace_is_told_by_its_word_and_an_adc_map_is_none():
    assert is_trace(["DERIVED", "PRIMARY", "DIFFUSION", "tracew"])
    assert not is_trace(["DERIVED", "PRIMARY", "DIFFUSION", "ADC"])
