"""What a scanner makes of the scene: voxels of any size and orientation, partial volume, coil, noise, motion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pnst.image import FloatArray, Grid
from pnst.phantom.check import at_least, between, require
from pnst.phantom.lesion import Vector, rotation
from pnst.phantom.scene import TISSUE_COUNT, Scene, blend, clearance

Plane = Literal["axial", "coronal", "sagittal"]

# Columns: directions of i, j and k in RAS. i and j run as in DICOM, k completes a right-handed triple.
_PLANES: dict[str, FloatArray] = {
    "axial": np.array([[-1.0, 0, 0], [0, -1, 0], [0, 0, 1]]),
    "coronal": np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]),
    "sagittal": np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]]),
}
CELL_MM = 0.7
"""Voxels are split into cells of at most this side; within a cell borders are taken as flat."""
_CHUNK_CELLS = 300_000


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
            between("grid.spacing_mm", spacing, 0.1, 20.0)
        if self.thickness_mm is not None:
            between("grid.thickness_mm", self.thickness_mm, 0.1, self.spacing_mm[2])
        require(self.plane in _PLANES, "grid.plane", str(self.plane), ", ".join(_PLANES))
        if self.extent_mm is not None:
            for extent, spacing in zip(self.extent_mm, self.spacing_mm, strict=True):
                at_least("grid.extent_mm", extent, 2 * spacing)


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Where the patient has moved before a series: turned about the tumour's centre, then shifted."""

    shift_mm: Vector = (0.0, 0.0, 0.0)
    turn_deg: Vector = (0.0, 0.0, 0.0)

    def undo(self, points: FloatArray, centre: FloatArray) -> FloatArray:
        """Where RAS points (..., 3) of the scanner lie in the patient at rest."""
        return np.asarray((points - self.shift_mm - centre) @ rotation(self.turn_deg) + centre)


STILL = Motion()


def make_grid(spec: GridSpec, scene: Scene) -> Grid:
    """The grid of a description, its field of view centred on the tumour (plus the offset)."""
    directions = rotation(spec.turn_deg) @ _PLANES[spec.plane]
    spacing = np.asarray(spec.spacing_mm)
    extent = _default_extent(scene, spec.plane) if spec.extent_mm is None else np.asarray(spec.extent_mm)
    counts = np.maximum(2, np.round(extent / spacing).astype(int))
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing
    centre = scene.shape.centre + spec.offset_mm
    affine[:3, 3] = centre - affine[:3, :3] @ ((counts - 1) / 2)
    return Grid((int(counts[0]), int(counts[1]), int(counts[2])), affine)


def tissue_map(scene: Scene, grid: Grid, thickness_mm: float | None = None, motion: Motion = STILL) -> FloatArray:
    """(ni, nj, nk, tissues) float32: the mean mixture over each voxel's box.

    Voxels near a border are split into cells of at most `CELL_MM`; the others are pure and are looked at once.
    """
    size = np.asarray(grid.spacing)
    if thickness_mm is not None:
        size[2] = thickness_mm
    cells = _cell_offsets(size)
    cell_mm = float(np.prod(size) / len(cells)) ** (1 / 3)
    half_diagonal = float(np.linalg.norm(size)) / 2
    unit = grid.affine[:3, :3] / np.asarray(grid.spacing)
    offsets = cells @ unit.T
    centres = _centres(grid)
    out = np.empty((len(centres), TISSUE_COUNT), dtype=np.float32)
    mixed = np.empty(len(centres), dtype=bool)
    for part in _parts(len(centres), _CHUNK_CELLS):
        layers = scene.layers(motion.undo(centres[part], scene.shape.centre))
        out[part] = blend(layers, cell_mm)
        mixed[part] = clearance(layers) < 1.25 * half_diagonal  # irregular fronts change faster than 1 mm per mm
    if len(cells) > 1:
        rows = np.flatnonzero(mixed)
        for part in _parts(len(rows), max(1, _CHUNK_CELLS // len(cells))):
            points = centres[rows[part]][:, None, :] + offsets
            mixture = scene.fractions(motion.undo(points.reshape(-1, 3), scene.shape.centre), cell_mm)
            out[rows[part]] = mixture.reshape(-1, len(cells), TISSUE_COUNT).mean(axis=1)
    return out.reshape(*grid.shape, TISSUE_COUNT)


def coil_sensitivity(grid: Grid, centre: FloatArray, amplitude: float) -> FloatArray:
    """(ni, nj, nk): a smooth field about 1, between 1 − amplitude and 1 + amplitude over the grid.

    A plane and a saddle in the patient's axes, so that every series sees the same coil.
    """
    if amplitude == 0:
        return np.ones(grid.shape)
    x, y, z = ((_centres(grid) - centre) / 100.0).T
    wave = 0.7 * x + 0.5 * y - 0.3 * z + 0.4 * (x * y - z**2)
    wave = wave / np.abs(wave).max()
    return np.asarray(1 + amplitude * wave).reshape(grid.shape)


def rician(signal: FloatArray, sigma: float, rng: np.random.Generator) -> FloatArray:
    """Magnitude of the signal with complex Gaussian noise of standard deviation σ in each channel."""
    if sigma == 0:
        return signal
    real = signal + rng.normal(scale=sigma, size=signal.shape)
    return np.asarray(np.hypot(real, rng.normal(scale=sigma, size=signal.shape)))


def _default_extent(scene: Scene, plane: Plane) -> FloatArray:
    wide = max(140.0, 2 * (scene.reach_mm + scene.clearance_mm + 14))
    patient = np.array([wide, wide - 12, max(120.0, 2 * (scene.reach_mm + scene.clearance_mm))])
    return np.asarray(np.abs(_PLANES[plane]).T @ patient)


def _cell_offsets(size: FloatArray) -> FloatArray:
    """(n, 3): centres of a voxel's cells in mm along i, j and k from its own centre."""
    counts = np.ceil(size / CELL_MM - 1e-9).astype(int)
    steps = [((np.arange(n) + 0.5) / n - 0.5) * side for n, side in zip(counts, size, strict=True)]
    return np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)


def _centres(grid: Grid) -> FloatArray:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return grid.to_world(index.reshape(-1, 3))


def _parts(count: int, size: int) -> list[slice]:
    return [slice(start, min(count, start + size)) for start in range(0, count, size)]
