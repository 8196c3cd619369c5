"""Voxels as the integers of a DICOM file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.valuerep import DS

from pnst.errors import InputError
from pnst.study import Role, Series
from pnst.typing import IntArray

UM2_PER_S = 1e3
"""um2_per_ms are written in um2/s (1e-6 mm²/s), as vendors write ADC maps."""

_MAX_STORED = 65535


@dataclass(frozen=True)
class StoredPixels:
    """Voxels as unsigned 16 bits (ni, nj, nk, measurements): value = pixels × slope + intercept."""

    pixels: IntArray
    slope: float = 1.0
    intercept: float = 0.0

    @property
    def rescaled(self) -> bool:
        """Whether the values differ from the stored numbers."""
        return (self.slope, self.intercept) != (1.0, 0.0)

    def frame(self, k: int, measurement: int) -> bytes:
        """Slice k of a measurement, row by row."""
        return np.ascontiguousarray(self.pixels[:, :, k, measurement].T, dtype="<u2").tobytes()

    @classmethod
    def of(cls, series: Series) -> StoredPixels:
        """Whole numbers from 0 to 65535 as they are, anything else over the range from its least value, or 0, on.

        So what has no negative values has no intercept, as scanners write it; dcm2niix loses digits to one.
        Raises `InputError` for voxels that are not finite: integers cannot hold them.
        """
        data = np.asarray(series.volume.data, dtype=np.float64)
        data = data if data.ndim == 4 else data[..., np.newaxis]
        if series.role is Role.ADC:
            data = data * UM2_PER_S
        if not np.isfinite(data).all():
            raise InputError(
                f"the series {series.role} cannot be written as DICOM",
                got=f"{np.count_nonzero(~np.isfinite(data))} voxels that are not finite",
                expected="finite numbers",
                remedy="write NIfTI instead, or fill these voxels first",
            )
        low, high = min(0.0, float(data.min())), float(data.max())
        if low >= 0 and high <= _MAX_STORED and np.array_equal(np.rint(data), data):
            return cls(data.astype(np.uint16))
        # As the file will hold them: the reader multiplies by the rounded decimal strings.
        intercept = float(str(DS(low, auto_format=True)))
        slope = float(f"{max((high - intercept) / _MAX_STORED, 1e-12):.8e}")
        return cls(np.rint((data - intercept) / slope).clip(0, _MAX_STORED).astype(np.uint16), slope, intercept)
