"""UIDs of the content and no clock. Invariants over small objects."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime

import pydicom
import pytest

from mask_files import seg_source
from pnst.io.dicom_results.instance import UNKNOWN, encoded, finish, reference, template
from pnst.io.dicom_results.patient import patient_of
from pnst.io.dicom_results.source import SourceFrame, SourceSeries, SourceStudy
from pnst.study import Role


@pytest.fixture
def patient():
    return patient_of(seg_source())


def made(text: str = "a") -> pydicom.Dataset:
    dataset = seg_source()
    dataset.SOPInstanceUID = dataset.SeriesInstanceUID = UNKNOWN
    dataset.SeriesDescription = text
    dataset.InstanceCreationDate = datetime.now().strftime("%Y%m%d")
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    return dataset


def finished(text: str, patient, kind: str = "test") -> pydicom.Dataset:
    dataset = made(text)
    finish(dataset, patient, kind)
    return dataset


def test_the_uids_are_those_of_the_content(patient):
    assert encoded(finished("a", patient)) == encoded(finished("a", patient))
    uids = [finished("a", patient), finished("b", patient), finished("a", patient, "other")]
    other = deepcopy(patient)
    other.PatientID = "another"
    uids.append(finished("a", other))
    assert len({dataset.SOPInstanceUID for dataset in uids}) == 4
    assert len({dataset.SeriesInstanceUID for dataset in uids}) == 4
    assert all(dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID for dataset in uids)


def test_the_dates_are_the_studys_where_they_are_dates(patient):
    assert (finished("a", patient).ContentDate, finished("a", patient).ContentTime) == ("19000101", "000000")
    patient.StudyDate, patient.StudyTime = "20200229", "101112.5"
    dataset = finished("a", patient)
    assert (dataset.ContentDate, dataset.ContentTime) == ("20200229", "101112.5")
    assert "InstanceCreationDate" not in dataset


def test_a_date_that_is_none_dates_nothing(patient):
    with pytest.warns(UserWarning, match="Invalid value"):
        patient.StudyDate = "2020"
    assert finished("a", patient).ContentDate == "19000101"


def test_a_template_lies_where_the_series_lies(oblique, patient):
    grid = oblique()
    frame = SourceFrame("1.2", "1.2.3", "1.2.4", None)
    series = SourceSeries(Role.T1, grid, "1.2.5", (frame,) * grid.shape[2], False)
    dataset = template(SourceStudy(patient, {Role.T1: series}, 3), series)
    assert (dataset.Columns, dataset.Rows) == grid.shape[:2]
    assert [float(x) for x in dataset.PixelSpacing] == pytest.approx([grid.spacing[1], grid.spacing[0]])
    assert dataset.FrameOfReferenceUID == "1.2.5"
    assert dataset.PatientName == ""


def test_a_reference_names_the_image():
    dataset = reference(SourceFrame("1.2", "1.2.3", "1.2.4", 7), "1.9")
    names = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
    assert [dataset.get(name) for name in names] == ["1.2", "1.2.3", "1.2.4", "1.9"]
