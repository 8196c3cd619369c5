"""Witness: reading back, in every format; dcm2niix for DICOM; and what is left after a refusal."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from pnst.errors import InputError, SettingError
from pnst.image import Grid, Mask
from pnst.io.masks.read import read_lesion, read_lesions, read_mask
from pnst.io.nifti.sidecar import read_b_vectors
from pnst.io.simulated import write_simulated
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.study import Lesion, Role, Study


@pytest.fixture
def lesion(full_study) -> Lesion:
    grid = full_study.series[Role.T1].volume.grid
    inside = np.zeros(grid.shape, bool)
    inside[5:12, 4:10, 3:7] = np.random.default_rng(12).random((7, 6, 4)) > 0.3
    return Lesion("tumour", Mask(inside, grid), "simulation")


@pytest.fixture
def study(full_study) -> Study:
    grid = full_study.series[Role.T1].volume.grid
    return replace(full_study, masks={"muscle": Mask(np.indices(grid.shape).sum(axis=0) % 3 == 0, grid)})


def half_step(series) -> float:
    """Half of what 16 bits resolve from 0 on, and 1 % for the rounding of float32."""
    return 0.505 * float(series.volume.data.max()) / 65535


@pytest.mark.parametrize("kind", ["nifti", "bids", "dicom"])
def test_every_series_comes_back(study, lesion, tmp_path, kind):
    write_study(study, tmp_path / "out", kind, [lesion])
    back = read_study(tmp_path / "out")
    assert set(back.series) == set(study.series)
    for role, series in study.series.items():
        found = back.series[role]
        assert found.volume.grid.matches(series.volume.grid, 1e-4)
        assert found.volume.data == pytest.approx(series.volume.data, abs=half_step(series) if kind == "dicom" else 0)
        assert found.volume.unit == series.volume.unit
        assert found.b_values == series.b_values
        if series.b_vectors is not None:
            assert found.b_vectors == pytest.approx(series.b_vectors, abs=1e-6)
        facts = series.acquisition
        if kind == "dicom":  # where a manufacturer is required
            facts = replace(facts, manufacturer=facts.manufacturer or "pnst")
        assert found.acquisition == facts


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
    found = read_lesion(out / tumour, back)
    assert found.label == ("tumour" if kind == "dicom" else "1")
    assert np.array_equal(found.mask.data, lesion.mask.data)
    assert np.array_equal(read_mask(out / muscle, back).data, study.masks["muscle"].data)
    assert list(back.masks) == ([] if kind == "dicom" else ["muscle"])


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
    found = read_study(tmp_path / "out", roles={"t1": "T1"}).series[Role.T1].volume.canonical()
    assert found.grid.matches(turned.volume.canonical().grid, 1e-4)
    assert found.data == pytest.approx(turned.volume.canonical().data, abs=half_step(t1))


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
            directions = read_b_vectors(Path(f"{beside}.bvec"), grid, len(series.b_values))
            assert np.abs((directions * series.b_vectors).sum(axis=1))[1:] == pytest.approx(1, abs=1e-4)


def test_whole_numbers_are_stored_as_they_are(full_study, tmp_path):
    t1 = full_study.series[Role.T1]
    whole = replace(t1, volume=replace(t1.volume, data=np.rint(t1.volume.data)))
    write_study(Study("x", {Role.T1: whole}), tmp_path / "out", "dicom")
    dataset = pydicom.dcmread(tmp_path / "out/t1/0001.dcm")
    assert "RescaleSlope" not in dataset
    assert np.array_equal(dataset.pixel_array.T, whole.volume.data[:, :, 0])


def test_dicom_identifiers_are_valid_shared_and_unique(study, lesion, tmp_path):
    write_study(study, tmp_path / "out", "dicom", [lesion])
    datasets = [pydicom.dcmread(file, stop_before_pixels=True) for file in (tmp_path / "out").rglob("*.dcm")]
    for name in ("StudyInstanceUID", "FrameOfReferenceUID"):
        assert len({dataset[name].value for dataset in datasets}) == 1
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == len(study.series) + 2
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == len(datasets)
    assert all(
        uid.is_valid and uid.startswith("2.25.")
        for dataset in datasets
        for uid in (dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID)
    )


def test_another_case_or_another_voxel_has_another_study_uid(full_study, tmp_path):
    t1 = full_study.series[Role.T1]
    other = np.array(t1.volume.data)
    other[0, 0, 0] += 1
    studies = [Study("a", {Role.T1: t1}), Study("b", {Role.T1: t1})]
    studies.append(Study("a", {Role.T1: replace(t1, volume=replace(t1.volume, data=other))}))
    found = set()
    for n, study in enumerate(studies):
        write_study(study, tmp_path / str(n), "dicom")
        found.add(pydicom.dcmread(tmp_path / str(n) / "t1/0001.dcm", stop_before_pixels=True).StudyInstanceUID)
    assert len(found) == 3


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


def test_a_bids_dataset_says_what_it_is(study, lesion, tmp_path):
    """Held by hand against bids-validator 3.0.2: no error, in the dataset and (--recursive) in its derivatives."""
    other = Lesion("second one", Mask(np.roll(lesion.mask.data, 10, axis=0), lesion.mask.grid), "simulation")
    write_study(study, tmp_path / "out", "bids", [lesion, other])
    raw, derived = tmp_path / "out", tmp_path / "out/derivatives/pnst"
    for folder, kind in ((raw, "raw"), (derived, "derivative")):
        description = json.loads((folder / "dataset_description.json").read_text())
        assert (description["BIDSVersion"], description["DatasetType"]) == ("1.10.0", kind)
        assert "no patient" in description["Name"]
    assert (raw / "participants.tsv").read_text() == "participant_id\nsub-case7\n"
    assert not list(raw.glob("sub-*/**/*mask*")) + list(raw.glob("sub-*/**/*adc*"))
    assert (derived / "sub-case7/anat/sub-case7_desc-lesion_dseg.tsv").read_text().split("\n")[2] == "2\tsecond one"
    assert len(read_lesions(derived / "sub-case7/anat/sub-case7_desc-lesion_dseg.nii.gz", study)) == 2
    for place in (raw, raw / "sub-case7"):
        back = read_study(place)
        assert (back.case_id, set(back.series), set(back.masks)) == ("sub-case7", set(study.series), {"muscle"})


def test_sidecars_use_the_terms_of_bids_and_say_what_is_simulated(study, tmp_path):
    """BIDS names contrast agents, and has no word for none."""
    write_study(study, tmp_path / "out", "bids")
    anat = tmp_path / "out/sub-case7/anat"
    before = json.loads((anat / "sub-case7_T1w.json").read_text())
    after = json.loads((anat / "sub-case7_ce-gadolinium_T1w.json").read_text())
    assert (before.get("ContrastBolusIngredient"), after["ContrastBolusIngredient"]) == (None, "GADOLINIUM")
    assert (before["RepetitionTime"], before["EchoTime"], before["MagneticFieldStrength"]) == (0.5, 0.01, 1.5)
    assert "no patient" in before["ImageComments"]
    real = {role: replace(s, source=replace(s.source, format="nifti")) for role, s in study.series.items()}
    real[Role.T1] = replace(real[Role.T1], acquisition=replace(real[Role.T1].acquisition, manufacturer="SIEMENS"))
    write_study(replace(study, series=real), tmp_path / "real", "bids")
    assert "simulated" not in (tmp_path / "real/README").read_text().lower()
    assert "ImageComments" not in json.loads((tmp_path / "real/sub-case7/anat/sub-case7_T1w.json").read_text())


def test_combined_directions_are_zeros_in_bids_and_none_when_read(study, tmp_path):
    dwi = replace(study.series[Role.DWI], b_vectors=None)
    write_study(Study("x", {Role.DWI: dwi}), tmp_path / "out", "bids")
    assert set((tmp_path / "out/sub-x/dwi/sub-x_dwi.bvec").read_text().split()) == {"0"}
    assert read_study(tmp_path / "out").series[Role.DWI].b_vectors is None


def test_other_tools_derivatives_are_not_read(study, tmp_path):
    write_study(study, tmp_path / "out", "bids")
    others = tmp_path / "out/derivatives/fmriprep/sub-case7/anat"
    others.mkdir(parents=True)
    (others / "sub-case7_desc-preproc_T1w.nii.gz").write_bytes(b"no image")
    assert set(read_study(tmp_path / "out").series) == set(study.series)


@pytest.mark.parametrize("kind", ["nifti", "bids", "dicom"])
def test_a_simulation_whose_truth_fails_leaves_nothing(study, lesion, tmp_path, kind):
    class Broken:
        seed = 0

        @property
        def truth(self):
            raise ArithmeticError

    simulated = Broken()
    simulated.study, simulated.lesion = study, lesion
    with pytest.raises(ArithmeticError):
        write_simulated(simulated, tmp_path / "out", kind)
    assert not list(tmp_path.iterdir())
