"""The zone of perilesional oedema on a fat-suppressed T2 image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pnst.image import Grid, Mask, bounding_box
from pnst.kernels.morphology import close_in_plane, dilate_in_plane, open_in_plane
from pnst.segmentation.fluid import FluidRule, fluid
from pnst.segmentation.perilesional import Perilesional, block_means, downsampling_factors, upsample
from pnst.segmentation.tissue import MuscleLevel
from pnst.typing import BoolArray, FloatArray

TOUCHING_MM = 2.0
"""A piece is connected to the lesion when it comes this near, or within one voxel where that is more."""
ROUNDS = 3
"""The bound decides which voxels give oedema's level, and the level the bound (Ridler & Calvard 1978): after three
rounds both stay."""
GAP_SHARE = 0.25
"""A gap's voxels stand above muscle by this share of the step to the oedema round it: notches of the border, which hold
less, stay out."""
TRUNCATE = 2.5
"""The window of the local level ends after this many SDs: 1 % of its weight lies beyond."""


class ZoneRule(NamedTuple):
    """What belongs to the zone; radii are of discs in the plane of the slices."""

    detection_sd: float
    """Detected above muscle by this many of its SDs."""
    thread_radius_mm: float
    """Bright tissue that no such disc fits into carries no oedema further than this, and no extent."""
    layer_radius_mm: float
    """Near the lesion, where oedema may lie in a layer beyond a rim of fat, a smaller disc is enough …"""
    layer_within_mm: float
    """… up to this distance."""
    speckle_radius_mm: float
    """Bright tissue that no such disc fits into is noise."""
    gap_radius_mm: float
    """A gap that no such disc fits into belongs to the oedema round it, where it is brighter than muscle."""
    level_radius_mm: float
    """SD of the window in which oedema's level is taken."""
    fat_fraction: float
    """A cell of more fat on T1 is no oedema."""
    fluid: FluidRule


@dataclass(frozen=True, eq=False)
class Detected:
    """Where oedema was detected, on the surroundings' cells (ni, nj, nk)."""

    edema: BoolArray
    fluid: BoolArray
    """What was left out as fluid."""
    level: float
    """Above which it was detected."""


@dataclass(frozen=True, eq=False)
class EdemaZone:
    """The zone and what bounded it."""

    mask: Mask
    """On a crop of the image's grid that also holds the lesion."""
    inside: BoolArray
    """The lesion's voxels there."""
    distance: FloatArray
    """(n,) of the mask's voxels: mm from the lesion, to a cell."""
    wide: BoolArray
    """(n,) whether each of them is wide enough to carry the extent."""
    half_step_level: float
    """Half the step to oedema's median level: where oedema is weaker, the bound is lower."""


def detect_edema(
    perilesional: Perilesional, muscle: MuscleLevel, rule: ZoneRule, fat_fraction: FloatArray | None = None
) -> Detected:
    """Cells above muscle + `detection_sd` SDs that are connected to the lesion by more than a thread, fluid left out.

    `fat_fraction` is that of T1 on the surroundings' cells (NaN outside T1), or None without one.
    """
    downsampled, level = perilesional.downsampled, muscle.mode + rule.detection_sd * muscle.sd
    bright = downsampled.smooth > level
    if fat_fraction is not None:
        bright &= ~(np.nan_to_num(fat_fraction) > rule.fat_fraction)
    found = _connected_cells(perilesional, bright, rule)
    wet = np.zeros_like(found)
    if found.any():
        edema = float(np.median(downsampled.smooth[found]))
        wet = fluid(perilesional, muscle.mode, edema, fat_fraction, rule.fluid) & found
    if wet.any():
        found = _connected_cells(perilesional, bright & ~wet, rule)
    return Detected(found, wet, level)


