"""The halves of a pair by their names. Witness: names written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.io.nifti.pair import header_of, is_pair, voxels_of


@pytest.mark.parametrize(
    ("header", "voxels"),
    [("a.hdr", "a.img"), ("a.hdr.gz", "a.img.gz"), ("A.HDR", "A.IMG"), ("a.b.hdr", "a.b.img"), ("hdr.hdr", "hdr.img")],
)
def test_each_half_names_the_other(tmp_path, header, voxels):
    assert voxels_of(tmp_path / header) == tmp_path / voxels
    assert header_of(tmp_path / voxels) == tmp_path / voxels  # an image without a header stands for itself
    (tmp_path / header).touch()
    assert header_of(tmp_path / voxels) == header_of(tmp_path / header) == tmp_path / header
    assert is_pair(Path(header))
    assert is_pair(Path(voxels))


def test_the_half_that_exists_is_taken(tmp_path):
    (tmp_path / "a.img.gz").touch()
    assert voxels_of(tmp_path / "a.hdr") == tmp_path / "a.img.gz"
    (tmp_path / "a.img").touch()
    assert voxels_of(tmp_path / "a.hdr") == tmp_path / "a.img"


def test_other_names_are_no_pair():
    for name in ("a.nii", "a.nii.gz", "img", "a.image", "a.hdr.txt"):
        assert not is_pair(Path(name))
        assert header_of(Path(name)) == Path(name)
