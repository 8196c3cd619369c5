"""Invariant: an image in another place, or with another voxel, has another digest."""

from __future__ import annotations

import numpy as np

from pnst.image import Grid, Volume
from pnst.io.digest import digest, patient_digest, uid_digest
from pnst.io.study import read_study
from pnst.study import Role


def test_the_digest_names_voxels_and_place(formula, write, tmp_path):
    """The same voxels elsewhere, or other voxels in the same place, are another input."""
    digests = set()
    for origin, volumes in (((0.0, 0, 0), [{}]), ((0.0, 0, 1), [{}]), ((0.0, 0, 0), [{"RescaleSlope": 2}])):
        folder = write(formula(origin=origin, volumes=volumes).instances())
        digests.add(read_study(folder).series[Role.T1].source.digest)
    assert len(digests) == 3


def test_the_order_of_voxels_in_memory_and_the_last_bits_of_an_affine_do_not_count(oblique):
    grid = oblique((4, 5, 3))
    values = np.arange(60, dtype=np.float32).reshape(grid.shape)
    name = digest(Volume(values, grid))
    assert digest(Volume(np.asfortranarray(values), grid)) == name
    moved = np.eye(4)
    moved[0, 3] = 1e-9
    assert digest(Volume(values, Grid(grid.shape, moved @ grid.affine))) == name
    moved[0, 3] = 1e-4
    assert digest(Volume(values, Grid(grid.shape, moved @ grid.affine))) != name
    assert digest(Volume(values, grid, "um2_per_ms")) != name


def test_a_uid_is_known_by_its_digest_and_none_has_none():
    assert uid_digest("1.2.3") == uid_digest("1.2.3") != uid_digest("1.2.4")
    assert len(uid_digest("1.2.3")) == 16
    assert uid_digest("") is None


def test_a_patient_is_told_from_another_of_the_same_kind():
    assert patient_digest("dicom", " 123 ") == patient_digest("dicom", "123")
    assert patient_digest("dicom", "123") != patient_digest("dicom", "124")
    assert patient_digest("dicom", "123") != patient_digest("bids", "123")
    assert patient_digest("dicom", "  ") is None
    assert "123" not in str(patient_digest("dicom", "123"))
