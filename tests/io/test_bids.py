"""Witness: names of the BIDS specification, and datasets made of empty and of small real files."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import AmbiguityError, InputError, SettingError
from pnst.io.bids import BidsName, is_bids, read_bids
from pnst.io.study import inspect, read_study
from pnst.study import Role


@pytest.mark.parametrize(
    ("name", "role", "mask"),
    [
        ("sub-1_T1w.nii.gz", Role.T1, None),
        ("sub-1_ses-2_acq-tse_run-1_T1w.nii.gz", Role.T1, None),
        ("sub-1_ce-gadolinium_T1w.nii.gz", Role.T1_POST, None),
        ("sub-1_T2w.nii", Role.T2, None),
        ("sub-1_acq-fs_T2w.nii.gz", Role.T2_FS, None),
        ("sub-1_acq-STIR_T2w.nii.gz", Role.T2_FS, None),
        ("sub-1_acq-fsa_T2w.nii.gz", Role.T2, None),
        ("sub-1_dwi.nii.gz", Role.DWI, None),
        ("sub-1_desc-adc_dwi.nii.gz", Role.ADC, None),
        ("sub-1_param-ADC_dwimap.nii.gz", Role.ADC, None),
        ("sub-1_desc-pnst1_ADC.nii.gz", Role.ADC, None),  # as `pnst-bids` writes it
        ("sub-1_acq-water_T1w.nii.gz", Role.WATER, None),
        ("sub-1_FLAIR.nii.gz", None, None),
        ("sub-1_label-muscle_mask.nii.gz", None, "muscle"),
        ("sub-1_label-lesion_dseg.nii.gz", None, "lesion"),
        ("sub-1_desc-lesion_dseg.nii.gz", None, "lesion"),
        ("sub-1_desc-adc_mask.nii.gz", None, None),
        ("sub-1_label-muscle_T2w.nii.gz", Role.T2, None),
    ],
)
def test_names_tell_roles_and_masks(name, role, mask):
    parsed = BidsName.of(Path(name))
    assert (parsed.role, parsed.mask_name) == (role, mask)


@pytest.fixture
def dataset(oblique, tmp_path) -> Path:
    grid = oblique()
    rng = np.random.default_rng(11)
    for name in (
        "sub-01/anat/sub-01_T1w",
        "sub-01/anat/sub-01_acq-stir_T2w",
        "sub-01/anat/sub-01_label-muscle_mask",
        "sub-01/anat/sub-01_label-lesion_mask",
        "sub-01/dwi/sub-01_dwi",
    ):
        file = tmp_path / "data" / f"{name}.nii.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        shape = (*grid.shape, 3) if name.endswith("dwi") else grid.shape
        data = rng.integers(0, 2, shape) if name.endswith("mask") else rng.integers(0, 900, shape)
        nib.save(nib.Nifti1Image(data.astype(np.int16), grid.affine), file)
    (tmp_path / "data/sub-01/dwi/sub-01_dwi.bval").write_text("0 400 800")
    return tmp_path / "data"


def test_a_dataset_and_its_subject_read_the_same(dataset):
    for path in (dataset, dataset / "sub-01"):
        assert is_bids(path)
        study = read_bids(path)
        assert study.case_id == "sub-01"
        assert list(study.series) == [Role.T1, Role.T2_FS, Role.DWI]
        assert list(study.masks) == ["muscle"]
    assert read_bids(dataset, case_id="A").case_id == "A"


def test_a_label_that_no_measurement_reads_is_left_out_and_noted(dataset):
    """Neither placed nor refused: these masks lie nowhere near the images."""
    grid = np.diag([1.0, 1.2, 3.0, 1.0])
    for name in ("label-oedema_mask", "label-kidney_dseg", "label-liver_mask", "FLAIR"):
        file = dataset / f"sub-01/anat/sub-01_{name}.nii.gz"
        nib.save(nib.Nifti1Image(np.ones((3, 4, 5), np.uint8), grid), file)
    study = read_bids(dataset)
    assert list(study.masks) == ["muscle"]
    assert study.notes == (
        "4 NIfTI files without a role were not read as a series or a mask: flair, oedema and 2 others",
        "muscle mask: same grid as t1, t2_fs, dwi",
    )


def test_a_map_whose_table_names_structures_is_read_as_their_masks(dataset):
    """Witness: BIDS 1.10, a `_dseg` map with its `_dseg.tsv`; two muscles and an organ, counted by hand."""
    anat = dataset / "sub-01/anat"
    image = nib.load(anat / "sub-01_T1w.nii.gz")
    (anat / "sub-01_label-muscle_mask.nii.gz").unlink()
    data = np.zeros(image.shape, np.uint8)
    data[2:5, 2:4, 1:3], data[8:10, 2:4, 1:3], data[2:5, 8:9, 1:3] = 1, 4, 9
    nib.save(nib.Nifti1Image(data, image.affine), anat / "sub-01_desc-auto_dseg.nii.gz")
    table = anat / "sub-01_desc-auto_dseg.tsv"
    table.write_text("index\tname\n1\tgluteus_maximus_left\n4\tskeletal muscle\n9\tliver\n")
    study = read_bids(dataset)
    assert list(study.masks) == ["muscle"]
    assert study.masks["muscle"].count == 3 * 2 * 2 + 2 * 2 * 2
    assert "label map: 1 label is no mask of pnst and left out" in study.notes
    table.write_text("index\tname\n1\tliver\n4\tspleen\n9\tkidney\n")
    assert not read_bids(dataset).masks
    assert read_bids(dataset).notes == ("1 NIfTI file without a role was not read as a series or a mask",)


def test_two_masks_of_one_name_are_refused_until_one_is_chosen(dataset):
    anat = dataset / "sub-01/anat"
    second = anat / "sub-01_acq-stir_label-muscle_mask.nii.gz"
    second.write_bytes((anat / "sub-01_label-muscle_mask.nii.gz").read_bytes())
    with pytest.raises(AmbiguityError, match="--mask muscle=FILE"):
        read_study(dataset)
    study = read_study(dataset, masks={"muscle": second})
    assert list(study.masks) == ["muscle"]
    assert study.notes[0] == "1 NIfTI file without a role was not read as a series or a mask: muscle"


def test_inspection_says_what_becomes_of_each_mask(dataset):
    (dataset / "sub-01/anat/sub-01_label-kidney_mask.nii.gz").write_bytes(
        (dataset / "sub-01/anat/sub-01_label-muscle_mask.nii.gz").read_bytes()
    )
    reasons = {guess.key: guess.reason for guess in inspect(dataset)}
    assert "says muscle: no series, but a mask" in reasons["sub-01_label-muscle_mask"]
    assert "says lesion" in reasons["sub-01_label-lesion_mask"]
    assert "left out" in reasons["sub-01_label-kidney_mask"]


def test_two_subjects_or_sessions_are_refused_and_listed(dataset):
    (dataset / "sub-02/anat").mkdir(parents=True)
    assert read_bids(dataset).case_id == "sub-01"
    (dataset / "sub-02/anat/sub-02_T1w.nii").touch()
    with pytest.raises(AmbiguityError, match="sub-01, sub-02"):
        read_bids(dataset)
    for session in ("ses-a", "ses-b"):
        (dataset / "sub-02" / session / "dwi").mkdir(parents=True)
        (dataset / "sub-02" / session / "dwi/sub-02_dwi.nii").touch()
    (dataset / "sub-02/anat/sub-02_T1w.nii").unlink()
    with pytest.raises(AmbiguityError, match="ses-a, ses-b"):
        read_bids(dataset / "sub-02")
    assert read_bids(dataset / "sub-01").case_id == "sub-01"


def test_a_session_is_named(dataset):
    (dataset / "sub-01/ses-a").mkdir()
    for kind in ("anat", "dwi"):
        (dataset / "sub-01" / kind).rename(dataset / "sub-01/ses-a" / kind)
    for path in (dataset, dataset / "sub-01", dataset / "sub-01/ses-a"):
        assert read_bids(path).case_id == "sub-01_ses-a"


def test_two_files_for_a_role_are_refused_until_one_is_chosen(dataset):
    anat = dataset / "sub-01/anat"
    (anat / "sub-01_run-2_T1w.nii.gz").write_bytes((anat / "sub-01_T1w.nii.gz").read_bytes())
    with pytest.raises(AmbiguityError, match="--role t1=sub-01"):
        read_bids(dataset)
    for name in ("sub-01_run-2_T1w", "sub-01_run-2_T1w.nii.gz", "sub-01/anat/sub-01_run-2_T1w.nii.gz"):
        assert Role.T1 in read_bids(dataset, {"t1": name}).series
    assert Role.T1 not in read_bids(dataset, {"t1": "none"}).series
    with pytest.raises(InputError, match="no image 'x'"):
        read_bids(dataset, {"t1": "x"})
    with pytest.raises(SettingError):
        read_bids(dataset, {"flair": "x"})


def test_what_is_no_bids(dataset, tmp_path):
    assert not is_bids(dataset / "sub-01/anat")
    assert not is_bids(tmp_path / "absent")
    (tmp_path / "plain/anat").mkdir(parents=True)
    assert not is_bids(tmp_path / "plain")
    for file in (dataset / "sub-01").rglob("*.nii.gz"):
        file.unlink()
    assert not is_bids(dataset)
    with pytest.raises(InputError, match="no BIDS subject"):
        read_bids(dataset)
    (dataset / "sub-01/anat/sub-01_FLAIR.nii.gz").touch()
    with pytest.raises(InputError, match=r"has a role.*FLAIR"):
        read_bids(dataset)
