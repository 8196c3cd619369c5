"""Witness: NRRD files that 3D Slicer's and dcmqi's writers made, SimpleITK writing and reading the same voxels."""

from __future__ import annotations

import bz2
import gzip
import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from pnst.errors import GeometryError, InputError
from pnst.io.masks.nrrd import read_nrrd

HEAD = """NRRD0004
# a comment
type: short
dimension: 3
space: left-posterior-superior
sizes: 3 4 5
space directions: (2,0,0) (0,0,-3) (0,1.5,0)
kinds: domain domain domain
endian: little
encoding: raw
space origin: (10,20,30)
"""


def written(folder: Path, head: str = HEAD, count: int = 60, encode=lambda b: b, order: str = "<") -> Path:
    body = encode(np.arange(count, dtype=f"{order}i2").tobytes())
    (folder / "a.nrrd").write_bytes(head.encode() + b"\n" + body)
    return folder / "a.nrrd"


def test_voxels_and_place_worked_by_hand(tmp_path):
    """Axis i 2 mm along L, j 3 mm along I, k 1.5 mm along P; LPS becomes RAS."""
    nrrd = read_nrrd(written(tmp_path))
    assert nrrd.layers.shape == (1, 3, 4, 5)
    assert nrrd.layers[0, 1, 2, 3] == 1 + 2 * 3 + 3 * 12
    expected = [[-2, 0, 0, -10], [0, 0, -1.5, -20], [0, -3, 0, 30], [0, 0, 0, 1]]
    assert np.array_equal(nrrd.grid.affine, expected)


@pytest.mark.parametrize(
    ("space", "signs"),
    [("right-anterior-superior", (1, 1, 1)), ("LAS", (-1, 1, 1)), ("left-posterior-superior", (-1, -1, 1))],
)
def test_spaces_become_ras(tmp_path, space, signs):
    nrrd = read_nrrd(written(tmp_path, HEAD.replace("left-posterior-superior", space)))
    assert nrrd.grid.affine[:3, 3].tolist() == [10 * signs[0], 20 * signs[1], 30 * signs[2]]


def test_gzip_and_big_endian(tmp_path):
    head = HEAD.replace("raw", "gzip").replace("little", "big")
    packed = read_nrrd(written(tmp_path, head, encode=lambda body: gzip.compress(body, mtime=0), order=">"))
    assert np.array_equal(packed.layers, read_nrrd(written(tmp_path)).layers)


def test_bzip2_and_voxels_in_a_file_beside_the_header(tmp_path):
    """Slicer's `.nhdr`, packed or not; the header's blank line may be there or not."""
    voxels = np.arange(60, dtype="<i2").tobytes()
    packed = read_nrrd(written(tmp_path, HEAD.replace("raw", "bzip2"), encode=bz2.compress))
    assert np.array_equal(packed.layers, read_nrrd(written(tmp_path)).layers)
    for encoding, content in (("raw", voxels), ("gzip", gzip.compress(voxels, mtime=0))):
        (tmp_path / "voxels").write_bytes(content)
        for end in ("", "\n"):
            head = HEAD.replace("encoding: raw", f"encoding: {encoding}\ndata file: voxels")
            (tmp_path / "a.nhdr").write_bytes((head + end).encode())
            assert np.array_equal(read_nrrd(tmp_path / "a.nhdr").layers, packed.layers)
        (tmp_path / "voxels").write_bytes(content + b"x")
        with pytest.raises(InputError, match=r"more bytes|bytes behind"):
            read_nrrd(tmp_path / "a.nhdr")


@pytest.mark.parametrize("encode", [gzip.compress, bz2.compress])
def test_no_damage_to_packed_voxels_is_read_as_good(tmp_path, encode):
    """Invariant: the stream is read to its checksum, and no further."""
    head = HEAD.replace("raw", "gzip" if encode is gzip.compress else "bzip2")
    truth = read_nrrd(written(tmp_path, head, encode=encode)).layers
    content = (tmp_path / "a.nrrd").read_bytes()
    start, rng = content.index(b"\n\n") + 2, np.random.default_rng(3)
    for place in rng.integers(start, len(content), 150):
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << rng.integers(8)
        (tmp_path / "a.nrrd").write_bytes(spoilt)
        try:
            assert np.array_equal(read_nrrd(tmp_path / "a.nrrd").layers, truth)
        except InputError:
            continue
    for cut in (content[:-1], content[:-9], content + b"\0", content + content[start:]):
        (tmp_path / "a.nrrd").write_bytes(cut)
        with pytest.raises(InputError):
            read_nrrd(tmp_path / "a.nrrd")


def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path):
    (tmp_path / "a.nhdr").write_text(HEAD.replace("encoding: raw", "encoding: raw\ndata file: pipe"))
    os.mkfifo(tmp_path / "pipe")
    for name in ("a.nhdr", "pipe"):
        with pytest.raises(InputError, match="a pipe, not a plain file"):
            read_nrrd(tmp_path / name)


