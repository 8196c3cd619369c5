"""Entry point: which reader a folder gets, what the case is called, and what inspect shows."""

from __future__ import annotations

import numpy as np
import pytest

from mask_files import circles, save_rtstruct
from pnst.errors import AmbiguityError, InputError, SettingError
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


def test_a_mask_is_one_region_of_a_file(nifti_folder, oblique):
    """Of a label map by number; without a label, two regions are refused with the words that help."""
    labels = np.zeros(oblique().shape, np.int16)
    labels[2:5, 3:7, 2:6], labels[8:12, 9:14, 4:9] = 1, 7
    write_volume(nifti_folder / "muscle.nii.gz", Volume(labels, oblique()))
    with pytest.raises(AmbiguityError, match="MASK:LABEL"):
        read_study(nifti_folder)
    for label in (1, 7):
        study = read_study(nifti_folder, masks={"muscle": f"{nifti_folder}/muscle.nii.gz:{label}"})
        assert np.array_equal(study.masks["muscle"].data, labels == label)
    with pytest.raises(InputError, match="no region '3'"):
        read_study(nifti_folder, masks={"muscle": f"{nifti_folder}/muscle.nii.gz:3"})


def test_a_mask_is_one_structure_of_a_structure_set(nifti_folder, oblique, tmp_path):
    grid = oblique()
    file = save_rtstruct(tmp_path, {"GTV_Mass": circles(grid, 2.5, (4, 5)), "GTV_Edema": circles(grid, 5.0, (4, 5))})
    edema = read_study(nifti_folder, masks={"edema": f"{file}:GTV_Edema"}).masks["edema"]
    mass = read_study(nifti_folder, masks={"edema": f"{file}:GTV_Mass"}).masks["edema"]
    assert edema.data.sum() > mass.data.sum() > 0


@pytest.mark.parametrize("case_id", ["", "  "])
def test_an_empty_case_id_is_refused(nifti_folder, case_id):
    with pytest.raises(SettingError, match="case id is empty"):
        read_study(nifti_folder, case_id=case_id)


def test_an_identity_is_kept_where_there_is_one(nifti_folder, formula, write):
    with pytest.raises(SettingError, match="no identity to keep; got: a folder of NIfTI"):
        read_study(nifti_folder, keep_identity=True)
    instances = formula().instances()
    folder = write(instances)
    with pytest.raises(SettingError, match="one name"):
        read_study(folder, case_id="A", keep_identity=True)
    assert read_study(folder, keep_identity=True).case_id == "invented"
    for ds in instances:
        ds.PatientID = " "
    with pytest.raises(InputError, match="without a patient's ID"):
        read_study(write(instances), keep_identity=True)


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
