"""Entry point: which reader a folder gets, what the case is called, and what inspect shows."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import AmbiguityError, InputError
from pnst.image import Mask, Volume
from pnst.io.nifti.read import write_volume
from pnst.io.study import format_of, inspect, read_study
from pnst.study import Role


@pytest.fixture
def nifti_folder(oblique, tmp_path):
    grid = oblique()
    folder = tmp_path / "case"
    folder.mkdir()
    data = np.arange(np.prod(grid.shape), dtype=np.float32).reshape(grid.shape)
    write_volume(folder / "t1.nii.gz", Volume(data, grid))
    write_volume(folder / "lesion.nii.gz", Mask(data > 900, grid))
    return folder


def test_a_role_folder_is_read_as_nifti(nifti_folder):
    assert format_of(nifti_folder) == "nifti"
    assert set(read_study(nifti_folder).series) == {Role.T1}


def test_a_mask_is_given_by_name(nifti_folder):
    study = read_study(nifti_folder, masks={"muscle": nifti_folder / "lesion.nii.gz"})
    assert study.masks["muscle"].data.any()


def test_dicom_beside_role_named_nifti_is_refused(nifti_folder, formula, write):
    write(formula().instances()).rename(nifti_folder / "dicom")
    with pytest.raises(AmbiguityError, match="both DICOM files and NIfTI files"):
        read_study(nifti_folder)


@pytest.mark.parametrize("read", [read_study, inspect])
def test_a_folder_without_images_is_refused(tmp_path, read):
    with pytest.raises(InputError, match="no images"):
        read(tmp_path)
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match="no images"):
        read(tmp_path)
    with pytest.raises(InputError, match="no study at 'absent'"):
        read(tmp_path / "absent")


def test_inspect_of_nifti_shows_files_that_have_no_role(nifti_folder):
    guesses = {guess.key: guess for guess in inspect(nifti_folder)}
    assert guesses["t1"].role is Role.T1
    assert guesses["t1"].shape == (23, 19, 11)
    assert guesses["lesion"].role is None


def test_inspect_of_nifti_shows_what_cannot_be_read(nifti_folder):
    (nifti_folder / "t2.nii.gz").write_bytes(b"not an image")
    guesses = {guess.key: guess for guess in inspect(nifti_folder)}
    assert guesses["t2"].problem
    assert guesses["t1"].problem is None
