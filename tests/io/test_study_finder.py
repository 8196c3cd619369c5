"""Studies below a folder. Witness: trees made by hand, as other people keep them, and the real collections."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pnst.io.study_finder import find_studies

SAMPLES = Path(__file__).parents[2] / "sample_data"


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def test_a_folder_a_case(tmp_path):
    touch(tmp_path, "P1/a_T1_image.nii.gz", "P1/a_T1_mask.nii.gz", "P2/t1.nii", "P2/lesion.nii.gz", "P3/notes.txt")
    found = find_studies(tmp_path)
    assert [(study.name, study.study) for study in found] == [("P1", "P1"), ("P2", "P2")]
    assert [[lesion.file for lesion in study.lesions] for study in found] == [
        ["P1/a_T1_mask.nii.gz"],
        ["P2/lesion.nii.gz"],
    ]


def test_all_cases_in_one_folder(tmp_path):
    touch(tmp_path, "c01_T1.nii.gz", "c01_T2_FS.nii.gz", "c01_seg.nii.gz", "c02_T1.nii.gz", "c02_mask.nii.gz")
    one, two = find_studies(tmp_path)
    assert (one.name, one.study, dict(one.roles)) == ("c01", "c01_T1.nii.gz", {"t2_fs": "c01_T2_FS.nii.gz"})
    assert [lesion.file for lesion in one.lesions] == ["c01_seg.nii.gz"]
    assert (two.name, two.study, dict(two.roles)) == ("c02", "c02_T1.nii.gz", {})
    assert "file names" in one.remark


def test_bids_with_what_its_participants_are(tmp_path):
    touch(tmp_path, "sub-01/anat/sub-01_T1w.nii.gz", "sub-02/ses-a/anat/sub-02_ses-a_T1w.nii.gz")
    touch(tmp_path, "derivatives/pnst/sub-01/anat/sub-01_label-lesion_mask.nii.gz")
    (tmp_path / "participants.tsv").write_text("participant_id\tage\tDiagnosis\nsub-01\t34\tMPNST\nsub-02\tn/a\t\n")
    one, two = find_studies(tmp_path)
    assert (one.name, dict(one.facts)) == ("sub-01", {"age": "34", "diagnosis": "MPNST"})
    assert [lesion.file for lesion in one.lesions] == ["derivatives/pnst/sub-01/anat/sub-01_label-lesion_mask.nii.gz"]
    assert (two.name, two.study, dict(two.facts), two.lesions) == ("sub-02_ses-a", "sub-02/ses-a", {}, ())


def test_bids_lesions_of_any_derivative(tmp_path):
    touch(tmp_path, "sub-01/ses-a/anat/sub-01_ses-a_T1w.nii.gz")
    masks = [f"derivatives/{name}/sub-01/ses-a/anat/sub-01_ses-a_label-lesion_mask.nii.gz" for name in ("a", "b")]
    touch(tmp_path, *masks, "derivatives/a/sub-01/ses-b/anat/sub-01_ses-b_label-lesion_mask.nii.gz")
    (study,) = find_studies(tmp_path)
    assert [lesion.file for lesion in study.lesions] == masks


def test_dicom_by_its_studies(tmp_path):
    """The same study twice, in series folders at different depths: one study each; beside files that are none."""
    shutil.copytree(SAMPLES / "malignant_dicom", tmp_path / "Doe" / "MR" / "x")
    (tmp_path / "Doe" / "readme.txt").write_text("no image")
    (found,) = find_studies(tmp_path)
    assert found.study == "Doe/MR/x"
    assert [(lesion.file, lesion.kind) for lesion in found.lesions] == [("Doe/MR/x/lesions/1.dcm", "DICOM SEG")]


def test_two_studies_in_one_folder_are_said(tmp_path):
    pydicom = pytest.importorskip("pydicom")
    source = sorted((SAMPLES / "malignant_dicom" / "t1").iterdir())[:2]
    for number, file in enumerate(source):
        dataset = pydicom.dcmread(file)
        dataset.StudyInstanceUID = f"2.25.{number + 1}"
        dataset.save_as(tmp_path / f"{number}.dcm")
    found = find_studies(tmp_path)
    assert len(found) == 2
    assert all("several studies" in study.remark for study in found)
    assert len({study.name for study in found}) == 2


def test_names_are_told_apart_and_safe(tmp_path):
    touch(tmp_path, "Müller, A/1/t1.nii.gz", "B/1/t1.nii.gz", "b/1/t1.nii.gz")
    names = [study.name for study in find_studies(tmp_path)]
    assert len({name.casefold() for name in names}) == 3
    assert all(name.replace("-", "").replace("_", "").isascii() for name in names)


def test_nothing_is_found_where_nothing_is(tmp_path):
    assert find_studies(touch(tmp_path, "a/notes.txt", "a/T1_mask.nii.gz", ".hidden/t1.nii.gz")) == []


def test_the_real_sarcomas(shared_data):
    found = find_studies(shared_data / "sts_t1" / "nifti")
    assert len(found) == 22
    assert all(study.name.startswith("STS_") and len(study.lesions) == 1 and not study.remark for study in found)
    (raw,) = find_studies(shared_data / "sts001_raw" / "dicom")
    assert [lesion.regions for lesion in raw.lesions] == [("GTV_Mass",), ("GTV_Mass",)]


def test_it_is_told_how_far_it_is(tmp_path):
    touch(tmp_path, *(f"P{n:03d}/t1.nii.gz" for n in range(201)))
    said: list[str] = []
    assert len(find_studies(tmp_path, said.append)) == 201
    assert said == ["listing files", "file 1 of 201", "file 101 of 201", "file 201 of 201"]
    said.clear()
    touch(tmp_path / "bids", "dataset_description.json", "sub-01/anat/sub-01_T1w.nii.gz")
    find_studies(tmp_path / "bids", said.append)
    assert said == ["session 1 of 1"]
