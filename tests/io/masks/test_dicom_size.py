"""DICOM files that would fill the memory. Witness: files of known length, as they lie and unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from pnst.errors import InputError
from pnst.io.masks import dicom_size
from pnst.io.masks.dicom_size import check_dicom_size

ZEROS = 200_000


def stored(folder: Path, syntax: str) -> Path:
    """An object whose pixels are so many zeros: deflated, they take some hundred bytes."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.PixelData = "1.2.3", "2.25.1", bytes(ZEROS)
    dataset["PixelData"].VR = "OW"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID, dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3", "2.25.1"
    dataset.save_as(folder / "seg.dcm", enforce_file_format=True)
    return folder / "seg.dcm"


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
@pytest.mark.parametrize(("limit", "kept"), [(ZEROS // 2, False), (2 * ZEROS, True)])
def test_what_is_longer_than_the_limit_is_refused_packed_or_not(tmp_path, monkeypatch, syntax, limit, kept):
    file = stored(tmp_path, syntax)
    monkeypatch.setattr(dicom_size, "MAX_BYTES", limit)
    if kept:
        check_dicom_size(file)
        return
    packed = syntax == DeflatedExplicitVRLittleEndian
    assert (file.stat().st_size < limit) is packed
    with pytest.raises(InputError, match="when unpacked" if packed else "bytes") as refusal:
        check_dicom_size(file)
    assert refusal.value.expected == f"at most {limit} bytes"
