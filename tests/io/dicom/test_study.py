"""The door: which reader a folder gets, what the case is called, and what inspect shows."""

from __future__ import annotations

import json
import re

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


def test_a_dicom_case_is_called_by_a_digest_of_its_study(formula, write):
    folder = write(formula().instances())
    study = read_study(folder)
    assert re.fullmatch("[0-9a-f]{12}", study.case_id)
    assert read_study(folder).case_id == study.case_id
    assert read_study(folder, case_id="STS-1").case_id == "STS-1"


def test_the_identity_is_kept_only_when_asked(formula, write):
    folder = write(formula().instances())
    assert "invented" not in repr(read_study(folder))
    assert read_study(folder, keep_identity=True).case_id == "invented"


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


def test_a_tree_of_dicom_objects_without_images_is_refused(formula, write):
    (ds, *_) = formula().instances()
    ds.Modality = "SR"
    folder = write([ds])
    with pytest.raises(InputError, match="no DICOM image"):
        read_study(folder)


def test_a_single_file_is_read(formula, write):
    """One slice is no study, and says so; the file itself is found."""
    folder = write(formula().instances()[:1])
    with pytest.raises(InputError, match="too few slices"):
        read_study(next(folder.iterdir()))


def test_inspect_of_dicom_is_json_with_the_designs_keys(formula, write):
    (guess,) = inspect(write(formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 800.0)]).instances()))
    found = json.loads(json.dumps(guess.to_dict()))
    assert found["role"] == "dwi"
    assert found["shape"] == [7, 6, 5, 2]
    assert found["spacing_mm"] == pytest.approx([0.8, 1.1, 4.5])
    assert found["b_values"] == [0.0, 800.0]
    assert {"reason", "manufacturer", "unit", "rivals", "key", "problem"} <= set(found)


def test_inspect_of_dicom_decodes_no_pixels(formula, write):
    """Pixels cut away are not missed."""
    folder = write(formula().instances())
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:-40])
    assert inspect(folder)[0].role is Role.T1
    with pytest.raises(InputError, match="truncated"):
        read_study(folder)


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


def test_the_digest_names_voxels_and_place(formula, write, tmp_path):
    """The same voxels elsewhere, or other voxels in the same place, are another input."""
    digests = set()
    for origin, volumes in (((0.0, 0, 0), [{}]), ((0.0, 0, 1), [{}]), ((0.0, 0, 0), [{"RescaleSlope": 2}])):
        folder = write(formula(origin=origin, volumes=volumes).instances())
        digests.add(read_study(folder).series[Role.T1].source.digest)
    assert len(digests) == 3
