"""The zone of perilesional oedema on a fat-suppressed T2 image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import BoolArray, Grid, Mask
from pnst.segmentation.tissue import MuscleLevel, Surroundings

SPECKLE_MM = 1.0
"""Radius of the in-plane opening that takes off what noise alone detects."""
THREAD_MM = 3.0
"""A thread thinner than twice this (vessel, fascia) carries no oedema beyond its own width."""
TOUCHING_MM = 2.0
"""A piece is connected to the lesion when it comes this near."""


@dataclass(frozen=True, eq=False)
class EdemaZone:
    """The zone on the image's cropped grid, and what bounded it."""

    mask: Mask
    detection_level: float
    half_step_level: float


def edema_zone(
    around: Surroundings, muscle: MuscleLevel, detection_sd: float, not_edema: BoolArray | None
) -> EdemaZone:
    """Detect above muscle mode + `detection_sd` SDs, keep what is connected to the lesion, bound at half the step.

    `not_edema` marks voxels that are known to be something else (fat that was not suppressed). Half the step is
    (muscle + median of what was detected) / 2: a boundary at the detection level would lie outside the true one by
    partial volume.
    """
    data = np.nan_to_num(around.volume.data, nan=-np.inf)
    allowed = around.lesion.data | (True if not_edema is None else ~not_edema)
    level = muscle.mode + detection_sd * muscle.sd
    detected = _without_threads((data > level) & allowed, around)
    if not detected.any():
        return EdemaZone(Mask(detected, around.volume.grid), level, level)
    half = (muscle.mode + float(np.median(data[detected]))) / 2
    bounded = _without_threads((data > max(half, level)) & allowed, around)
    return EdemaZone(Mask(bounded, around.volume.grid), level, half)


def _without_threads(bright: BoolArray, around: Surroundings) -> BoolArray:
    """What is connected to the lesion by more than a thread; the lesion counts as bright, so that a thin halo stays.

    Bright tissue that a disc of `THREAD_MM` fits in is a core; cores connected to the lesion are kept, with the bright
    tissue within `THREAD_MM` of them in plane.
    """
    import edt

    lesion, in_plane = around.lesion.data, _in_plane(around.volume.grid)
    filled = bright | lesion
    cores = _connected(_opened(filled, in_plane, THREAD_MM) & ~lesion, around) | lesion
    near = edt.edt((~cores).astype(np.uint8), anisotropy=in_plane) <= THREAD_MM
    return _connected(_opened(filled, in_plane, SPECKLE_MM) & near & ~lesion, around)


def _opened(mask: BoolArray, in_plane: tuple[float, ...], radius_mm: float) -> BoolArray:
    """Binary opening by a disc in the plane of the slices: the distance to the outside, thresholded there and back."""
    import edt

    eroded = edt.edt(mask.astype(np.uint8), anisotropy=in_plane) > radius_mm
    return np.asarray(edt.edt((~eroded).astype(np.uint8), anisotropy=in_plane) <= radius_mm) & mask


def _in_plane(grid: Grid) -> tuple[float, ...]:
    """The grid's spacing with slices too far apart to reach each other: distances stay in the plane."""
    return tuple(1e4 if axis == grid.slice_axis else step for axis, step in enumerate(grid.spacing))


def _connected(mask: BoolArray, around: Surroundings) -> BoolArray:
    """The pieces (26 neighbours) that come within `TOUCHING_MM` of the lesion, or one voxel where that is more."""
    import cc3d

    labels = cc3d.connected_components(mask.astype(np.uint8), connectivity=26)
    touching = around.distance <= max(TOUCHING_MM, *around.volume.grid.spacing)
    kept = np.zeros(int(labels.max()) + 1, dtype=bool)
    kept[labels[touching & mask]] = True
    kept[0] = False
    return np.asarray(kept[labels])
