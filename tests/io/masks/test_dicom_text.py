"""Texts whose character set is not rightly declared. Witness: bytes that were written."""

from __future__ import annotations

from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from pnst.io.masks.dicom_text import element_text

UTF8, LATIN1 = "ISO_IR 192", "ISO_IR 100"


def read_back(text: str, written: str, declared: str) -> Dataset:
    """A name written in one character set and declared in another of as many letters."""
    dataset = Dataset()
    dataset.SpecificCharacterSet, dataset.ROIName = written, text
    stream = BytesIO()
    dataset.save_as(stream, implicit_vr=False, little_endian=True)
    return dcmread(BytesIO(stream.getvalue().replace(written.encode(), declared.encode())), force=True)


@pytest.mark.parametrize(
    ("written", "declared"),
    [(UTF8, UTF8), (LATIN1, LATIN1), (UTF8, LATIN1), (UTF8, "ISO_IR 999"), (LATIN1, "ISO_IR 999")],
)
@pytest.mark.filterwarnings("ignore")  # pydicom warns of the character set
def test_a_name_is_read_whatever_is_declared(written, declared):
    assert element_text(read_back("Ödem", written, declared), "ROIName") == "Ödem"


def test_the_declared_character_set_is_heeded_where_the_bytes_are_no_utf8():  # Cyrillic: 0xd0 0xb0 …
    assert element_text(read_back("опухоль", "ISO_IR 144", "ISO_IR 144"), "ROIName") == "опухоль"


def test_padding_is_no_text_and_what_is_absent_is_empty():
    dataset = read_back("GTV", UTF8, UTF8)  # three letters are padded to four
    assert element_text(dataset, "ROIName") == "GTV"
    assert element_text(dataset, "ROIDescription") == ""
    dataset.ROIName = "decoded before "
    assert element_text(dataset, "ROIName") == "decoded before"
