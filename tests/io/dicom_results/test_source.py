"""What the files of a study say. Witness: pydicom's reading of them, and files that are spoilt on purpose."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pydicom
import pytest

from dicom_run import SCENE
from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.dicom_results.source import check_dicom, read_source
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.preprocessing.align import align
from pnst.study import Alignment, Role


@pytest.fixture(scope="module")
def study(dicom_run):
    return read_study(dicom_run.study)


@pytest.mark.parametrize("role", ["t1", "t1_post", "t2_fs", "dwi"])
def test_each_slice_is_the_image_at_its_place(dicom_run, study, role):
    series = read_source(dicom_run.study, study, {}).series[Role(role)]
    headers = {str(h.SOPInstanceUID): h for h in map(pydicom.dcmread, (dicom_run.study / role).iterdir())}
    assert len(series.slices) == series.grid.shape[2]
    for k, frame in enumerate(series.slices):
        header = headers[frame.instance]
        place = series.grid.to_world((0, 0, k)) * (-1, -1, 1)
        assert np.allclose(place, np.array(header.ImagePositionPatient, dtype=float), atol=1e-3)
        assert (frame.sop_class, frame.series) == (header.SOPClassUID, header.SeriesInstanceUID)
        assert frame.number is None
        assert series.frame_of_reference == header.FrameOfReferenceUID
    assert not series.moved


def test_frames_of_an_enhanced_image_are_counted_from_one(tmp_path):
    write_study(SCENE.study(), tmp_path / "study", "dicom", dicom=DicomStyle(enhanced=True))
    study = read_study(tmp_path / "study")
    series = read_source(tmp_path / "study", study, {}).series[Role.DWI]
    (file,) = (tmp_path / "study/dwi").iterdir()
    groups = pydicom.dcmread(file).PerFrameFunctionalGroupsSequence
    for k, frame in enumerate(series.slices):
        position = groups[frame.number - 1].PlanePositionSequence[0].ImagePositionPatient
        assert np.allclose(series.grid.to_world((0, 0, k)) * (-1, -1, 1), np.array(position, float), atol=1e-3)


def test_a_series_that_was_moved_is_where_its_files_say(dicom_run, study):
    lesion = SCENE.lesion()
    former = study.series[Role.DWI].volume.grid
    aligned = align(study, "diffusion", lesions=[lesion])
    shifted = replace_alignment(aligned, former)
    series = read_source(dicom_run.study, shifted, {}).series[Role.DWI]
    assert series.moved
    assert series.grid.matches(former)


def replace_alignment(study, former: Grid):
    dwi = study.series[Role.DWI]
    alignment = Alignment(Role.T1, 1.0, 0.0, 0.1, 0.2, True, None, former)
    return replace(study, series={**study.series, Role.DWI: replace(dwi, alignment=alignment)})


def test_a_series_given_to_another_role_is_followed(dicom_run):
    roles = {"t2": "t2_fs", "t2_fs": "none"}
    guesses = {g.role: g.key for g in __import__("pnst").inspect(dicom_run.study)}
    roles["t2"] = guesses[Role.T2_FS]
    study = read_study(dicom_run.study, roles=roles)
    source = read_source(dicom_run.study, study, roles)
    assert set(source.series) == set(study.series)
    names = {pydicom.dcmread(file).SeriesInstanceUID for file in (dicom_run.study / "t2_fs").iterdir()}
    assert {frame.series for frame in source.series[Role.T2].slices} == names


def test_other_files_than_were_read_are_refused(dicom_run, study, tmp_path):
    shutil.copytree(dicom_run.study, tmp_path / "study")
    for file in (tmp_path / "study/t1").iterdir():
        dataset = pydicom.dcmread(file)
        dataset.SeriesInstanceUID = "2.25.99"
        dataset.save_as(file)
    with pytest.raises(InputError, match="t1 series cannot be referred to"):
        read_source(tmp_path / "study", study, {})


def test_a_series_without_a_frame_of_reference_is_refused(dicom_run, tmp_path):
    shutil.copytree(dicom_run.study, tmp_path / "study")
    for file in (tmp_path / "study/t1").iterdir():
        dataset = pydicom.dcmread(file)
        del dataset.FrameOfReferenceUID
        dataset.save_as(file)
    with pytest.raises(InputError, match="Frame of Reference"):
        read_source(tmp_path / "study", read_study(tmp_path / "study"), {})


def test_the_highest_series_number(dicom_run, study):
    numbers = [int(pydicom.dcmread(file).SeriesNumber) for file in dicom_run.study.rglob("*.dcm")]
    assert read_source(dicom_run.study, study, {}).last_number == max(numbers)


@pytest.mark.parametrize("kind", ["nifti", "bids"])
def test_a_study_that_is_no_dicom_is_refused(tmp_path, kind):
    write_study(SCENE.study(), tmp_path / "study", kind)
    with pytest.raises(InputError, match=r"cannot be written as DICOM.*--dicom"):
        check_dicom(tmp_path / "study")


def test_a_dicom_study_is_taken(dicom_run):
    check_dicom(dicom_run.study)
