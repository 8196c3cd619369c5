"""Where a header says that its voxels are. Witness: headers written by hand, with an sform or a unit that is wrong."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.io.nifti.geometry import geometry
from pnst.io.nifti.read import read_geometry, read_volume

AFFINE = np.array([[-0.7, 0, 0, 31.0], [0, 0.9, 0, -22.0], [0, 0, 4.0, 13.0], [0, 0, 0, 1]])
PLANE = AFFINE.copy()
PLANE[:3, 2] = PLANE[:3, 0] + PLANE[:3, 1]
NO_AXIS = AFFINE.copy()
NO_AXIS[:3, 1] = 0
NOT_FINITE = AFFINE.copy()
NOT_FINITE[1, 3] = np.nan
ONLY_ORIGIN = np.zeros((4, 4))
ONLY_ORIGIN[:, 3] = AFFINE[:, 3]


@pytest.fixture
def header() -> nib.Nifti1Header:
    image = nib.Nifti1Image(np.zeros((5, 6, 7), np.int16), AFFINE)
    image.header.set_qform(AFFINE, 1)
    image.header.set_sform(AFFINE, 1)
    image.header.set_xyzt_units("mm")
    return image.header


@pytest.mark.parametrize(
    ("sform", "fault"),
    [
        (np.zeros((4, 4)), "is all zeros"),
        (ONLY_ORIGIN, "is all zeros"),
        (PLANE, "is not invertible"),
        (NO_AXIS, "is not invertible"),
        (NOT_FINITE, "is not finite"),
        (np.full((4, 4), np.inf), "is not finite"),
    ],
)
def test_an_sform_that_places_nothing_leaves_it_to_the_qform(header, tmp_path, sform, fault):
    """ANTs writes zeros; alone, such an sform is refused by its name."""
    for row, name in enumerate(("srow_x", "srow_y", "srow_z")):
        header[name] = sform[row]
    _, grid, notes = geometry(header, tmp_path / "a.nii")
    assert np.abs(grid.affine - AFFINE).max() < 1e-4
    assert notes == (f"the sform {fault}; the qform was taken",)
    header["qform_code"] = 0
    with pytest.raises(GeometryError, match=rf"'a\.nii' does not say where .* sform that {fault}, qform code 0"):
        geometry(header, tmp_path / "a.nii")


def test_a_broken_qform_beside_a_valid_sform_is_reported(header, tmp_path):
    header["quatern_b"] = np.nan
    header["qoffset_x"] = np.nan
    _, grid, notes = geometry(header, tmp_path / "a.nii")
    assert np.abs(grid.affine - AFFINE).max() < 1e-4
    assert notes == ("the qform is not finite; the sform was taken",)


@pytest.mark.parametrize(
    ("code", "unit", "got"),
    [(3, "micrometres", "voxels of 0.0007 × 0.0009 × 0.004 mm"), (1, "metres", "voxels of 700 × 900 × 4e+03 mm")],
)
def test_a_unit_over_millimetres_is_refused_with_file_and_unit(header, tmp_path, code, unit, got):
    header["xyzt_units"] = code
    with pytest.raises(GeometryError, match=r"'leg\.nii' has no usable geometry") as refusal:
        geometry(header, tmp_path / "leg.nii")
    assert refusal.value.got == f"{got}; the header's unit of length is {unit}"
    assert refusal.value.remedy == "correct the header's unit of length"


@pytest.mark.parametrize(("code", "times", "unit"), [(3, 1e3, "micrometres"), (1, 1e-3, "metres")])
def test_lengths_that_are_in_the_unit_are_read(header, tmp_path, code, times, unit):
    for form in (header.set_sform, header.set_qform):
        form(np.diag([times] * 3 + [1]) @ AFFINE, 1)
    header["xyzt_units"] = code
    _, grid, notes = geometry(header, tmp_path / "a.nii")
    assert np.abs(grid.affine - AFFINE).max() < 1e-4
    assert notes[0].startswith(f"the header gives lengths in {unit}")


@pytest.mark.parametrize("factor", [1e-12, 1e-3, 1e3, 1e6, 1e30])
@pytest.mark.parametrize("part", ["all", "one axis", "origin"])
def test_absurd_lengths_are_refused_with_the_files_name(tmp_path, factor, part):
    """Metres or micrometres without a unit, damaged headers: once 258 GiB were asked for."""
    affine = AFFINE.copy()
    column = {"all": slice(0, 4), "one axis": slice(0, 1), "origin": slice(3, 4)}[part]
    affine[:3, column] *= factor
    if part == "origin" and factor < 1:
        pytest.skip("nearer to the centre: no reason to refuse")
    image = nib.Nifti1Image(np.arange(210, dtype=np.int16).reshape(5, 6, 7), affine)
    image.header.set_sform(affine, 1)
    image.header.set_qform(None, 0)
    nib.save(image, tmp_path / "a.nii.gz")
    for read in (read_volume, read_geometry):
        with pytest.raises(GeometryError, match=r"'a\.nii\.gz'"):
            read(tmp_path / "a.nii.gz")
