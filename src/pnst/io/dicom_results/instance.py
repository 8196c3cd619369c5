"""An object without clock or chance: its dates are the study's, its UIDs a digest of all that it holds."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from pydicom import dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from pnst.image import Grid
from pnst.io.dicom_results.patient import give_patient
from pnst.io.dicom_results.source import SourceFrame, SourceSeries, SourceStudy
from pnst.io.dicom_write.clock import without_clock
from pnst.io.dicom_write.geometry import decimal, orientation, pixel_spacing, position
from pnst.io.dicom_write.identity import uid

UNKNOWN = "2.25.0"
"""The UID that stands in an object until it is finished."""

_DATE, _TIME = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{6}(\.[0-9]{1,6})?")


@contextmanager
def without_warnings() -> Iterator[None]:
    """Without pydicom's and highdicom's remarks on what the source's patient attributes hold: they are copied."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def template(source: SourceStudy, series: SourceSeries) -> Dataset:
    """The least that highdicom takes for an image of a series; the patient's attributes are copied later."""
    dataset, first = Dataset(), series.slices[0]
    for empty in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"):
        setattr(dataset, empty, "")
    dataset.StudyID = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.StudyInstanceUID = source.patient.StudyInstanceUID
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, first.instance
    dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = first.series, series.frame_of_reference
    dataset.Modality = "MR"
    _place(dataset, series.grid)
    return dataset


def _place(dataset: Dataset, grid: Grid) -> None:
    dataset.Columns, dataset.Rows = grid.shape[:2]
    dataset.ImageOrientationPatient, dataset.ImagePositionPatient = orientation(grid), position(grid, 0)
    dataset.PixelSpacing, dataset.SliceThickness = pixel_spacing(grid), decimal(grid.spacing[2])


def reference(frame: SourceFrame, study: str) -> Dataset:
    """An image as evidence: its class and its UIDs."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = frame.sop_class, frame.instance
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID = frame.series, study
    return dataset


def finish(dataset: Dataset, patient: Dataset, kind: str) -> None:
    """Give an object its patient, the study's dates for today's, and UIDs made from its whole content.

    So an object that differs in anything has another UID, and the same run gives the same bytes on every day.
    """
    with without_warnings():
        give_patient(dataset, patient)
        date, time = str(patient.StudyDate or ""), str(patient.StudyTime or "")
        without_clock(dataset, date if _DATE.fullmatch(date) else "", time if _TIME.fullmatch(time) else "")
        _set_uids(dataset, UNKNOWN, UNKNOWN, UNKNOWN)
        content = hashlib.sha256(_encoded(dataset)).hexdigest()
        _set_uids(dataset, *(uid(f"{kind} {what}", content) for what in ("instance", "series", "dimensions")))


def encoded(dataset: Dataset) -> bytes:
    """The file of a finished object."""
    with without_warnings():
        return _encoded(dataset)


def _encoded(dataset: Dataset) -> bytes:
    stream = BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def _set_uids(dataset: Any, instance: str, series: str, dimensions: str) -> None:
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = instance
    dataset.SeriesInstanceUID = series
    for item in (*dataset.get("DimensionOrganizationSequence", ()), *dataset.get("DimensionIndexSequence", ())):
        item.DimensionOrganizationUID = dimensions