def test_another_tool_writes_what_is_read(tmp_path, oblique):
    """Witness: SimpleITK, oblique, compressed."""
    grid = oblique((5, 6, 7))
    values = np.random.default_rng(5).integers(0, 9, grid.shape).astype(np.uint8)
    image = sitk.GetImageFromArray(values.T)
    lps = np.diag([-1.0, -1.0, 1.0]) @ grid.directions
    image.SetSpacing(grid.spacing)
    image.SetDirection(lps.ravel())
    image.SetOrigin(np.diag([-1.0, -1.0, 1.0]) @ grid.affine[:3, 3])
    sitk.WriteImage(image, str(tmp_path / "a.nrrd"), useCompression=True)
    nrrd = read_nrrd(tmp_path / "a.nrrd")
    assert np.array_equal(nrrd.layers[0], values)
    assert nrrd.grid.matches(grid, 1e-6)


def test_slicer_s_layers_and_names(tmp_path):
    """Two overlapping segments: a leading list axis, none among the directions, names by key."""
    head = HEAD.replace("dimension: 3", "dimension: 4").replace("sizes: 3 4 5", "sizes: 2 3 4 5")
    head = head.replace("space directions: ", "space directions: none ").replace("kinds: domain", "kinds: list domain")
    for n, name in enumerate(("GTV", "edema")):
        head += f"Segment{n}_LabelValue:=1\nSegment{n}_Layer:={n}\nSegment{n}_Name:={name}\n"
    nrrd = read_nrrd(written(tmp_path, head, 120))
    assert nrrd.layers.shape == (2, 3, 4, 5)
    assert nrrd.layers[1, 1, 2, 3] == 1 + 2 * (1 + 3 * (2 + 4 * 3))
    assert [(s.layer, s.label, s.name) for s in nrrd.segments] == [(0, 1, "GTV"), (1, 1, "edema")]


DAMAGE = [
    ("sizes: 3 4 5", "sizes: 3 4 6", "120 bytes of voxels where the header promises 144"),
    ("sizes: 3 4 5", "sizes: 3 4 4", "more bytes than its header promises"),
    ("sizes: 3 4 5", "sizes: 3 4 900000000000000", "10800000000000000 voxels of int16, more than pnst reads"),
    ("sizes: 3 4 5", "sizes: 3 4 " + "9" * 5000, "no usable sizes"),
    ("dimension: 3", "dimension: 4", "in 4 dimensions"),
    ("endian: little", "endian: middle", "an endian that is neither"),
    ("endian: little\n", "", "no endian"),
    ("endian: little", "endian: little\nendian: big", "two different values of 'endian'"),
    ("endian: little", 'endian: little\nspace units: "um" "um" "um"', "lengths in another unit"),
    ("endian: little", "endian: little\nbyte skip: -1", "skipped bytes"),
    ("encoding: raw", "encoding: hex", "encoding 'hex'"),
    ("sizes: 3 4 5", "sizes: 60", "sizes"),
    ("sizes: 3 4 5", "sizes: -3 4 5", "sizes"),
    ("type: short", "type: block", "type"),
    ("encoding: raw", "encoding: bzip2", "damaged"),
    ("encoding: raw", "encoding: gzip", "damaged"),
    ("encoding: raw", "encoding: raw\ndata file: a.raw", "No such file"),
    ("encoding: raw", "encoding: raw\ndata file: ../a.raw", "in another folder"),
    ("encoding: raw", "encoding: raw\ndata file: /dev/zero", "in another folder"),
    ("encoding: raw", "encoding: raw\ndata file: LIST", "several files"),
]


@pytest.mark.parametrize(("old", "new", "message"), DAMAGE, ids=[message for *_, message in DAMAGE])
def test_damage_is_refused(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message):
        read_nrrd(written(tmp_path, HEAD.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("space: left-posterior-superior\n", ""),
        ("space: left-posterior-superior", "space: scanner-xyz"),
        ("space origin: (10,20,30)\n", ""),
        ("(0,1.5,0)", "(0,1.5)"),
        ("(0,1.5,0)", "(0,0,0)"),
        ("(0,1.5,0)", "(0,nan,0)"),
        ("(0,1.5,0)", "(0,1e-12,0)"),
        ("(0,1.5,0)", "(0,1e6,0)"),
        ("(10,20,30)", "(10,1e30,30)"),
        pytest.param("(10,20,30)", "(10," + "9" * 400 + ",30)", id="400 digits"),
    ],
)
def test_a_file_without_a_place_or_with_an_absurd_one_is_refused(tmp_path, old, new):
    with pytest.raises(GeometryError, match=r"'a\.nrrd'"):
        read_nrrd(written(tmp_path, HEAD.replace(old, new)))


@pytest.mark.parametrize(
    "name",
    [
        "dicom_seg_sr/dcmqi/segmentations/partial_overlaps-1.nrrd",
        "dicom_seg_sr/dcmqi/ge_adc_truth/pm-example-float.nrrd",
        "pyradiomics_mr/brain1_label.nrrd",
    ],
)
def test_real_files_read_as_another_tool_reads_them(shared_data, name):
    """Witness: SimpleITK, voxel by voxel, and the place of the last voxel in LPS."""
    image = sitk.ReadImage(str(shared_data / name))
    nrrd = read_nrrd(shared_data / name)
    assert np.array_equal(nrrd.layers[0], sitk.GetArrayFromImage(image).T)
    last = [n - 1 for n in image.GetSize()]
    theirs = np.array(image.TransformIndexToPhysicalPoint(last)) * (-1, -1, 1)
    assert nrrd.grid.to_world(last) == pytest.approx(theirs, abs=1e-6)
