"""The zone of perilesional oedema on a fat-suppressed T2 image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Grid, Mask, bounding_box
from pnst.kernels.morphology import close_in_plane, dilate_in_plane, open_in_plane
from pnst.segmentation.fluid import fluid
from pnst.segmentation.perilesional import Perilesional, block_means, downsampling_factors, upsample
from pnst.segmentation.settings import EdemaSettings
from pnst.segmentation.tissue import MuscleLevel
from pnst.typing import BoolArray, FloatArray

ROUNDS = 3
"""The bound decides which voxels give oedema's level, and the level the bound (Ridler & Calvard 1978): after three
rounds both stay."""
TRUNCATE = 2.5
"""The window of the local level ends after this many SDs: 1 % of its weight lies beyond."""


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
    core: BoolArray
    """(n,) whether each of them is wide enough to carry the extent, and lies in no strand."""
    half_step_level: float
    """Half the step to oedema's median level: where oedema is weaker, the bound is lower."""


def detect_edema(
    perilesional: Perilesional,
    muscle: MuscleLevel,
    settings: EdemaSettings,
    fat_fraction: FloatArray | None = None,
    named: BoolArray | None = None,
) -> Detected:
    """Cells above muscle + `detection_sd` SDs that are connected to the lesion by more than a strand, fluid left out.

    `fat_fraction` is that of T1 on the surroundings' cells (NaN outside T1), or None without one; `named` their voxels
    that are known to be another tissue.
    """
    downsampled, level = perilesional.downsampled, muscle.mode + settings.detection_sd * muscle.sd
    bright = downsampled.smooth > level
    if named is not None:
        bright &= block_means(named, downsampling_factors(perilesional.volume.grid)) == 0
    if fat_fraction is not None:
        bright &= ~(np.nan_to_num(fat_fraction) > settings.fat_fraction)
    edema = _connected_cells(perilesional, bright, settings)
    wet = np.zeros_like(edema)
    if edema.any():
        edema_level = float(np.median(downsampled.smooth[edema]))
        wet = fluid(perilesional, muscle.mode, edema_level, fat_fraction, settings) & edema
    if wet.any():
        edema = _connected_cells(perilesional, bright & ~wet, settings)
    return Detected(edema, wet, level)


def bound_edema(
    perilesional: Perilesional,
    muscle: MuscleLevel,
    settings: EdemaSettings,
    detected: Detected,
    named: BoolArray | None = None,
) -> EdemaZone:
    """The zone on the image's own voxels, bounded at half the step from muscle to oedema's level thereabouts.

    A bound at the level of detection would lie outside the true one by partial volume. No voxel of it is one of the
    surroundings that is `named` another tissue.
    """
    filled = detected.edema | perilesional.downsampled.lesion
    box = bounding_box(filled, perilesional.downsampled.grid.spacing) or (slice(0, 1), slice(0, 1), slice(0, 1))
    voxels = perilesional.voxels_of(box)
    image, inside = perilesional.volume.crop(voxels), perilesional.lesion.data[voxels]
    region = upsample(filled[box], image.grid) & ~inside
    bright = region & (image.data > detected.level)
    if named is not None:
        bright &= ~named[voxels]
    if not bright.any():
        nothing = np.zeros(0, dtype=np.float32)
        return EdemaZone(Mask(bright, image.grid), inside, nothing, nothing > 0, detected.level)
    usual = float(np.median(image.data[bright])) - muscle.mode
    contrast = image.data - np.float32(muscle.mode)
    zone = bright
    for _ in range(ROUNDS):
        step = np.minimum(_local_step(contrast, zone, image.grid, settings.level_radius_mm), usual)
        zone = bright & (contrast > step / 2)
    touching = upsample(_touching(perilesional, settings.touching_mm)[box], image.grid)
    close = upsample(perilesional.downsampled.distance[box] <= settings.layer_within_mm, image.grid)
    zone = _without_strands(zone, inside, touching, close, image.grid, settings, settings.speckle_radius_mm)
    plane = image.grid.spacing, image.grid.slice_axis
    zone |= (
        close_in_plane(zone | inside, *plane, settings.gap_radius_mm)
        & bright
        & (contrast > settings.gap_fraction * step)
    )
    core = open_in_plane(zone | inside, *plane, settings.thread_radius_mm)[zone]
    distance = upsample(perilesional.downsampled.distance[box], image.grid)[zone]
    return EdemaZone(Mask(zone, image.grid), inside, distance, core, muscle.mode + usual / 2)


def _connected_cells(perilesional: Perilesional, bright: BoolArray, settings: EdemaSettings) -> BoolArray:
    downsampled = perilesional.downsampled
    close = downsampled.distance <= settings.layer_within_mm
    return _without_strands(
        bright, downsampled.lesion, _touching(perilesional, settings.touching_mm), close, downsampled.grid, settings
    )


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


def _without_strands(
    bright: BoolArray,
    lesion: BoolArray,
    touching: BoolArray,
    close: BoolArray,
    grid: Grid,
    settings: EdemaSettings,
    speckle_radius_mm: float = 0.0,
) -> BoolArray:
    """What is connected to the lesion by more than a strand; the lesion counts as bright, so that a thin halo stays.

    Bright tissue that a disc of the strand's radius fits in is a core, and so is a layer `close` to the lesion that one
    of the layer's radius fits in. Cores connected to the lesion are kept, with the bright tissue that lies within the
    strand's radius of a wide one in plane, less speckle.
    """
    plane, filled = (grid.spacing, grid.slice_axis), bright | lesion
    core = open_in_plane(filled, *plane, settings.thread_radius_mm)
    layers = open_in_plane(filled, *plane, settings.layer_radius_mm) & close
    kept = _connected((core | layers) & ~lesion, touching)
    near = dilate_in_plane(kept & core | lesion, *plane, settings.thread_radius_mm) | kept
    if speckle_radius_mm:
        filled = open_in_plane(filled, *plane, speckle_radius_mm)
    return _connected(filled & near & ~lesion, touching)


def _touching(perilesional: Perilesional, touching_mm: float) -> BoolArray:
    """The cells from which a piece counts as connected to the lesion."""
    return np.asarray(perilesional.downsampled.distance <= max(touching_mm, *perilesional.downsampled.grid.spacing))


def _connected(mask: BoolArray, touching: BoolArray) -> BoolArray:
    """The pieces (26 neighbours) of a mask that reach into `touching`."""
    import cc3d

    labels = cc3d.connected_components(mask.view(np.uint8), connectivity=26)
    kept = np.zeros(int(labels.max(initial=0)) + 1, dtype=bool)
    kept[labels[touching & mask]] = True
    kept[0] = False
    return np.asarray(kept[labels])
