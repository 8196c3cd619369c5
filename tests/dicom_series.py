"""Small DICOM series from a formula: oblique, anisotropic, in any order, with any element changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage


@dataclass(frozen=True)
class Formula:
    """A series whose voxel (i, j, k) of volume v is stored as 1 + i + 20 j + 400 k + 7 v: volumes of one level."""

    shape: tuple[int, int, int] = (7, 6, 5)
    spacing: tuple[float, float, float] = (0.8, 1.1, 4.5)
    origin: tuple[float, float, float] = (-31.0, 12.5, 48.0)
    volumes: Sequence[dict[str, Any]] = field(default_factory=lambda: [{}])
    """Elements that each volume has of its own."""

    @property
    def axes(self) -> np.ndarray:
        """(3, 3): right-handed unit vectors of i, j, k in LPS, one a column, oblique to all planes."""
        a, b = 0.35, -0.25
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        lean = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        return turn @ lean

    @property
    def affine(self) -> np.ndarray:
        """Index → RAS mm, by hand."""
        affine = np.eye(4)
        affine[:3, :3] = self.axes * self.spacing
        affine[:3, 3] = self.origin
        return np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine

    @property
    def stored(self) -> np.ndarray:
        """(ni, nj, nk, volumes): the stored integers."""
        i, j, k, v = np.indices((*self.shape, len(self.volumes)))
        return (1 + i + 20 * j + 400 * k + 7 * v).astype(np.uint16)

    def instances(self) -> list[Dataset]:
        """Every slice of every volume, volume by volume, bottom to top."""
        return [self._instance(v, k) for v in range(len(self.volumes)) for k in range(self.shape[2])]

    def _instance(self, v: int, k: int) -> Dataset:
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.file_meta.MediaStorageSOPClassUID = MRImageStorage
        ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, f"2.25.1{v:03d}{k:03d}"
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.PatientID = "2.25.7", "2.25.8", "invented"
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "MR", 4, 1 + v * self.shape[2] + k
        ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        ds.SeriesDescription = "T1 tra"
        ds.Rows, ds.Columns = self.shape[1], self.shape[0]
        ds.ImageOrientationPatient = [float(f"{c:.12g}") for c in self.axes[:, :2].T.ravel()]
        position = np.array(self.origin) + self.axes[:, 2] * self.spacing[2] * k
        ds.ImagePositionPatient = [float(f"{c:.12g}") for c in position]
        ds.PixelSpacing = [self.spacing[1], self.spacing[0]]
        ds.SliceThickness = 4.0
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
        ds.PixelData = np.ascontiguousarray(self.stored[:, :, k, v].T).tobytes()
        for name, value in self.volumes[v].items():
            setattr(ds, name, value)
        return ds


def save(instances: Sequence[Dataset], folder: Path) -> Path:
    """Write instances under names that say nothing of their order (7 is prime to most counts)."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, ds in enumerate(instances):
        ds.save_as(folder / f"im{(n * 7919) % 10007:05d}.dcm", enforce_file_format=True)
    return folder


def as_enhanced(slices: Sequence[Dataset]) -> Dataset:
    """One enhanced multi-frame image of classic instances, a frame each, in the order given."""
    frames = [_functional_groups(ds) for ds in slices]
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    first = slices[0]
    measures.PixelSpacing, measures.SliceThickness = first.PixelSpacing, 4.0
    plane.ImageOrientationPatient = first.ImageOrientationPatient
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    pixels = b"".join(ds.PixelData for ds in slices)
    first.SOPClassUID = first.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    first.NumberOfFrames, first.PixelData = len(slices), pixels
    first.SharedFunctionalGroupsSequence, first.PerFrameFunctionalGroupsSequence = [shared], frames
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "DiffusionBValue"):
        if name in first:
            delattr(first, name)
    return first


def _functional_groups(ds: Dataset) -> Dataset:
    frame, position = Dataset(), Dataset()
    position.ImagePositionPatient = ds.ImagePositionPatient
    frame.PlanePositionSequence = [position]
    if "RescaleSlope" in ds:
        transformation = Dataset()
        transformation.RescaleSlope, transformation.RescaleIntercept = ds.RescaleSlope, ds.RescaleIntercept
        frame.PixelValueTransformationSequence = [transformation]
    if "DiffusionBValue" in ds:
        diffusion = Dataset()
        diffusion.DiffusionBValue = ds.DiffusionBValue
        if "DiffusionGradientOrientation" in ds:
            gradient = Dataset()
            gradient.DiffusionGradientOrientation = ds.DiffusionGradientOrientation
            diffusion.DiffusionGradientDirectionSequence = [gradient]
        frame.MRDiffusionSequence = [diffusion]
    return frame


def _described(series: Formula, k: int) -> Dataset:
    """The private item of slice k: its position in LPS."""
    item = Dataset()
    position = np.array(series.origin) + series.axes[:, 2] * series.spacing[2] * k
    item.ImagePositionPatient = [float(f"{c:.10g}") for c in position]
    return item


def uih_mosaics(order: Sequence[int] = range(5)) -> tuple[Formula, list[Dataset]]:
    """The formula's volumes, each as one image of 2 rows of 3 tiles, 5 of them filled, in the order of `order`."""
    series = Formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 700.0)])
    made = []
    for v, ds in enumerate(series.instances()[::5]):
        ni, nj, _ = series.shape
        sheet = np.zeros((2 * nj, 3 * ni), np.uint16)
        for tile, k in enumerate(order):
            row, column = tile // 3 * nj, tile % 3 * ni
            sheet[row : row + nj, column : column + ni] = series.stored[:, :, k, v].T
        ds.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE", "VFRAME"]
        ds.Rows, ds.Columns, ds.PixelData = *sheet.shape, sheet.tobytes()
        ds.Manufacturer, ds.SpacingBetweenSlices, ds.SeriesDescription = "UIH", 4.5, "epi_dwi"
        ds.InstanceNumber, ds.AcquisitionNumber = v + 1, v + 1
        block = ds.private_block(0x0065, "Image Private Header", create=True)
        block.add_new(0x09, "FD", float(ds.DiffusionBValue))
        block.add_new(0x50, "DS", "5")
        block.add_new(0x51, "SQ", [_described(series, k) for k in order])
        del ds.DiffusionBValue
        made.append(ds)
    return series, made


def numbered_series(number: int, description: str = "", **elements: Any) -> list[Dataset]:
    """The formula's slices as a series of its own, with these elements."""
    instances = Formula().instances()
    for ds in instances:
        ds.SeriesNumber, ds.SeriesDescription = number, description
        ds.SeriesInstanceUID, ds.SOPInstanceUID = f"2.25.8{number}", f"{ds.SOPInstanceUID}{number:02d}"
        for name, value in elements.items():
            setattr(ds, name, value)
    return instances
