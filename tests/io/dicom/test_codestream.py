"""Compressed pixels that contradict their header are refused by their file's name before a decoder meets them.

The codestreams are those of real encoders, with bytes changed where the standards put sizes.
"""

from __future__ import annotations

import struct

import numpy as np
import pytest
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from pnst.errors import InputError, PnstError
from pnst.io.dicom.codestream import CodestreamSize, ImplausibleCodestreamError, codestream_size
from pnst.io.dicom.frame import Header
from pnst.io.dicom.image_file import read_file
from pnst.io.dicom.pixels import read_pixels
from pnst.io.study import read_study
from pnst.study import Role

SYNTAXES = {"RLE": RLELossless, "JPEG-LS": JPEGLSLossless, "JPEG 2000": JPEG2000Lossless}


def compressed(formula, syntax):
    series = formula(shape=(37, 34, 4))
    instances = series.instances()
    for ds in instances:
        ds.compress(SYNTAXES[syntax], generate_instance_uid=False)
    return series, instances


def codestream_of(ds) -> bytes:
    return next(generate_frames(ds.PixelData, number_of_frames=1))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_encoders_write_is_read(formula, write, syntax):
    series, instances = compressed(formula, syntax)
    np.testing.assert_array_equal(read_study(write(instances)).series[Role.T1].volume.data, series.stored[..., 0])


@pytest.mark.parametrize("name", ["693_J2KR", "JLSL_16_15_1_1F", "JPEG-LL", "MR2_J2KI", "MR2_J2KR", "emri_small_RLE"])
def test_real_codestreams_contradict_nothing(shared_data, name):
    file = shared_data / f"transfer_syntax/pydicom_data/{name}.dcm"
    header = read_file((file, file.name))
    assert isinstance(header, Header)
    assert read_pixels([header.frames], [header.pixels]).shape[:2] == (header.pixels.columns, header.pixels.rows)


@pytest.mark.parametrize("syntax", ["JPEG-LS", "JPEG 2000"])
def test_the_size_that_a_codestream_states(formula, syntax):
    _, (ds, *_) = compressed(formula, syntax)
    assert codestream_size(codestream_of(ds)) == CodestreamSize(rows=34, columns=37, samples=1, bits=16)


def jpeg_ls(place, code, value):
    def change(frame: bytearray) -> None:
        start = frame.index(b"\xff\xf7") + 4
        struct.pack_into(code, frame, start + place, value)

    return change


def jpeg_2000(place, code, value):
    return lambda frame: struct.pack_into(code, frame, place, value)


def rle(place, value):
    return lambda frame: struct.pack_into("<I", frame, 4 * place, value)


CONTRADICTIONS = {
    "JPEG-LS rows": ("JPEG-LS", jpeg_ls(1, ">H", 65535)),
    "JPEG-LS columns": ("JPEG-LS", jpeg_ls(3, ">H", 65535)),
    "JPEG-LS fewer rows": ("JPEG-LS", jpeg_ls(1, ">H", 1)),
    "JPEG-LS samples": ("JPEG-LS", jpeg_ls(5, ">B", 200)),
    "JPEG-LS bits": ("JPEG-LS", jpeg_ls(0, ">B", 99)),
    "JPEG-LS no size": ("JPEG-LS", jpeg_ls(-4, ">H", 0xFFDA)),
    "JPEG 2000 columns": ("JPEG 2000", jpeg_2000(8, ">I", 2**31)),
    "JPEG 2000 rows": ("JPEG 2000", jpeg_2000(12, ">I", 1)),
    "JPEG 2000 offset": ("JPEG 2000", jpeg_2000(16, ">I", 2**30)),
    "JPEG 2000 tiles": ("JPEG 2000", jpeg_2000(24, ">I", 0)),
    "JPEG 2000 samples": ("JPEG 2000", jpeg_2000(40, ">H", 16384)),
    "JPEG 2000 bits": ("JPEG 2000", jpeg_2000(42, ">B", 37)),
    "RLE segments": ("RLE", rle(0, 15)),
    "RLE no segments": ("RLE", rle(0, 0)),
    "RLE offset": ("RLE", rle(2, 2**31)),
    "RLE order": ("RLE", rle(2, 10)),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_codestream_that_contradicts_its_header_is_refused(formula, write, bounded, name):
    syntax, change = CONTRADICTIONS[name]
    _, instances = compressed(formula, syntax)
    frame = bytearray(codestream_of(instances[2]))
    change(frame)
    instances[2].PixelData = encapsulate([bytes(frame)])
    with bounded(), pytest.raises(InputError, match=r"cannot read the pixels of 'im\d+\.dcm'"):
        read_study(write(instances))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("element", ["Rows", "Columns"])
@pytest.mark.parametrize("factor", [0.5, 2, 100])
def test_a_header_that_contradicts_all_its_codestreams_is_refused(formula, write, bounded, syntax, element, factor):
    _, instances = compressed(formula, syntax)
    for ds in instances:
        setattr(ds, element, int(factor * ds[element].value))
    with bounded(), pytest.raises(PnstError, match="im0"):
        read_study(write(instances))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_more_or_fewer_images_than_frames_are_refused(formula, write, syntax):
    _, instances = compressed(formula, syntax)
    frame = codestream_of(instances[2])
    instances[2].PixelData = encapsulate([frame, frame])
    with pytest.raises(InputError, match="cannot read the pixels"):
        read_study(write(instances))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 0.98])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_codestream_that_is_cut_short_is_refused(formula, write, bounded, syntax, share):
    _, instances = compressed(formula, syntax)
    frame = codestream_of(instances[2])
    instances[2].PixelData = encapsulate([frame[: int(share * len(frame))]])
    with bounded(), pytest.raises(InputError, match="cannot read the pixels"):
        read_study(write(instances))


@pytest.mark.parametrize(
    "frame",
    [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", b"GIF89a", b"\xff\x4f\xff\x51"],
    ids=bytes.hex,
)
def test_what_is_no_codestream_is_refused(frame):
    with pytest.raises(ImplausibleCodestreamError):
        codestream_size(frame)
