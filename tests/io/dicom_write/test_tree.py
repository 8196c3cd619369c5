"""DICOM as each vendor writes it, classic and enhanced. Witness: dcm2niix, dciodvfy, our own reader, made apart."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from dicom_styles import STYLES, converted, each_style, half_step
from pnst.image import Grid
from pnst.io.dicom_write.style import ENHANCED, VENDORS, DicomStyle
from pnst.io.masks.read import read_lesion
from pnst.io.nifti.gradients import read_b_vectors
from pnst.io.simulation_mark import PHANTOM
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.study import Role, Study

SET_APART = (DicomStyle("ge"), DicomStyle(None, enhanced=True), DicomStyle("philips", enhanced=True))
"""Where dcm2niix gives combined directions another b-value, to set them apart as derived: 0 for GE, else 2000."""


def combined(study: Study) -> Study:
    """The same study with diffusion whose directions were combined."""
    dwi = study.series[Role.DWI]
    return Study(study.case_id, {Role.DWI: replace(dwi, b_values=(0.0, 50.0, 400.0, 800.0), b_vectors=None)})


@each_style
def test_our_reader_finds_the_same_study(scanned, written, style):
    back = read_study(written(style))
    assert set(back.series) == set(scanned.series)
    for role, series in scanned.series.items():
        read = back.series[role]
        assert read.volume.grid.matches(series.volume.grid, 1e-4)
        assert read.volume.data == pytest.approx(series.volume.data, abs=half_step(series))
        assert read.volume.unit == series.volume.unit
        assert read.b_values == series.b_values
        if series.b_vectors is not None:
            assert read.b_vectors == pytest.approx(series.b_vectors, abs=1e-5)
        assert read.acquisition == replace(series.acquisition, manufacturer=VENDORS.get(style.vendor, PHANTOM))


def compare(study: Study, out: Path) -> None:
    """Voxels, affines, b-values and directions of a study with what dcm2niix made of it."""
    for number, (role, series) in enumerate(study.series.items(), start=1):
        image = nib.load(out / f"{number}.nii")
        theirs, ours = nib.as_closest_canonical(image), series.volume.canonical()
        assert np.abs(theirs.affine - ours.grid.affine).max() < 1e-3
        scale = 1000 if role is Role.ADC else 1
        assert theirs.get_fdata() / scale == pytest.approx(ours.data, abs=half_step(series))
        if series.b_vectors is not None:
            assert np.loadtxt(out / f"{number}.bval") == pytest.approx(series.b_values)
            grid = Grid(image.shape[:3], image.affine)
            directions = read_b_vectors(out / f"{number}.bvec", grid, series.b_values)
            cosines = np.abs((directions * series.b_vectors).sum(axis=1))[1:]
            assert np.degrees(np.arccos(cosines.clip(max=1))).max() < 0.1


@each_style
def test_dcm2niix_finds_the_same_voxels_affines_b_values_and_directions(scanned, written, tmp_path, style):
    compare(scanned, converted(written(style), tmp_path / "nifti"))


@pytest.mark.parametrize("vendor", ["ge", "uih", "philips", "siemens"])
def test_left_handed_grids_keep_voxels_and_directions_in_place(scanned, oblique, tmp_path, vendor):
    """Slices run against the normal that directions along the image's axes are counted by."""
    dwi = scanned.series[Role.DWI]
    volume = replace(dwi.volume, grid=oblique((24, 20, 7), (1.7, 1.9, 5.0), flips=(1, -1, 1)))
    study = Study("x", {Role.DWI: replace(dwi, volume=volume)})
    write_study(study, tmp_path / "out", "dicom", dicom=DicomStyle(vendor, enhanced=vendor in ENHANCED))
    compare(study, converted(tmp_path / "out", tmp_path / "nifti"))
    read = read_study(tmp_path / "out").series[Role.DWI]
    assert read.volume.canonical().data == pytest.approx(volume.canonical().data, abs=half_step(dwi))
    assert read.b_vectors == pytest.approx(dwi.b_vectors, abs=1e-5)


@each_style
def test_combined_directions_keep_their_b_values(scanned, tmp_path, style):
    study = combined(scanned)
    write_study(study, tmp_path / "out", "dicom", dicom=style)
    back = read_study(tmp_path / "out").series[Role.DWI]
    assert (back.b_values, back.b_vectors) == (study.series[Role.DWI].b_values, None)
    theirs = np.loadtxt(converted(tmp_path / "out", tmp_path / "nifti") / "1.bval")
    if style in SET_APART:
        assert set(theirs[1:]) == {0.0 if style.vendor == "ge" else 2000.0}
    else:
        assert theirs == pytest.approx(back.b_values)


@each_style
def test_dciodvfy_finds_no_error(written, style):
    """First and last object of each series."""
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("dciodvfy is not installed (Debian: dicom3tools)")
    for folder in sorted(written(style).iterdir()):
        files = sorted(folder.iterdir())
        for file in {files[0], files[-1]}:
            run = subprocess.run([program, str(file)], capture_output=True, text=True, check=False)
            messages = (run.stdout + run.stderr).splitlines()
            assert {"MRImage", "EnhancedMRImage", "Segmentation"} & set(messages)
            assert [line for line in messages if line.startswith("Error")] == []


@each_style
def test_the_lesion_comes_back_from_its_seg(scanned, lesion, written, style):
    read = read_lesion(written(style) / "lesions/1.dcm", scanned)
    assert np.array_equal(read.mask.data, lesion.mask.data)


def test_styles_share_no_uid_and_the_same_style_gives_the_same_bytes(scanned, written, tmp_path):
    uids = {pydicom.dcmread(written(s) / "t1/0001.dcm", stop_before_pixels=True).SOPInstanceUID for s in STYLES}
    assert len(uids) == len(STYLES)
    style = DicomStyle("siemens", enhanced=True)
    write_study(scanned, tmp_path / "again", "dicom", dicom=style)
    for file in (tmp_path / "again").rglob("*.dcm"):
        assert file.read_bytes() == (written(style) / file.relative_to(tmp_path / "again")).read_bytes()
