"""Values of elements. Witness: pydicom's own values of the same bytes; what is damaged holds nothing."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from pnst.io.dicom.tags import fields, integer, item, items, number, numbers, private, text, words


def stored(ds: Dataset, syntax: str) -> Dataset:
    """The data set as it comes back from a file: every element raw."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, ds, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)
    buffer.seek(0)
    return pydicom.dcmread(buffer, force=True)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_values_are_those_of_pydicom(syntax):
    inner, ds = Dataset(), Dataset()
    inner.DiffusionBValue = 800.0
    ds.SpecificCharacterSet, ds.SeriesDescription = "ISO_IR 192", "T2 fettgesättigt"
    ds.ImageType, ds.PixelSpacing = ["ORIGINAL", "PRIMARY", "M"], [0.7, 0.9]
    ds.Rows, ds.SeriesNumber, ds.MRDiffusionSequence = 320, 7, [inner]
    ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "IS", 400)
    raw = fields(stored(ds, syntax))
    assert text(raw, 0x0008103E) == "T2 fettgesättigt"
    assert words(raw, 0x00080008) == ("ORIGINAL", "PRIMARY", "M")
    assert numbers(raw, 0x00280030) == (0.7, 0.9)
    assert (integer(raw, 0x00280010, "US"), integer(raw, 0x00200011)) == (320, 7)
    assert number(item(raw, 0x00189117), 0x00189087, "FD") == 800.0
    assert number(raw, private(raw, 0x0019, "SIEMENS MR HEADER", 0x0C), "IS") == 400


def test_what_cannot_be_read_is_nothing():
    ds = Dataset()
    ds.add_new(0x00180050, "LO", "thick")
    ds.add_new(0x00180088, "LO", "nan")
    ds.add_new(0x00200011, "LO", "7.5")
    raw = fields(ds)
    assert (number(raw, 0x00180050), numbers(raw, 0x00180088), integer(raw, 0x00200011)) == (None, (), None)
    assert (text(raw, 0x0008103E), words(raw, 0x00080008), items(raw, 0x00189117)) == ("", (), [])


def test_a_private_element_lies_in_the_block_of_its_creator():
    ds = Dataset()
    ds.private_block(0x0019, "ANOTHER MAKER", create=True)
    ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    assert private(fields(ds), 0x0019, "SIEMENS MR HEADER", 0x0C) == 0x0019110C
    assert private({}, 0x0019, "SIEMENS MR HEADER", 0x0C) == 0x0019100C
