"""How a scanner looks at the scene: voxels of any size and orientation, the patient's motion, the coil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pnst.image import Grid
from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.scene import Scene
from pnst.phantom.vector import Vector, rotation
from pnst.typing import FloatArray

Plane = Literal["axial", "coronal", "sagittal"]

MAX_VOXELS = 2**28
"""Of one series: 1024 × 1024 × 256, whose signal takes 2 GB while it is made."""

# Columns: directions of i, j and k in RAS. i and j run as in DICOM, k completes a right-handed triple.
_PLANES: dict[str, FloatArray] = {
    "axial": np.array([[-1.0, 0, 0], [0, -1, 0], [0, 0, 1]]),
    "coronal": np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]),
    "sagittal": np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]]),
}


@dataclass(frozen=True, kw_only=True)
class GridSpec:
    """Voxels of one series."""

    spacing_mm: Vector = (0.6, 0.6, 4.0)
    """Distance between voxel centres along i, j and k (k: the slice direction)."""
    thickness_mm: float | None = None
    """Slice thickness; None: the slices touch."""
    plane: Plane = "axial"
    turn_deg: Vector = (3.0, -5.0, 8.0)
    """Obliquity: turns about the patient's x, then y, then z."""
    extent_mm: Vector | None = None
    """Field of view along i, j and k; None: wide enough for the tumour, its surroundings and some skin."""
    offset_mm: Vector = (0.0, 0.0, 0.0)
    """Centre of the field of view from the tumour's centre, RAS."""

    def __post_init__(self) -> None:
        for spacing in self.spacing_mm:
            require_range("grid.spacing_mm", spacing, 0.1, 20.0)
        if self.thickness_mm is not None:
            require_range("grid.thickness_mm", self.thickness_mm, 0.1, self.spacing_mm[2])
        require(self.plane in _PLANES, "grid.plane", str(self.plane), ", ".join(_PLANES))
        if self.extent_mm is not None:
            for extent, spacing in zip(self.extent_mm, self.spacing_mm, strict=True):
                require_min("grid.extent_mm", extent, 2 * spacing)


@dataclass(frozen=True, kw_only=True)
class PatientMotion:
    """Where the patient has moved before a series: turned about the tumour's centre, then shifted."""

    shift_mm: Vector = (0.0, 0.0, 0.0)
    turn_deg: Vector = (0.0, 0.0, 0.0)

    def undo(self, points: FloatArray, centre: FloatArray) -> FloatArray:
        """Where RAS points (..., 3) of the scanner lie in the patient at rest."""
        return np.asarray((points - self.shift_mm - centre) @ rotation(self.turn_deg) + centre)


STILL = PatientMotion()


def make_grid(spec: GridSpec, scene: Scene) -> Grid:
    """The grid of a description, its field of view centred on the tumour (plus the offset)."""
    directions = rotation(spec.turn_deg) @ _PLANES[spec.plane]
    spacing = np.asarray(spec.spacing_mm)
    extent = _default_extent(scene, spec.plane) if spec.extent_mm is None else np.asarray(spec.extent_mm)
    counts = np.maximum(2, np.round(extent / spacing).astype(int))
    few = float(np.prod(counts, dtype=np.float64)) <= MAX_VOXELS
    size = " × ".join(str(count) for count in counts.tolist())
    require(few, "grid.extent_mm", f"{size} voxels", f"at most {MAX_VOXELS:,} voxels in a series")
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing
    centre = scene.shape.centre + spec.offset_mm
    affine[:3, 3] = centre - affine[:3, :3] @ ((counts - 1) / 2)
    return Grid((int(counts[0]), int(counts[1]), int(counts[2])), affine)


def coil_sensitivity(grid: Grid, centre: FloatArray, amplitude: float) -> FloatArray:
    """(ni, nj, nk) float32: a smooth field about 1, between 1 − amplitude and 1 + amplitude.

    A plane and a saddle in the patient's axes, levelled off: every series sees the same coil, whatever its grid.
    """
    if amplitude == 0:
        return np.ones(grid.shape, dtype=np.float32)
    along = [np.multiply.outer(grid.affine[:3, axis], np.arange(n)) for axis, n in enumerate(grid.shape)]
    x, y, z = (
        ((start + i[:, None, None] + j[:, None] + k) / 100.0).astype(np.float32)
        for start, i, j, k in zip(grid.affine[:3, 3] - centre, *along, strict=True)
    )
    wave = 0.7 * x + 0.5 * y - 0.3 * z + 0.4 * (x * y - z**2)
    return np.asarray(1 + np.float32(amplitude) * np.tanh(wave))


def _default_extent(scene: Scene, plane: Plane) -> FloatArray:
    wide = max(140.0, 2 * (scene.reach_mm + scene.clearance_mm + 14))
    patient = np.array([wide, wide - 12, max(120.0, 2 * (scene.reach_mm + scene.clearance_mm))])
    return np.asarray(np.abs(_PLANES[plane]).T @ patient)
