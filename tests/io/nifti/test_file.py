"""Header and stored voxels. Witness: nibabel's own writing; what is cut short is refused with the count."""

from __future__ import annotations

import gzip

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.nifti.file import read_header, read_stored

STORED = np.arange(3 * 4 * 5, dtype=np.int16).reshape(3, 4, 5) - 20


@pytest.fixture
def content() -> bytes:
    image = nib.Nifti1Image(STORED, np.diag([0.7, 0.9, 4.0, 1.0]))
    image.header.set_slope_inter(2.0, 5.0)
    return image.to_bytes()


@pytest.mark.parametrize("packed", [False, True])
def test_voxels_are_as_stored_before_scaling(content, tmp_path, packed):
    (tmp_path / "a.nii").write_bytes(gzip.compress(content, mtime=0) if packed else content)
    header, stored, repairs = read_stored(tmp_path / "a.nii")
    assert np.array_equal(stored, STORED)
    assert header.get_slope_inter() == (2.0, 5.0)
    assert repairs == ()
    assert read_header(tmp_path / "a.nii")[0].get_data_shape() == STORED.shape


def test_missing_bytes_are_counted(content, tmp_path):
    (tmp_path / "a.nii").write_bytes(content[:-7])
    with pytest.raises(InputError, match="113 bytes of voxels where the header promises 120"):
        read_stored(tmp_path / "a.nii")
    read_header(tmp_path / "a.nii")


def test_another_file_is_refused_without_its_path(tmp_path):
    (tmp_path / "a.nii").write_bytes(bytes(400))
    for file, got in (("a.nii", "without the mark of NIfTI"), ("absent.nii", "no such file")):
        with pytest.raises(InputError, match=got) as refusal:
            read_header(tmp_path / file)
        assert str(tmp_path) not in str(refusal.value)
