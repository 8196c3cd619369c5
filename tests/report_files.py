"""DICOM reports of measurements as viewers write them, for tests to read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

COMPREHENSIVE_3D = "1.2.840.10008.5.1.4.1.1.88.34"
LONG, SHORT = ("103339001", "SCT", "Long Axis"), ("103340004", "SCT", "Short Axis")
OLD_LONG, OLD_SHORT = ("G-A185", "SRT", "Long Axis"), ("G-A186", "SRT", "Short Axis")
LENGTH = ("410668003", "SCT", "Length")
REGION = ("111030", "DCM", "Image Region")


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def item(
    kind: str, concept: tuple[str, str, str] | None = None, content: Sequence[Dataset] = (), **more: Any
) -> Dataset:
    one = Dataset()
    one.RelationshipType, one.ValueType = "CONTAINS", kind
    if concept is not None:
        one.ConceptNameCodeSequence = [coded(*concept)]
    if content:
        one.ContentSequence = list(content)
    for name, value in more.items():
        setattr(one, name, value)
    return one


def in_frame(points: Sequence[float], frame: str = "2.25.3", kind: str = "POLYLINE", **more: Any) -> Dataset:
    """SCOORD3D, the points in LPS mm."""
    return item(
        "SCOORD3D", None, GraphicType=kind, GraphicData=list(points), ReferencedFrameOfReferenceUID=frame, **more
    )


def on_image(points: Sequence[float], image: str, kind: str = "POLYLINE", frame: int | None = None) -> Dataset:
    """SCOORD, the points as columns and rows, selected from an image."""
    named = Dataset()
    named.ReferencedSOPClassUID, named.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", image
    if frame is not None:
        named.ReferencedFrameNumber = frame
    source = item("IMAGE", ReferencedSOPSequence=[named])
    return item("SCOORD", None, [source], GraphicType=kind, GraphicData=list(points))


def measured(concept: tuple[str, str, str], coordinates: Dataset) -> Dataset:
    """A number, inferred from coordinates."""
    return item("NUM", concept, [coordinates])


def group(*content: Dataset) -> Dataset:
    name = item("TEXT", ("112039", "DCM", "Tracking Identifier"), TextValue="Doe^Jane 19700101")
    return item("CONTAINER", ("125007", "DCM", "Measurement Group"), [name, *content])


def save_report(file: Path, *groups: Dataset, kind: str = COMPREHENSIVE_3D) -> Path:
    """A TID 1500 report of these groups."""
    report = item("CONTAINER", ("126000", "DCM", "Imaging Measurement Report"))
    report.ContentSequence = [item("CONTAINER", ("126010", "DCM", "Imaging Measurements"), list(groups))]
    report.SOPClassUID, report.SOPInstanceUID, report.Modality = kind, "2.25.99", "SR"
    report.file_meta = FileMetaDataset()
    report.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    report.file_meta.MediaStorageSOPClassUID, report.file_meta.MediaStorageSOPInstanceUID = kind, "2.25.99"
    report.save_as(file, enforce_file_format=True)
    return file
