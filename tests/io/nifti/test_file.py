"""Header and stored voxels. Witness: nibabel's own writing; what is cut short is refused with the count."""

from __future__ import annotations

import gzip
import io
import os

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.nifti.file import read_header, read_stored
from pnst.io.nifti.read import read_volume

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


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("extra", [b"\0", b"x" * 700], ids=["one byte", "many"])
def test_bytes_beyond_the_promise_are_refused(content, tmp_path, packed, extra):
    file = tmp_path / "a.nii"
    file.write_bytes(gzip.compress(content + extra, mtime=0) if packed else content + extra)
    with pytest.raises(InputError, match="more bytes than its header promises"):
        read_stored(file)
    file.write_bytes(gzip.compress(content, mtime=0) + extra)
    with pytest.raises(InputError, match="bytes behind the end of what is packed"):
        read_stored(file)
    file.write_bytes(gzip.compress(content, mtime=0) * 2)
    with pytest.raises(InputError, match="bytes behind the end of what is packed"):
        read_stored(file)


@pytest.mark.parametrize("place", range(10, 400, 3))
def test_no_bit_of_a_packed_file_changes_a_voxel_in_silence(content, tmp_path, place):
    """Invariant: the stream is read to its checksum; once 273 of 900 such files gave wrong voxels.

    Some bits say nothing: the time, the system, those that fill the last byte.
    """
    packed = bytearray(gzip.compress(content, mtime=0))
    packed[place % len(packed)] ^= 1 << place % 8
    (tmp_path / "a.nii.gz").write_bytes(packed)
    if place % len(packed) in {*range(4, 10), len(packed) - 9}:
        assert np.array_equal(read_stored(tmp_path / "a.nii.gz")[1], STORED)
    else:
        with pytest.raises(InputError, match=r"a\.nii\.gz"):
            read_stored(tmp_path / "a.nii.gz")


@pytest.mark.parametrize(
    ("place", "value", "got"),
    [
        (70, np.int16(8), "voxels of type int32 in 16 bits"),
        (70, np.int16(2), "voxels of type uint8 in 16 bits"),
        (72, np.int16(8), "voxels of type int16 in 8 bits"),
        (70, np.int16(128), "voxels of type"),
        (70, np.int16(32), "voxels of type complex64"),
        (40, np.int16(2), "more bytes"),
        (40, np.int16(9), "in 4096 bits"),
        (42, np.int16(2), "more bytes"),
        (42, np.int16(4), "120 bytes of voxels where the header promises 160"),
        (42, np.int16(-3), r"shape \(-3"),
        (42, np.array([-3, -4], np.int16), r"shape \(-3"),
        (42, np.array([32767] * 3, np.int16), "35181150961663 voxels of int16, more than pnst reads"),
        (108, np.float32(360), "112 bytes"),
        (108, np.float32(1e9), "voxels from byte"),
        (108, np.float32(-360), "damaged header"),
        (108, np.float32(np.nan), "damaged header"),
        (112, np.float32(np.inf), None),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_header_that_contradicts_itself_or_its_file(content, tmp_path, place, value, got, packed):
    spoilt = bytearray(content)
    spoilt[place : place + value.nbytes] = value.tobytes()
    (tmp_path / "a.nii").write_bytes(gzip.compress(spoilt, mtime=0) if packed else spoilt)
    with pytest.raises(InputError, match=got or "scaling that is not finite"):
        (read_volume if got is None else read_stored)(tmp_path / "a.nii")


PAIR = [(".hdr", ".img"), (".hdr.gz", ".img.gz"), (".hdr", ".img.gz"), (".HDR", ".IMG")]


@pytest.mark.parametrize("endings", PAIR)
@pytest.mark.parametrize("version", [nib.Nifti1Pair, nib.Nifti2Pair])
def test_a_pair_of_files_is_read_by_the_name_of_either(tmp_path, endings, version):
    """Witness: nibabel's writing."""
    image = version(STORED, np.diag([0.7, 0.9, 4.0, 1.0]))
    for part, ending in zip(("header", "image"), endings, strict=True):
        holder = {one: nib.FileHolder(fileobj=io.BytesIO()) for one in ("header", "image")}
        image.to_file_map(holder)
        bare = holder[part].fileobj.getvalue()
        (tmp_path / f"a{ending}").write_bytes(gzip.compress(bare, mtime=0) if ending.endswith("gz") else bare)
    for ending in endings:
        assert np.array_equal(read_stored(tmp_path / f"a{ending}")[1], STORED)
        assert read_header(tmp_path / f"a{ending}")[0].get_data_shape() == STORED.shape
    voxels = tmp_path / f"a{endings[1]}"
    whole = voxels.read_bytes()
    voxels.write_bytes(whole + b"x")
    with pytest.raises(InputError, match=r"(?i)a\.img.*(more bytes|bytes behind)"):
        read_stored(voxels)
    voxels.write_bytes(whole[:-9])
    with pytest.raises(InputError, match=r"(?i)a\.img"):
        read_stored(voxels)
    voxels.unlink()
    with pytest.raises(InputError, match=r"(?i)'a\.img.*no such file"):
        read_stored(tmp_path / f"a{endings[0]}")


def test_what_an_older_pair_is_is_told(content, tmp_path):
    (tmp_path / "a.hdr").write_bytes(content[:344] + bytes(4))
    with pytest.raises(InputError, match=r"a header of ANALYZE 7\.5, which does not tell left from right"):
        read_header(tmp_path / "a.hdr")
    (tmp_path / "a.nii").write_bytes(content[:344] + b"ni1\0" + bytes(4))
    with pytest.raises(InputError, match="the header of a pair of files"):
        read_stored(tmp_path / "a.nii")


def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.nii.gz")
    (tmp_path / "folder.nii").mkdir()
    (tmp_path / "zero.nii").symlink_to("/dev/zero")
    for name, got in (("pipe.nii.gz", "a pipe"), ("folder.nii", "a folder"), ("zero.nii", "a device")):
        for read in (read_header, read_stored):
            with pytest.raises(InputError, match=rf"{name}'.* {got}, not a plain file"):
                read(tmp_path / name)


def test_another_file_is_refused_without_its_path(tmp_path):
    (tmp_path / "a.nii").write_bytes(bytes(400))
    for file, got in (("a.nii", "no mark of NIfTI"), ("absent.nii", "no such file")):
        with pytest.raises(InputError, match=got) as refusal:
            read_header(tmp_path / file)
        assert str(tmp_path) not in str(refusal.value)
