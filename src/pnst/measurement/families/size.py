"""Tumour size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pnst.kernels.section import axial_diameters
from pnst.measurement.context import Context
from pnst.measurement.family import Family, Outcome
from pnst.study import Lesion

SUPERIOR = np.array([0.0, 0.0, 1.0])
"""The patient's superior direction in RAS."""


@dataclass(frozen=True, kw_only=True)
class Size(Family):
    """Lengths in mm, area in mm², volume in ml, all of the lesion's surface mesh."""

    exact: ClassVar[frozenset[str]] = frozenset({"crumbs_ml"})
    longest_diameter_mm: float
    axial_diameter_mm: float
    axial_short_diameter_mm: float
    craniocaudal_mm: float
    volume_ml: float
    surface_area_mm2: float
    major_axis_mm: float
    minor_axis_mm: float
    least_axis_mm: float
    crumbs_ml: float = 0.0
    """Volume of the mask's stray pieces, which no column takes in."""
    implausible: str | None = None
    """Why no number of this lesion should be used: an inverted mask, one slice, images without contrast."""


def measure_size(context: Context) -> Outcome:
    """Size of the lesion's surface: greatest vertex distance, axial chords, craniocaudal extent, volume, axes.

    The axial pair is that of RECIST (longest chord in a plane perpendicular to the patient's superior direction) and
    of the WHO (with the longest chord across it in that plane).
    """
    lesion, mesh = context.lesion, context.lesion.mesh
    axial, axial_short, _ = axial_diameters(mesh, SUPERIOR)
    heights = mesh.vertices @ SUPERIOR
    major, minor, least = (2 * mesh.axes[0]).tolist()
    return Outcome(
        Size(
            longest_diameter_mm=context.diameter[0],
            axial_diameter_mm=axial,
            axial_short_diameter_mm=axial_short,
            craniocaudal_mm=float(heights.max() - heights.min()),
            volume_ml=mesh.volume_mm3 / 1000,
            surface_area_mm2=mesh.area_mm2,
            major_axis_mm=major,
            minor_axis_mm=minor,
            least_axis_mm=least,
            crumbs_ml=context.crumbs_ml,
            implausible=context.implausible,
            quality=_quality(lesion, context.settings.quality.min_slices, context.crumbs_ml),
        ),
        warnings=(context.implausible,) if context.implausible else (),
    )


def _quality(lesion: Lesion, min_slices: int, crumbs_ml: float) -> str | None:
    """Too few slices, several pieces, or a lesion that the edge of its own image may have cut."""
    import cc3d

    grid, box = lesion.mask.grid, lesion.mask.box()
    if box is None:
        raise ValueError("a lesion is not empty")
    mask = lesion.mask.data[box]
    through = grid.slice_axis
    slices = int(np.count_nonzero(mask.any(axis=tuple(a for a in range(3) if a != through))))
    warnings = []
    if slices < min_slices:
        plural = "s" if slices > 1 else ""
        warnings.append(f"the lesion spans only {slices} slice{plural} of {grid.spacing[through]:.3g} mm")
    if any(side.start == 0 or side.stop == count for side, count in zip(box, grid.shape, strict=True)):
        warnings.append("the lesion touches the border of the grid it was drawn on, so it may be cut off")
    pieces = int(cc3d.connected_components(mask.astype(np.uint8), connectivity=26).max())
    if pieces > 1:
        warnings.append(f"the lesion is in {pieces} pieces that do not touch, measured as one")
    if crumbs_ml:
        warnings.append(f"{crumbs_ml:.2g} ml in stray pieces of the mask is left out")
    return "; ".join(warnings) or None
