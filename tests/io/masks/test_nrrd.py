"""Witness: NRRD files that 3D Slicer's and dcmqi's writers made, SimpleITK writing and reading the same voxels."""

from __future__ import annotations

import gzip
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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sizes: 3 4 5", "sizes: 3 4 6", "120 bytes of voxels where the header promises 144"),
        ("sizes: 3 4 5", "sizes: 3 4 900000000000000", "header promises"),
        ("sizes: 3 4 5", "sizes: 60", "sizes"),
        ("sizes: 3 4 5", "sizes: -3 4 5", "sizes"),
        ("type: short", "type: block", "type"),
        ("encoding: raw", "encoding: bzip2", "bzip2"),
        ("encoding: raw", "encoding: gzip", "damaged"),
        ("encoding: raw", "encoding: raw\ndata file: a.raw", "another file"),
    ],
)
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
    ],
)
def test_a_file_without_a_place_is_refused(tmp_path, old, new):
    with pytest.raises(GeometryError):
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
