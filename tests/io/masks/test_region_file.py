"""Whatever stands in the place of a mask file: one refusal in four parts, no hang, no glut of memory."""

from __future__ import annotations

import os
import zlib

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from mask_files import circles, save_rtstruct
from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.masks import dicom_size
from pnst.io.masks.read import read_lesion
from pnst.study import Study


@pytest.fixture
def grid(oblique) -> Grid:
    return oblique((90, 80, 9), (0.5, 0.6, 4.0))


@pytest.fixture
def study(grid, study_of) -> Study:
    return study_of(t1=grid)


def test_a_pipe_a_device_and_a_folder_are_no_masks(study, tmp_path, bounded):
    os.mkfifo(tmp_path / "pipe.dcm")
    os.symlink("/dev/zero", tmp_path / "zero.nii.gz")
    for name, message in (("pipe.dcm", "a pipe"), ("zero.nii.gz", "a device"), (".", "a folder")):
        with bounded(), pytest.raises(InputError, match=f"no readable file .{message}"):
            read_lesion(tmp_path / name, study)


def deflated(file, edit=lambda packed: packed):
    """The file with everything behind its own group deflated, the packed bytes edited."""
    dataset = dcmread(file)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(file, enforce_file_format=True)
    start = 132 + 12 + int(dcmread(file).file_meta.FileMetaInformationGroupLength)
    content = file.read_bytes()
    file.write_bytes(content[:start] + edit(content[start:]))


def test_a_deflated_file_is_read_and_a_bomb_is_not(grid, study, tmp_path, bounded, monkeypatch):
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 9.0, (3, 4, 5))})
    plain = read_lesion(file, study)
    deflated(file)
    assert np.array_equal(read_lesion(file, study).mask.data, plain.mask.data)
    monkeypatch.setattr(dicom_size, "MAX_BYTES", 1 << 26)

    def bomb(packed: bytes) -> bytes:
        packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        head = zlib.decompress(packed, -zlib.MAX_WBITS)
        return packer.compress(head) + b"".join(packer.compress(bytes(1 << 20)) for _ in range(80)) + packer.flush()

    deflated(file, bomb)
    assert file.stat().st_size < 1 << 20
    with bounded(gigabytes=0.5), pytest.raises(InputError, match="when unpacked"):
        read_lesion(file, study)


def test_a_file_that_fills_the_memory_is_refused_by_its_size(grid, study, tmp_path, bounded):
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 9.0, (3, 4, 5))})
    os.truncate(file, dicom_size.MAX_BYTES + 1)  # a hole: no byte of it is on the disk
    with bounded(gigabytes=0.2), pytest.raises(InputError, match=f"{dicom_size.MAX_BYTES + 1} bytes"):
        read_lesion(file, study)


def test_sequences_nested_without_end_are_refused(grid, study, tmp_path, bounded):
    """A thousand items of undefined length, each in the last."""
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 9.0, (3, 4, 5))})
    nest = b"\x06\x30\x39\x00SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    content = file.read_bytes()
    at = content.index(b"\x06\x30\x39\x00SQ")
    file.write_bytes(content[:at] + nest * 2000)
    with bounded(), pytest.raises(InputError, match=r"damaged DICOM file|is empty"):
        read_lesion(file, study)


def test_a_file_without_its_preamble_is_read(grid, study, tmp_path):
    """As some archives hand them out: from the first element of group 8 on."""
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 9.0, (3, 4, 5))})
    whole = read_lesion(file, study)
    start = 132 + 12 + int(dcmread(file).file_meta.FileMetaInformationGroupLength)
    file.write_bytes(file.read_bytes()[start:])
    assert np.array_equal(read_lesion(file, study).mask.data, whole.mask.data)
