"""All objects of a run. Witness: the files that the run wrote beside them, and the study's own headers."""

from __future__ import annotations

import shutil

import pydicom
import pytest

from command_line import pnst
from dicom_run import IDENTITY, NAME, SECRETS
from pnst.io.results import DICOM
from pnst.reporting.page_viewer import viewer_program


def test_all_three_are_written_for_both_lesions(dicom_run):
    assert (dicom_run.result.code, dicom_run.result.err) == (0, "")
    assert {name for name in DICOM if (dicom_run.out / name).is_file()} == set(DICOM)
    assert len(pydicom.dcmread(dicom_run.out / "lesion_seg.dcm").SegmentSequence) == 2


@pytest.mark.parametrize("name", DICOM)
def test_the_patient_is_that_of_the_study(dicom_run, name):
    dataset = pydicom.dcmread(dicom_run.out / name)
    source = pydicom.dcmread(next(dicom_run.study.rglob("*.dcm")))
    assert {keyword: str(dataset.get(keyword)) for keyword in IDENTITY} == IDENTITY
    assert str(source.PatientName) == NAME
    assert dataset.StudyInstanceUID == source.StudyInstanceUID
    assert dataset.SpecificCharacterSet == "ISO_IR 192"
    assert (dataset.ContentDate, dataset.ContentTime) == ("20190317", "081500")
    if name != "measurements_sr.dcm":
        assert dataset.FrameOfReferenceUID == source.FrameOfReferenceUID


def test_nothing_else_holds_the_patients_identity(dicom_run):
    plain = [file for file in dicom_run.out.rglob("*") if file.is_file() and file.name not in DICOM]
    assert {"report.html", "measurements.json", "measurements.csv"} <= {file.name for file in plain}
    for secret in SECRETS:
        assert secret not in dicom_run.result.out + dicom_run.result.err
        for file in plain:
            content = file.read_bytes().replace(viewer_program().niivue.encode(), b"")
            assert secret.encode() not in content, (file.name, secret)
            assert secret.encode("latin-1") not in content, (file.name, secret)


def test_each_is_a_series_of_its_own_with_uids_of_its_content(dicom_run):
    headers = [pydicom.dcmread(dicom_run.out / name, stop_before_pixels=True) for name in DICOM]
    source_series = {str(pydicom.dcmread(file).SeriesInstanceUID) for file in dicom_run.study.rglob("*.dcm")}
    uids = {str(header.SeriesInstanceUID) for header in headers} | {str(header.SOPInstanceUID) for header in headers}
    assert len(uids) == 6
    assert not uids & source_series
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for uid in uids)
    assert len({int(header.SeriesNumber) for header in headers}) == 3


@pytest.mark.slow  # in every run Python writes the command's bytes: tests/workflow/test_dicom_objects.py
def test_the_same_run_gives_the_same_bytes(dicom_run, tmp_path):
    again = ("run", dicom_run.study, "--lesion", dicom_run.labels, "--settings", dicom_run.settings, "--dicom")
    assert pnst(*again, "--out", tmp_path / "again").code == 0
    for name in DICOM:
        assert (tmp_path / "again" / name).read_bytes() == (dicom_run.out / name).read_bytes()


def test_another_patient_makes_other_objects(dicom_run, tmp_path):
    """Invariant: nothing that differs shares a UID, so that no archive keeps the old one for the new."""
    shutil.copytree(dicom_run.study, tmp_path / "study")
    for file in (tmp_path / "study").rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.PatientName = "Other^Name"
        dataset.save_as(file)
    words = ("run", tmp_path / "study", "--lesion", dicom_run.labels, "--settings", dicom_run.settings, "--dicom")
    assert pnst(*words, "--out", tmp_path / "out").code == 0
    for name in DICOM:
        ours, theirs = (pydicom.dcmread(folder / name) for folder in (tmp_path / "out", dicom_run.out))
        assert ours.SOPInstanceUID != theirs.SOPInstanceUID
        assert str(ours.PatientName) == "Other^Name"
