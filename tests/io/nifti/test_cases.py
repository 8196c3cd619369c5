"""Situations of public bug reports, by the makers of the shared data and by our own generators.

Witness: the ellipsoid of every maker, 15,080 mm³ in closed form, and the right value at the maker's top.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.masks.read import read_lesion, read_lesions
from pnst.io.nifti.read import write_volume
from pnst.io.study import inspect, read_study
from pnst.study import Role

GRID = Grid((16, 14, 9), np.array([[-1.1, 0, 0, 9.0], [0, 1.3, 0, -8.0], [0, 0, 4.0, 2.0], [0, 0, 0, 1]]))


@pytest.fixture
def made(shared_data, tmp_path):
    """Make a case of the shared data by its number: the folder of its study, and its lesion's file."""

    def make(number: str) -> tuple[Path, Path]:
        (file,) = (shared_data.parent / "cases").glob(f"{number}_*.py")
        maker = runpy.run_path(str(file))
        maker["make"](tmp_path)
        return tmp_path / "study", tmp_path / maker["LESION"]

    return make


@pytest.fixture
def study(tmp_path):
    """A T1 of noise, and a mask of 4 × 5 × 3 voxels."""
    values = np.random.default_rng(5).normal(300, 12, GRID.shape).astype(np.float32)
    inside = np.zeros(GRID.shape, bool)
    inside[4:8, 5:10, 3:6] = True
    (tmp_path / "study").mkdir()
    write_volume(tmp_path / "study/t1.nii.gz", Volume(values, GRID))
    write_volume(tmp_path / "study/lesion.nii.gz", Mask(inside, GRID))
    return tmp_path / "study"


@pytest.mark.parametrize("number", ["17", "19"])
def test_the_qform_places_what_an_sform_of_zeros_does_not_and_a_pair_is_read(made, number):
    folder, file = made(number)
    study = read_study(folder)
    assert read_lesion(file, study).mask.volume_mm3 == pytest.approx(15080, rel=0.01)
    notes = study.series[Role.T1].notes
    assert notes == (("the sform is all zeros; the qform was taken",) if number == "17" else ())


def test_a_leg_of_six_hundredths_of_a_millimetre_is_refused(made):
    with pytest.raises(GeometryError, match=r"'t1\.nii' has no usable geometry.*micrometres"):
        read_study(made("18")[0])


def test_b_values_of_a_spreadsheet_are_read(made):
    series = read_study(made("22")[0]).series[Role.DWI]
    assert series.b_values == (0.0, 400.0, 800.0)
    assert np.linalg.norm(series.b_vectors, axis=1).tolist() == [0, 1, 1]


@pytest.mark.parametrize("given", ["t1.nii.gz", "t1.hdr", "t1.img"])
def test_a_single_file_is_a_study_of_one_series(study, given):
    if given != "t1.nii.gz":
        nib.save(nib.Nifti1Pair.from_image(nib.load(study / "t1.nii.gz")), study / "t1.img")
    one = read_study(study / given)
    assert list(one.series) == [Role.T1]
    assert one.case_id == "study"
    assert [guess.role for guess in inspect(study / given)] == [Role.T1]
    assert read_lesion(study / "lesion.nii.gz", one).mask.data.sum() == 60


def test_a_single_file_without_a_role_in_its_name_takes_the_one_that_is_given(study):
    (study / "t1.nii.gz").rename(study / "leg.nii.gz")
    for name in ("leg", "leg.nii.gz", str(study / "leg.nii.gz")):
        assert list(read_study(study / "leg.nii.gz", roles={"t2": name}).series) == [Role.T2]
    with pytest.raises(InputError, match=r"is named by its role; got: leg\.nii\.gz.*which file serves as which role"):
        read_study(study / "leg.nii.gz")


@pytest.mark.parametrize("name", ["lesion.nii.gz", "lesion", "zeros.nii.gz"])
def test_a_mask_or_an_empty_image_serves_as_no_series(study, name):
    write_volume(study / "zeros.nii.gz", Volume(np.zeros(GRID.shape, np.float32), GRID))
    with pytest.raises(InputError, match=r"is no image; got: [12] different value"):
        read_study(study, roles={"t1": name})


@pytest.mark.parametrize("program", ["float32", "rounded", "quaternion", "transformed"])
def test_a_mask_whose_affine_another_program_rounded_lies_on_its_image(study, program):
    """As ITK, a text file, a quaternion and a transform there and back leave it."""
    image = nib.load(study / "lesion.nii.gz")
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    affine = {
        "float32": GRID.affine.astype(np.float32) * np.float32(1 + 3e-7),
        "rounded": np.round(GRID.affine, 5) + np.pad(np.c_[1e-5 * np.eye(3), (2e-4, -2e-4, 2e-4)], ((0, 1), (0, 0))),
        "quaternion": image.header.get_qform() + np.diag([1e-6, -1e-6, 1e-6, 0]),
        "transformed": np.pad(turn.T @ turn, ((0, 1), (0, 1))) @ GRID.affine + np.diag([0, 0, 0, 1]),
    }[program]
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj), affine), study / "noisy.nii.gz")
    one = read_study(study)
    (lesion,) = read_lesions(study / "noisy.nii.gz", one)
    t1 = one.series[Role.T1].volume.grid
    assert lesion.mask.grid.matches(t1, 0.0)
    assert lesion.mask_on(t1).data.sum() == 60
    assert lesion.notes[0].endswith("same grid as t1")
