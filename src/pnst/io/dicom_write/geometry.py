"""Where slices lie, in DICOM's LPS: the reverse of `pnst.io.dicom.geometry`."""

from __future__ import annotations

from collections.abc import Iterable

from pydicom.valuerep import DS

from pnst.image import Grid
from pnst.io.lps import LPS_TO_RAS


def decimal(value: float | None) -> DS | str:
    """A decimal string of at most 16 characters, empty for None."""
    return "" if value is None else DS(value, auto_format=True)


def orientation(grid: Grid) -> list[DS | str]:
    """Six cosines: along i (a row of the image), then along j."""
    along, down, _ = (LPS_TO_RAS[:3, :3] @ grid.directions).T
    return _decimals((*along, *down))


def position(grid: Grid, k: int) -> list[DS | str]:
    """The centre of the first voxel of slice k, in mm."""
    return _decimals((LPS_TO_RAS @ grid.affine @ (0, 0, k, 1))[:3])


def pixel_spacing(grid: Grid) -> list[DS | str]:
    """mm between rows, then between columns."""
    return _decimals((grid.spacing[1], grid.spacing[0]))


def _decimals(values: Iterable[float]) -> list[DS | str]:
    return [decimal(float(value) + 0.0) for value in values]  # no −0.0
