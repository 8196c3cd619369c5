"""Mask files as other programs write them, for tests to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from pnst.image import Grid, Mask

RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"


def circles(
    grid: Grid, radius: float, slices: Iterable[float], centre: tuple[float, float] = (0.0, 0.0)
) -> list[np.ndarray]:
    """Contours (n, 3) in LPS mm about the middle of each slice."""
    angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    contours = []
    for k in slices:
        u = (grid.shape[0] - 1) / 2 + (centre[0] + radius * np.cos(angle)) / grid.spacing[0]
        v = (grid.shape[1] - 1) / 2 + (centre[1] + radius * np.sin(angle)) / grid.spacing[1]
        contours.append(grid.to_world(np.stack([u, v, np.full_like(u, k)], axis=1)) * (-1, -1, 1))
    return contours


def save_rtstruct(folder: Path, rois: Mapping[str, Sequence[np.ndarray]], kind: str = "CLOSED_PLANAR") -> Path:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = RTSTRUCT, "2.25.1", "RTSTRUCT"
    dataset.StructureSetROISequence, dataset.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(rois.items(), start=4):
        roi, item = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, item.ReferencedROINumber, item.ContourSequence = number, name, number, []
        for points in contours:
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = kind, len(points)
            contour.ContourData = [f"{c:.3f}" for c in points.ravel()]
            item.ContourSequence.append(contour)
        dataset.StructureSetROISequence.append(roi)
        dataset.ROIContourSequence.append(item)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = RTSTRUCT
    dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    dataset.save_as(folder / "rt.dcm", enforce_file_format=True)
    return folder / "rt.dcm"


def seg_source(frame_of_reference: str = "2.25.3") -> Dataset:
    """The least that highdicom takes for a source image."""
    dataset = Dataset()
    for name in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID"):
        setattr(dataset, name, "")
    dataset.PatientName, dataset.AccessionNumber, dataset.ReferringPhysicianName = "a^b", "", ""
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", "2.25.4"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1", "2.25.2"
    dataset.FrameOfReferenceUID, dataset.Modality = frame_of_reference, "MR"
    dataset.Rows, dataset.Columns = 4, 4
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [1, 1], 1
    return dataset


def save_nrrd(file: Path, mask: Mask, name: str) -> None:
    """A segmentation as 3D Slicer writes it, raw."""
    directions = (mask.grid.affine[:3, :3] * np.array([[-1], [-1], [1]])).T.tolist()
    origin = (mask.grid.affine[:3, 3] * (-1, -1, 1)).tolist()
    head = [
        "NRRD0004",
        "type: uint8",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {' '.join(map(str, mask.grid.shape))}",
        "space directions: " + " ".join(f"({','.join(map(repr, d))})" for d in directions),
        "encoding: raw",
        f"space origin: ({','.join(map(repr, origin))})",
        "Segment0_LabelValue:=1",
        f"Segment0_Name:={name}",
    ]
    file.write_bytes("\n".join(head).encode() + b"\n\n" + mask.data.astype(np.uint8).tobytes(order="F"))
