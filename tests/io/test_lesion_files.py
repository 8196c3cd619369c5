"""Files that may hold a lesion. Witness: files whose regions are known, of every kind, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mask_files import circles, save_rtstruct
from pnst.io.lesion_files import LesionFile, dicom_regions, find_lesion_files, without_identity

SAMPLES = Path(__file__).parents[2] / "sample_data"


def test_an_rtstruct_with_its_lesions_and_without_its_tissues(tmp_path, oblique):
    ring = circles(oblique(), 5, (3, 4))
    file = save_rtstruct(tmp_path, {"GTV_Mass": ring, "GTV_Edema": ring, "Muscle": ring})
    assert dicom_regions(file) == ("RTSTRUCT", ("GTV_Mass",))
    (found,) = find_lesion_files(tmp_path)
    assert (found.kind, found.regions) == ("RTSTRUCT", ("GTV_Mass",))


def test_an_rtstruct_of_tissues_alone_is_none(tmp_path, oblique):
    save_rtstruct(tmp_path, {"GTV_Edema": circles(oblique(), 5, (3, 4))})
    assert find_lesion_files(tmp_path) == []


def test_a_dicom_seg():
    (found,) = find_lesion_files(SAMPLES / "malignant_dicom")
    assert (found.file, found.kind) == ("lesions/1.dcm", "DICOM SEG")


def test_nifti_by_its_name(tmp_path):
    for name in ("T1_image", "T1_mask", "muscle", "muscle_seg", "lesion", ".hidden_mask"):
        (tmp_path / f"{name}.nii.gz").touch()
    assert [found.file for found in find_lesion_files(tmp_path)] == ["T1_mask.nii.gz", "lesion.nii.gz"]


def test_what_is_no_lesion_file(tmp_path):
    (tmp_path / "notes.txt").write_text("mask")
    (tmp_path / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 50)
    assert find_lesion_files(tmp_path) == []
    assert find_lesion_files(tmp_path / "absent") == []
    image = next((SAMPLES / "malignant_dicom" / "t1").iterdir())
    assert dicom_regions(image) is None


@pytest.mark.parametrize(("name", "shown"), [("lesion.nii.gz", "lesion.nii.gz"), ("Doe_mask.nii.gz", "file 3.nii.gz")])
def test_a_name_is_told_as_far_as_it_is_made_of_known_words(name, shown):
    assert without_identity(LesionFile(name, "NIfTI", ("Doe",)), 3) == LesionFile(shown, "NIfTI", ("1",))
