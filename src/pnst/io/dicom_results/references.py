"""Which images an object was made from: the series, and for each frame the image of its slice."""

from __future__ import annotations

import numpy as np
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from pnst.image import Grid
from pnst.io.dicom_results.codes import SOURCE_IMAGE
from pnst.io.dicom_results.source import SourceFrame, SourceSeries
from pnst.io.lps import LPS_TO_RAS
from pnst.typing import FloatArray


def refer_to_source(dataset: Dataset, series: SourceSeries, grid: Grid, derivation: CodedConcept) -> None:
    """Write the source of an object of functional groups whose frames lie on the slices of a series.

    `grid` are the series' voxels where they lay when the object was made.
    """
    for group in dataset.PerFrameFunctionalGroupsSequence:
        position = np.asarray(group.PlanePositionSequence[0].ImagePositionPatient, dtype=np.float64)
        group.DerivationImageSequence = DicomSequence([_derivation(series.slices[_slice(grid, position)], derivation)])
    _refer_to_series(dataset, series)


def _slice(grid: Grid, position: FloatArray) -> int:
    """The slice that a frame at this position (LPS mm) lies on; highdicom may count frames from the last slice."""
    k = grid.to_index(position @ LPS_TO_RAS[:3, :3])[2]
    return int(np.rint(k))


def _derivation(frame: SourceFrame, derivation: CodedConcept) -> Dataset:
    image = _referenced(frame)
    if frame.number is not None:
        image.ReferencedFrameNumber = frame.number
    image.PurposeOfReferenceCodeSequence = DicomSequence([SOURCE_IMAGE])
    item = Dataset()
    item.SourceImageSequence = DicomSequence([image])
    item.DerivationCodeSequence = DicomSequence([derivation])
    return item


def _refer_to_series(dataset: Dataset, series: SourceSeries) -> None:
    """The Common Instance Reference module (C.12.2), each instance once."""
    by_series: dict[str, dict[str, SourceFrame]] = {}
    for frame in series.slices:
        by_series.setdefault(frame.series, {}).setdefault(frame.instance, frame)
    items = []
    for uid, frames in by_series.items():
        item = Dataset()
        item.SeriesInstanceUID = uid
        item.ReferencedInstanceSequence = DicomSequence([_referenced(frame) for frame in frames.values()])
        items.append(item)
    dataset.ReferencedSeriesSequence = DicomSequence(items)


def _referenced(frame: SourceFrame) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = frame.sop_class, frame.instance
    return item
