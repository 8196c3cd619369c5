"""b-values and gradient directions of classic images, as the standard and each vendor write them.

The reverse of `pnst.io.dicom.diffusion`, from the same sources: headers of real scanners and dcm2niix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.lps import LPS_TO_RAS
from pnst.study import Series
from pnst.typing import FloatArray

GE_OFFSET = 1_000_000_000
"""What GE adds to the b-values above 0 of a series with several of them."""

_GE_KINDS = {"NONE": 14, "ISOTROPIC": 15, "DIRECTIONAL": 16}
"""GE's number for the kind of diffusion image (0043,1030): b = 0, directions combined, one direction."""

MIN_WEIGHTED_B = 1.0
"""s/mm² below which an image is not diffusion-weighted."""


@dataclass(frozen=True)
class Weighting:
    """The diffusion weighting of one measurement."""

    b_value: float
    """s/mm²."""
    direction: FloatArray | None
    """Unit vector in LPS; None at b = 0 and where directions were combined."""

    @classmethod
    def of(cls, series: Series, measurement: int) -> Weighting:
        """The weighting of one measurement of a diffusion series."""
        assert series.b_values is not None  # noqa: S101 - a diffusion series has them
        vector = None if series.b_vectors is None else series.b_vectors[measurement]
        direction = None if vector is None or not vector.any() else LPS_TO_RAS[:3, :3] @ vector + 0.0
        return cls(float(series.b_values[measurement]), direction)

    @property
    def directionality(self) -> str:
        """The standard's word (0018,9075); weighted without a direction means that directions were combined."""
        if self.direction is not None:
            return "DIRECTIONAL"
        return "NONE" if self.b_value < MIN_WEIGHTED_B else "ISOTROPIC"

    @property
    def vector(self) -> list[float]:
        """Three numbers, zeros where there is no direction, as several vendors write it."""
        return [0.0, 0.0, 0.0] if self.direction is None else [float(c) for c in self.direction]


def write_weighting(dataset: Dataset, weighting: Weighting, vendor: str | None, grid: Grid) -> None:
    """Put b-value and direction into a classic image, in the elements of `vendor` (a key of `VENDORS`, or None).

    Raises `InputError` where the vendor's elements cannot hold the b-value.
    """
    _WRITERS.get(vendor or "", _standard)(dataset, weighting, grid)


def _standard(dataset: Dataset, weighting: Weighting, _: Grid) -> None:
    dataset.DiffusionBValue = weighting.b_value
    if weighting.direction is not None:
        dataset.DiffusionGradientOrientation = weighting.vector


def _canon(dataset: Dataset, weighting: Weighting, _: Grid) -> None:
    """Canon and Hitachi: the standard's elements, a vector of zeros where there is no direction."""
    dataset.DiffusionBValue, dataset.DiffusionGradientOrientation = weighting.b_value, weighting.vector


def _toshiba(dataset: Dataset, weighting: Weighting, grid: Grid) -> None:
    """Toshiba says nothing at b = 0."""
    if weighting.b_value > 0:
        _standard(dataset, weighting, grid)


def _siemens(dataset: Dataset, weighting: Weighting, grid: Grid) -> None:
    private = _blocks(dataset, 0x0019, "SIEMENS MR HEADER")["SIEMENS MR HEADER"]
    private.add_new(0x0C, "IS", _integer(weighting.b_value, "Siemens"))
    private.add_new(0x0D, "CS", weighting.directionality)
    if weighting.direction is not None:
        private.add_new(0x0E, "FD", weighting.vector)
        tensor = weighting.b_value * np.outer(weighting.direction, weighting.direction)
        private.add_new(0x27, "FD", [float(b) for b in tensor[np.triu_indices(3)]])  # xx, xy, xz, yy, yz, zz
    _standard(dataset, weighting, grid)


def _ge(dataset: Dataset, weighting: Weighting, grid: Grid) -> None:
    """b-value in the first of four numbers; the direction along the image's own axes, phase encoding in columns."""
    b_value = _integer(weighting.b_value, "GE")
    parameters = _blocks(dataset, 0x0043, "GEMS_PARM_01")["GEMS_PARM_01"]
    parameters.add_new(0x30, "SS", _GE_KINDS[weighting.directionality])
    parameters.add_new(0x39, "IS", [b_value + GE_OFFSET if b_value else 0, 8, 0, 0])
    acquisition = _blocks(dataset, 0x0019, "GEMS_ACQU_01")["GEMS_ACQU_01"]
    along_axes = _image_axes(grid) @ weighting.vector * (-1.0, -1.0, 1.0)
    for element, part in zip((0xBB, 0xBC, 0xBD), along_axes, strict=True):
        acquisition.add_new(element, "DS", f"{part + 0.0:.6f}")
    dataset.InPlanePhaseEncodingDirection = "COL"


def _philips(dataset: Dataset, weighting: Weighting, grid: Grid) -> None:
    imaging = _blocks(dataset, 0x2001, "Philips Imaging DD 001")["Philips Imaging DD 001"]
    imaging.add_new(0x03, "FL", weighting.b_value)
    imaging.add_new(0x04, "CS", "I" if weighting.directionality == "ISOTROPIC" else "O")
    blocks = _blocks(dataset, 0x2005, *[f"Philips MR Imaging DD 00{n}" for n in range(1, 6)])
    for element, part in zip((0xB0, 0xB1, 0xB2), weighting.vector, strict=True):
        blocks["Philips MR Imaging DD 001"].add_new(element, "FL", part)
    _canon(dataset, weighting, grid)


def _uih(dataset: Dataset, weighting: Weighting, grid: Grid) -> None:
    """The direction along the image's own axes, as dcm2niix and dicm2nii read it."""
    private = _blocks(dataset, 0x0065, "Image Private Header")["Image Private Header"]
    private.add_new(0x09, "FD", weighting.b_value)
    if weighting.direction is not None:
        private.add_new(0x37, "FD", [float(part) for part in _image_axes(grid) @ weighting.vector])


_WRITERS: Mapping[str, Callable[[Dataset, Weighting, Grid], None]] = {
    "siemens": _siemens,
    "ge": _ge,
    "philips": _philips,
    "canon": _canon,
    "toshiba": _toshiba,
    "hitachi": _canon,
    "uih": _uih,
}


def _image_axes(grid: Grid) -> FloatArray:
    """(3, 3): unit vectors in LPS along a row, down a column and along the slices' normal, one a row."""
    along, down, _ = (LPS_TO_RAS[:3, :3] @ grid.directions).T
    return np.array([along, down, np.cross(along, down)])


def _blocks(dataset: Dataset, group: int, *creators: str) -> dict[str, Any]:
    """The private blocks of these creators, in this order from 0x10 on: readers exist that look nowhere else."""
    return {creator: dataset.private_block(group, creator, create=True) for creator in creators}


def _integer(b_value: float, vendor: str) -> int:
    if b_value != round(b_value):
        raise InputError(
            f"the diffusion series cannot be written as {vendor} writes it",
            got=f"b = {b_value:g} s/mm²",
            expected="b-values in whole numbers",
            remedy="write the standard's elements (no vendor), or another vendor's",
        )
    return round(b_value)
