"""Files that promise what no image holds: one refusal that names the file, within bounded time and memory."""

from __future__ import annotations

import contextlib
import struct
import zlib

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from pnst.errors import PnstError
from pnst.io.dicom import deflated, elements
from pnst.io.study import inspect, read_study
from pnst.study import Role


def refusal_of(folder, bounded) -> str:
    """What reading says, after `inspect` has come to an end of any kind within bounds."""
    with bounded():
        with contextlib.suppress(PnstError):
            inspect(folder)
        with pytest.raises(PnstError) as refusal:
            read_study(folder)
    assert refusal.value.remedy
    return str(refusal.value)


def refusals_of(folder, bounded) -> list[str]:
    """What inspecting and reading say where they refuse; any other end fails."""
    messages = []
    with bounded():
        for read in (inspect, read_study):
            try:
                read(folder)
            except PnstError as error:
                messages.append(str(error))
    return messages


def deflate(instances):
    for ds in instances:
        ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return instances


def meta_and_rest(file):
    content = file.read_bytes()
    (length,) = struct.unpack_from("<I", content, 140)
    return content[: 144 + length], content[144 + length :]


def test_a_deflated_series_is_read(formula, write):
    series = formula()
    study = read_study(write(deflate(series.instances())))
    np.testing.assert_array_equal(study.series[Role.T1].volume.data, series.stored[..., 0])


def test_a_deflated_bomb_is_refused(formula, write, bounded):
    """1 GiB of zeros in 1 MB, behind a whole image: a block of them, flushed so that it can be repeated."""
    folder = write(deflate(formula().instances()))
    file = sorted(folder.iterdir())[1]
    meta, rest = meta_and_rest(file)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(zlib.decompress(rest, -15)) + packer.flush(zlib.Z_FULL_FLUSH)
    zeros = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    file.write_bytes(meta + packed + 64 * zeros + packer.flush())
    message = refusal_of(folder, bounded)
    assert file.name in message
    assert f"more than {deflated.MAX_INFLATED_BYTES >> 20} MiB" in message


@pytest.mark.parametrize("damage", ["cut", "more", "flipped"])
def test_damaged_deflated_bytes_are_refused(formula, write, bounded, damage):
    folder = write(deflate(formula().instances()))
    file = sorted(folder.iterdir())[1]
    meta, rest = meta_and_rest(file)
    file.write_bytes(meta + {"cut": rest[:-20], "more": rest + b"more", "flipped": b"\xff" + rest[1:]}[damage])
    assert file.name in refusal_of(folder, bounded)


@pytest.mark.parametrize(
    ("element", "value"),
    [("Rows", 16384), ("Columns", 60000), ("Columns", 16384), ("Rows", 7), ("Columns", 8), ("BitsAllocated", 32)],
)
def test_more_pixels_than_there_are_bytes_are_refused(formula, write, bounded, element, value):
    instances = formula().instances()
    for ds in instances:
        setattr(ds, element, value)
    assert "im0" in refusal_of(write(instances), bounded)


@pytest.mark.parametrize(("element", "value"), [("Rows", 5), ("Columns", 6), ("BitsAllocated", 8), ("Rows", 1)])
def test_more_bytes_than_pixels_are_refused(formula, write, bounded, element, value):
    instances = formula().instances()
    for ds in instances:
        setattr(ds, element, value)
        if element == "BitsAllocated":
            ds.BitsStored, ds.HighBit = 8, 7
    assert "more than its header says" in refusal_of(write(instances), bounded)


@pytest.mark.parametrize("frames", [2, 20, 2**31 - 1, 99999999])
def test_frames_that_nothing_describes_are_refused(formula, write, bounded, frames):
    instances = formula().instances()
    instances[2].NumberOfFrames = frames
    assert f"{frames} frames" in refusal_of(write(instances), bounded)


@pytest.mark.parametrize("frames", [1, 4, 6, 2**31 - 1])
def test_an_enhanced_image_of_more_or_fewer_frames_than_described_is_refused(
    formula, as_enhanced, write, bounded, frames
):
    ds = as_enhanced(formula().instances())
    ds.NumberOfFrames = frames
    assert f"{frames} frames and descriptions of 5" in refusal_of(write([ds]), bounded)


def with_raw(folder, tag, vr, raw):
    """Write raw bytes into the third file, as pydicom lets pass unseen."""
    file = sorted(folder.iterdir())[2]
    ds = dcmread(file)
    ds[Tag(tag)] = RawDataElement(Tag(tag), vr, len(raw), raw, 0, False, True)
    ds.save_as(file)
    return file