def bound_edema(perilesional: Perilesional, muscle: MuscleLevel, rule: ZoneRule, detected: Detected) -> EdemaZone:
    """The zone on the image's own voxels, bounded at half the step from muscle to oedema's level thereabouts.

    A bound at the level of detection would lie outside the true one by partial volume.
    """
    found = detected.edema | perilesional.downsampled.lesion
    box = bounding_box(found, perilesional.downsampled.grid.spacing) or (slice(0, 1), slice(0, 1), slice(0, 1))
    voxels = perilesional.voxels_of(box)
    image, inside = perilesional.volume.crop(voxels), perilesional.lesion.data[voxels]
    region = upsample(found[box], image.grid) & ~inside
    bright = region & (image.data > detected.level)
    if not bright.any():
        nothing = np.zeros(0, dtype=np.float32)
        return EdemaZone(Mask(bright, image.grid), inside, nothing, nothing > 0, detected.level)
    usual = float(np.median(image.data[bright])) - muscle.mode
    contrast = image.data - np.float32(muscle.mode)
    zone = bright
    for _ in range(ROUNDS):
        step = np.minimum(_local_step(contrast, zone, image.grid, rule.level_radius_mm), usual)
        zone = bright & (contrast > step / 2)
    touching = upsample(_touching(perilesional)[box], image.grid)
    close = upsample(perilesional.downsampled.distance[box] <= rule.layer_within_mm, image.grid)
    zone = _without_threads(zone, inside, touching, close, image.grid, rule, rule.speckle_radius_mm)
    plane = image.grid.spacing, image.grid.slice_axis
    zone |= close_in_plane(zone | inside, *plane, rule.gap_radius_mm) & bright & (contrast > GAP_SHARE * step)
    wide = open_in_plane(zone | inside, *plane, rule.thread_radius_mm)[zone]
    distance = upsample(perilesional.downsampled.distance[box], image.grid)[zone]
    return EdemaZone(Mask(zone, image.grid), inside, distance, wide, muscle.mode + usual / 2)


def _connected_cells(perilesional: Perilesional, bright: BoolArray, rule: ZoneRule) -> BoolArray:
    downsampled = perilesional.downsampled
    close = downsampled.distance <= rule.layer_within_mm
    return _without_threads(bright, downsampled.lesion, _touching(perilesional), close, downsampled.grid, rule)


def _local_step(contrast: FloatArray, where: BoolArray, grid: Grid, radius_mm: float) -> FloatArray:
    """The mean contrast above muscle of the voxels `where` in a Gaussian window round each voxel, worked out on cells.

    In three dimensions, so that a slice that oedema fills in part is bounded by the level of its neighbours.
    """
    from scipy.ndimage import gaussian_filter

    sides = downsampling_factors(grid)
    sigmas = [radius_mm / (step * side) for step, side in zip(grid.spacing, sides, strict=True)]
    shares, sums = (
        gaussian_filter(block_means(array, sides), sigmas, truncate=TRUNCATE, mode="constant")
        for array in (where, np.where(where, contrast, np.float32(0)))
    )
    step = np.full(shares.shape, np.inf, dtype=np.float32)
    np.divide(sums, shares, out=step, where=shares > np.finfo(np.float32).eps)
    return np.asarray(upsample(step, grid))


def _without_threads(
    bright: BoolArray,
    lesion: BoolArray,
    touching: BoolArray,
    close: BoolArray,
    grid: Grid,
    rule: ZoneRule,
    speckle_radius_mm: float = 0.0,
) -> BoolArray:
    """What is connected to the lesion by more than a thread; the lesion counts as bright, so that a thin halo stays.

    Bright tissue that a disc of the thread's radius fits in is a core, and so is a layer `close` to the lesion that one
    of the layer's radius fits in. Cores connected to the lesion are kept, with the bright tissue that lies within the
    thread's radius of a wide one in plane, less speckle.
    """
    plane, filled = (grid.spacing, grid.slice_axis), bright | lesion
    wide = open_in_plane(filled, *plane, rule.thread_radius_mm)
    layers = open_in_plane(filled, *plane, rule.layer_radius_mm) & close
    cores = _connected((wide | layers) & ~lesion, touching)
    near = dilate_in_plane(cores & wide | lesion, *plane, rule.thread_radius_mm) | cores
    if speckle_radius_mm:
        filled = open_in_plane(filled, *plane, speckle_radius_mm)
    return _connected(filled & near & ~lesion, touching)


def _touching(perilesional: Perilesional) -> BoolArray:
    """The cells from which a piece counts as connected to the lesion."""
    return np.asarray(perilesional.downsampled.distance <= max(TOUCHING_MM, *perilesional.downsampled.grid.spacing))


def _connected(mask: BoolArray, touching: BoolArray) -> BoolArray:
    """The pieces (26 neighbours) of a mask that reach into `touching`."""
    import cc3d

    labels = cc3d.connected_components(mask.view(np.uint8), connectivity=26)
    kept = np.zeros(int(labels.max(initial=0)) + 1, dtype=bool)
    kept[labels[touching & mask]] = True
    kept[0] = False
    return np.asarray(kept[labels])
