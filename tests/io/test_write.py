"""Witness: reading back, in every format; dcm2niix for DICOM; and what is left after a refusal."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import InputError, SettingError
from pnst.image import Grid, Mask
from pnst.io.masks.read import read_lesion, read_lesions, read_mask
from pnst.io.nifti.gradients import read_b_vectors
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.study import Lesion, Role, Study


def half_step(series) -> float:
    """Half of what 16 bits resolve from 0 on, and 1 % for the rounding of float32."""
    return 0.505 * float(series.volume.data.max()) / 65535


@pytest.mark.parametrize("kind", ["nifti", "bids", "dicom"])
def test_every_series_comes_back(study, lesion, tmp_path, kind):
    write_study(study, tmp_path / "out", kind, [lesion])
    back = read_study(tmp_path / "out")
    assert set(back.series) == set(study.series)
    for role, series in study.series.items():
        read = back.series[role]
        assert read.volume.grid.matches(series.volume.grid, 1e-4)
        assert read.volume.data == pytest.approx(series.volume.data, abs=half_step(series) if kind == "dicom" else 0)
        assert read.volume.unit == series.volume.unit
        assert read.b_values == series.b_values
        if series.b_vectors is not None:
            assert read.b_vectors == pytest.approx(series.b_vectors, abs=1e-6)
        facts = series.acquisition
        if kind == "dicom":  # where a manufacturer is required
            facts = replace(facts, manufacturer=facts.manufacturer or "pnst")
        assert read.acquisition == facts


@pytest.mark.parametrize(
    ("kind", "muscle", "tumour"),
    [
        ("nifti", "muscle.nii.gz", "lesion.nii.gz"),
        (
            "bids",
            "derivatives/pnst/sub-case7/anat/sub-case7_label-muscle_mask.nii.gz",
            "derivatives/pnst/sub-case7/anat/sub-case7_label-lesion_mask.nii.gz",
        ),
        ("dicom", "masks/muscle.dcm", "lesions/1.dcm"),
    ],
    ids=["nifti", "bids", "dicom"],
)
def test_masks_and_lesions_come_back(study, lesion, tmp_path, kind, muscle, tumour):
    out = tmp_path / "out"
    write_study(study, out, kind, [lesion])
    back = read_study(out)
    read = read_lesion(out / tumour, back)
    assert read.label == ("tumour" if kind == "dicom" else "1")
    assert np.array_equal(read.mask.data, lesion.mask.data)
    assert np.array_equal(read_mask(out / muscle, back).data, study.masks["muscle"].data)
    assert list(back.masks) == ["muscle"]
    assert np.array_equal(back.masks["muscle"].data, study.masks["muscle"].data)
    assert back.masks["muscle"].grid.matches(study.masks["muscle"].grid, 1e-4)
    assert not [note for note in back.notes if "not read" in note]


@pytest.mark.parametrize("kind", ["nifti", "bids", "dicom"])
def test_a_mask_that_no_measurement_reads_comes_back_as_a_note(study, tmp_path, kind):
    write_study(replace(study, masks={**study.masks, "oedema": study.masks["muscle"]}), tmp_path / "out", kind)
    back = read_study(tmp_path / "out")
    assert list(back.masks) == ["muscle"]
    (note,) = (note for note in back.notes if "not read" in note)
    assert note.endswith("without a role was not read as a series or a mask: oedema")


@pytest.mark.parametrize("kind", ["nifti", "bids", "dicom"])
def test_the_same_study_gives_the_same_bytes(study, lesion, tmp_path, kind):
    for name in ("a", "b"):
        write_study(study, tmp_path / name, kind, [lesion])
    first, second = (
        {
            file.relative_to(tmp_path / name): file.read_bytes()
            for file in (tmp_path / name).rglob("*")
            if file.is_file()
        }
        for name in ("a", "b")
    )
    assert first == second


def test_left_handed_grids_come_back_in_their_place(full_study, oblique, tmp_path):
    t1 = full_study.series[Role.T1]
    turned = replace(t1, volume=replace(t1.volume, grid=oblique(flips=(1, -1, 1))))
    write_study(Study("x", {Role.T1: turned}), tmp_path / "out", "dicom")
    read = read_study(tmp_path / "out", roles={"t1": "T1"}).series[Role.T1].volume.canonical()
    assert read.grid.matches(turned.volume.canonical().grid, 1e-4)
    assert read.data == pytest.approx(turned.volume.canonical().data, abs=half_step(t1))


def test_dcm2niix_finds_the_same_voxels_affines_and_directions(full_study, tmp_path):
    """Witness: dcm2niix, through nibabel, in canonical order."""
    write_study(full_study, tmp_path / "out", "dicom")
    (tmp_path / "nifti").mkdir()
    program = Path(sys.executable).with_name("dcm2niix")
    command = [str(program), "-z", "n", "-f", "%s", "-o", str(tmp_path / "nifti"), str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True)
    for number, (role, series) in enumerate(full_study.series.items(), start=1):
        image = nib.load(tmp_path / "nifti" / f"{number}.nii")
        theirs, ours = nib.as_closest_canonical(image), series.volume.canonical()
        scale = 1000 if role is Role.ADC else 1
        assert np.abs(theirs.affine - ours.grid.affine).max() < 1e-3
        assert theirs.get_fdata() / scale == pytest.approx(ours.data, abs=half_step(series))
        if series.b_values and series.b_vectors is not None:
            beside = tmp_path / "nifti" / str(number)
            assert np.loadtxt(f"{beside}.bval") == pytest.approx(series.b_values)
            grid = Grid(image.shape[:3], image.affine)
            directions = read_b_vectors(Path(f"{beside}.bvec"), grid, series.b_values)
            assert np.abs((directions * series.b_vectors).sum(axis=1))[1:] == pytest.approx(1, abs=1e-4)


def test_several_lesions_side_by_side(study, lesion, tmp_path):
    other = Lesion("second", Mask(np.roll(lesion.mask.data, 10, axis=0), lesion.mask.grid), "simulation")
    write_study(study, tmp_path / "out", "nifti", [lesion, other])
    first, second = read_lesions(tmp_path / "out/lesion.nii.gz", study)
    assert np.array_equal(first.mask.data, lesion.mask.data)
    assert np.array_equal(second.mask.data, other.mask.data)
    with pytest.raises(InputError, match="overlap"):
        write_study(study, tmp_path / "again", "nifti", [lesion, lesion])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    write_study(study, tmp_path / "dicom", "dicom", [lesion, lesion])
    assert len(list((tmp_path / "dicom/lesions").iterdir())) == 2


def test_what_cannot_be_written_leaves_nothing(study, tmp_path):
    with pytest.raises(SettingError, match="nifti, bids, dicom"):
        write_study(study, tmp_path / "out", "minc")
    with pytest.raises(InputError, match="mask name"):
        write_study(replace(study, masks={"t1": study.masks["muscle"]}), tmp_path / "out")
    with pytest.raises(InputError, match="mask name"):
        write_study(replace(study, masks={"../x": study.masks["muscle"]}), tmp_path / "out")
    with pytest.raises(InputError, match="case id"):
        write_study(replace(study, case_id="sub-"), tmp_path / "out", "bids")
    t1 = study.series[Role.T1]
    holed = np.array(t1.volume.data)
    holed[1, 2, 3] = np.nan
    holed_study = Study("x", {Role.T1: replace(t1, volume=replace(t1.volume, data=holed))})
    with pytest.raises(InputError, match="1 voxels that are not finite"):
        write_study(holed_study, tmp_path / "out", "dicom")
    assert not list(tmp_path.iterdir())
    write_study(holed_study, tmp_path / "out")
    with pytest.raises(InputError, match="already there"):
        write_study(study, tmp_path / "out")


@pytest.mark.parametrize("form", ["nifti", "bids", "dicom"])
def test_the_mask_of_one_vertebra_comes_back_under_its_name(study, tmp_path, form):
    named = replace(study, case_id="A", masks={"vertebra_L3": study.masks["muscle"]})
    write_study(named, tmp_path / "out", form)
    again = read_study(tmp_path / "out").masks
    assert list(again) == ["vertebra_L3"]
    assert again["vertebra_L3"].count == study.masks["muscle"].count
    with pytest.raises(InputError, match="mask name"):
        write_study(replace(study, masks={"vertebra__L3": study.masks["muscle"]}), tmp_path / "no", form)