@pytest.mark.parametrize("tag", [0x00281053, 0x00281052])
@pytest.mark.parametrize("raw", [b"nan ", b"inf ", b"1e400 ", b"x ", b"9" * 400, b"1e300 ", b"1e-300"])
def test_a_rescale_that_is_no_number_is_refused_and_not_left_out(formula, write, bounded, tag, raw):
    if (tag, raw) == (0x00281052, b"1e-300"):
        pytest.skip("an intercept that small is none")
    folder = write(formula().instances())
    file = with_raw(folder, tag, "DS", raw)
    message = refusal_of(folder, bounded)
    assert file.name in message
    assert "rescale" in message


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        (0x00200013, "IS"),
        (0x00200011, "IS"),
        (0x00280008, "IS"),
        (0x00180080, "DS"),
        (0x00180081, "DS"),
        (0x00180050, "DS"),
    ],
)
def test_ten_thousand_digits_do_no_harm(formula, write, bounded, tag, vr):
    folder = write(formula().instances())
    with_raw(folder, tag, vr, b"9" * 10_000)
    assert all(len(message) < 2000 for message in refusals_of(folder, bounded))


@pytest.mark.parametrize("tag", [0x00200032, 0x00200037, 0x00280030])
def test_ten_thousand_digits_of_a_place_are_refused(formula, write, bounded, tag):
    folder = write(formula().instances())
    file = with_raw(folder, tag, "DS", b"\\".join([b"9" * 10_000] * 3))
    assert file.name in refusal_of(folder, bounded)


@pytest.mark.parametrize("depth", [200, 10_000])
@pytest.mark.parametrize("defined", [True, False])
def test_sequences_nested_deeply_end_in_a_reading_or_a_refusal(formula, write, bounded, depth, defined):
    folder = write(formula().instances())
    file = sorted(folder.iterdir())[2]
    content = file.read_bytes()
    place = content.index(b"\x28\x00\x02\x00US")
    nested = b""
    for _ in range(depth if not defined else min(depth, 4000)):
        item = struct.pack("<HHI", 0xFFFE, 0xE000, len(nested) if defined else 0xFFFFFFFF) + nested
        item += b"" if defined else struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
        size = len(item) if defined else 0xFFFFFFFF
        nested = b"\x18\x00\x17\x91SQ\0\0" + struct.pack("<I", size) + item
        nested += b"" if defined else struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    file.write_bytes(content[:place] + nested + content[place:])
    assert all(file.name in message for message in refusals_of(folder, bounded))


ABSURD_PLACES = {
    "spacing of 1e-12": {"PixelSpacing": [1e-12, 1e-12]},
    "spacing of 1e6": {"PixelSpacing": [1e6, 1e6]},
    "spacing in metres": {"PixelSpacing": [0.0011, 0.0008]},
    "origin of 1e30": {"ImagePositionPatient": [1e30, 1e30, 1e30]},
    "origin of 1e300": {"ImagePositionPatient": [1e300, 0, 0]},
    "cosines of 1e20": {"ImageOrientationPatient": [1e20, 0, 0, 0, 1e20, 0]},
    "cosines of 0": {"ImageOrientationPatient": [0, 0, 0, 0, 0, 0]},
}


@pytest.mark.parametrize("which", ["one slice", "all slices"])
@pytest.mark.parametrize("name", ABSURD_PLACES)
def test_absurd_geometry_is_refused_with_the_file_s_name(formula, write, bounded, name, which):
    instances = formula().instances()
    for ds in instances if which == "all slices" else instances[2:3]:
        for element, value in ABSURD_PLACES[name].items():
            setattr(ds, element, value)
    assert "im0" in refusal_of(write(instances), bounded)


def test_slices_two_metres_apart_are_refused_with_the_files_names(formula, write, bounded):
    series = formula(spacing=(0.8, 1.1, 2000.0))
    assert "im0" in refusal_of(write(series.instances()), bounded)


def test_bits_that_contradict_each_other_are_refused(formula, write, bounded):
    instances = formula().instances()
    instances[2].BitsStored = 40
    assert "40 bits stored of 16" in refusal_of(write(instances), bounded)


def test_a_header_without_end_is_refused(formula, write, bounded, monkeypatch):
    """An element that takes the rest of a large file; the bound is lowered so that the file stays small."""
    monkeypatch.setattr(elements, "MAX_HEADER_BYTES", 1 << 18)
    folder = write(formula().instances())
    file = sorted(folder.iterdir())[2]
    content = file.read_bytes()
    place = content.index(b"\x28\x00\x02\x00US")
    endless = b"\x18\x00\x00\x10UN\0\0" + struct.pack("<I", 1 << 20) + bytes(1 << 20)
    file.write_bytes(content[:place] + endless + content[place:])
    message = refusal_of(folder, bounded)
    assert file.name in message
    assert "a header of more than 0 MiB" in message
