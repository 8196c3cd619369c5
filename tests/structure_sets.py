"""Structure sets as planning systems write them: any type of contour, and whatever else is edited into the data set."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread

from mask_files import save_rtstruct
from pnst.image import Grid

TypedContour = tuple[str, np.ndarray]
"""The geometric type, and (n, 3) points in LPS mm."""


def unedited(_: Dataset) -> None:
    """The data set as it is."""


def save_structure_set(
    folder: Path, rois: Mapping[str, Sequence[TypedContour]], edit: Callable[[Dataset], None] = unedited
) -> Path:
    """ROIs numbered from 4 on, their contours of the types given, the data set edited before it is saved."""
    file = save_rtstruct(folder, {name: [points for _, points in contours] for name, contours in rois.items()})
    dataset = dcmread(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some types are longer than DICOM allows, as other programs write them
        for item, contours in zip(dataset.ROIContourSequence, rois.values(), strict=True):
            for contour, (kind, _) in zip(item.ContourSequence, contours, strict=True):
                contour.ContourGeometricType = kind
        edit(dataset)
        dataset.save_as(file, enforce_file_format=True)
    return file


def closed(contours: Sequence[np.ndarray]) -> list[TypedContour]:
    """Contours of the plain type."""
    return [("CLOSED_PLANAR", contour) for contour in contours]


def ellipsoid_rings(
    grid: Grid, radii_mm: tuple[float, float, float], slices: Sequence[int], points: int = 200
) -> list[np.ndarray]:
    """The ellipses in LPS mm that slices cut from an ellipsoid about the middle of the grid, along its axes."""
    middle = (np.asarray(grid.shape) - 1) / 2
    angle = 2 * np.pi * np.arange(points) / points
    rings = []
    for k in slices:
        scale = np.sqrt(1 - ((k - middle[2]) * grid.spacing[2] / radii_mm[2]) ** 2)
        u = middle[0] + scale * radii_mm[0] * np.cos(angle) / grid.spacing[0]
        v = middle[1] + scale * radii_mm[1] * np.sin(angle) / grid.spacing[1]
        rings.append(grid.to_world(np.stack([u, v, np.full(points, float(k))], axis=1)) * (-1, -1, 1))
    return rings
