"""How the lesion's mask is drawn: on the tumour's true surface, or as a reader's hand draws it, slice by slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.phantom.check import require_range
from pnst.typing import FloatArray

ORDERS = np.arange(1, 9)
"""Waves round an outline that make the tremor."""


@dataclass(frozen=True, kw_only=True)
class ContourSpec:
    """How far the drawn outline lies from the tumour's true surface; by default on it."""

    offset_mm: float = 0.0
    """Outward; below 0 the contour is too tight. Too wide, it takes in what the tumour lies in."""
    shift_voxels: float = 0.0
    """Each slice's outline is moved in its plane by up to this many voxels along either axis, at random."""
    tremor_mm: float = 0.0
    """SD of the outline's distance from the surface: a smooth random wave round it, another one in each slice."""

    def __post_init__(self) -> None:
        require_range("contour.offset_mm", self.offset_mm, -20.0, 20.0)
        require_range("contour.shift_voxels", self.shift_voxels, 0.0, 5.0)
        require_range("contour.tremor_mm", self.tremor_mm, 0.0, 5.0)

    @property
    def on_surface(self) -> bool:
        """Whether the outline is that of the true surface, exactly."""
        return self == ContourSpec()

    def shifts(self, slices: int, rng: np.random.Generator) -> FloatArray:
        """(slices, 2): how far each slice's outline is moved along its two axes, in voxels."""
        return rng.uniform(-self.shift_voxels, self.shift_voxels, (slices, 2))

    def waves(self, angles: FloatArray, rng: np.random.Generator) -> FloatArray:
        """(ni, nj, slices): mm by which each slice's outline lies further out, at angles (ni, nj, slices) in radians.

        A sum of waves of equal power: their amplitudes have the variance 2 · SD² ÷ their number.
        """
        out = np.full(angles.shape, self.offset_mm)
        if self.tremor_mm == 0:
            return out
        count = angles.shape[-1]
        for order in ORDERS:
            real, imaginary = rng.normal(scale=self.tremor_mm / np.sqrt(len(ORDERS)), size=(2, count))
            out += real * np.cos(order * angles) + imaginary * np.sin(order * angles)
        return out
