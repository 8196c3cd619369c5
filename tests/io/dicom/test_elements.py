"""The walk over a file's elements against pydicom's parse of the same bytes."""

from __future__ import annotations

import warnings

import pytest

from pnst.io.dicom.elements import _parsed, _walked

FOLDERS = ["sts001_raw", "dwi_vendors", "header_variants", "siemens_xa30_dwi_adc", "transfer_syntax", "dicom_seg_sr"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_element_of_real_files_is_found(shared_data, folder):
    """Witness: pydicom. Big-endian files are left to it; all others must be walked."""
    walked = 0
    for file in sorted(p for p in (shared_data / folder).rglob("*") if p.is_file())[::7]:
        with file.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom's remarks
            if stream.read(132)[128:] != b"DICM" or "big_endian" in file.name:
                continue
            mine, theirs = _walked(stream), _parsed(stream)
        walked += 1
        assert (mine.offset, mine.has_pixels, mine.transfer_syntax) == (
            theirs.offset,
            theirs.has_pixels,
            theirs.transfer_syntax,
        )
        assert set(mine.data) == set(theirs.data)
        raw = {tag: element.value for tag, element in theirs.data.items() if isinstance(element.value, bytes)}
        assert {tag: mine.data[tag].value for tag in raw} == raw
    assert walked
