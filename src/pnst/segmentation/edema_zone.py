"""The zone of perilesional oedema on a fat-suppressed T2 image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pnst.image import BoolArray, Mask
from pnst.segmentation.tissue import MuscleLevel, Surroundings

OPENING_MM = 1.5
"""Radius of the in-plane opening: a thread thinner than twice this (vessel, fascia) carries no oedema."""
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
    outside = ~around.lesion.data if not_edema is None else ~around.lesion.data & ~not_edema
    level = muscle.mode + detection_sd * muscle.sd
    detected = _connected(_opened((data > level) & (outside | around.lesion.data), around) & outside, around)
    if not detected.any():
        return EdemaZone(Mask(detected, around.volume.grid), level, level)
    half = (muscle.mode + float(np.median(data[detected]))) / 2
    bounded = _connected(_opened((data > max(half, level)) & (outside | around.lesion.data), around) & outside, around)
    return EdemaZone(Mask(bounded, around.volume.grid), level, half)


def _opened(mask: BoolArray, around: Surroundings) -> BoolArray:
    """Binary opening by a disc in the plane of the slices; the lesion counts as filled, so that its rim is kept."""
    from scipy.ndimage import binary_opening

    filled = mask | around.lesion.data
    return np.asarray(binary_opening(filled, _disc(around.volume.grid.spacing)))


def _disc(spacing: tuple[float, float, float]) -> npt.NDArray[np.bool_]:
    through = int(np.argmax(spacing))
    radii = [0 if axis == through else int(OPENING_MM / s) for axis, s in enumerate(spacing)]
    axes = np.meshgrid(*[np.arange(-r, r + 1) for r in radii], indexing="ij")
    return np.asarray(sum((a * s) ** 2 for a, s in zip(axes, spacing, strict=True)) <= OPENING_MM**2)


def _connected(mask: BoolArray, around: Surroundings) -> BoolArray:
    """The pieces (26 neighbours) that come within `TOUCHING_MM` of the lesion, or one voxel where that is more."""
    import cc3d

    labels = cc3d.connected_components(mask.astype(np.uint8), connectivity=26)
    touching = around.distance <= max(TOUCHING_MM, *around.volume.grid.spacing)
    kept = np.unique(labels[touching & mask])
    return np.asarray(np.isin(labels, kept[kept > 0]))
