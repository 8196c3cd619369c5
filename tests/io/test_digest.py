"""Invariant: an image in another place, or with another voxel, has another digest."""

from __future__ import annotations

from pnst.io.study import read_study
from pnst.study import Role


def test_the_digest_names_voxels_and_place(formula, write, tmp_path):
    """The same voxels elsewhere, or other voxels in the same place, are another input."""
    digests = set()
    for origin, volumes in (((0.0, 0, 0), [{}]), ((0.0, 0, 1), [{}]), ((0.0, 0, 0), [{"RescaleSlope": 2}])):
        folder = write(formula(origin=origin, volumes=volumes).instances())
        digests.add(read_study(folder).series[Role.T1].source.digest)
    assert len(digests) == 3
