"""Muscle: where it lies on T1, and its level on any image."""

from __future__ import annotations

import numpy as np

from pnst.image import Mask
from pnst.kernels.histogram import BINS, Mode, modes, sd_below
from pnst.kernels.morphology import open_in_plane
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.tissue import FatScale, MuscleLevel, TissueNotFound, tissue_modes
from pnst.typing import BoolArray

MUSCLE_FRACTION = 0.15
"""On T1 muscle's smoothed fat fraction stays this near to 0, and that of a single voxel within twice as much."""
EDGE_RADIUS_MM = 2.0
"""A disc of this radius fits into muscle; it does not into the edge between fat and air or cortical bone, whose voxels
hold a share of both and pass through muscle's level."""
OUTERMOST = 2 / 3
GOES_ON_SHARE = 0.1
"""A tissue of which the outermost third of what is seen holds more than this is not confined to the lesion."""
AIR_NOISE_RATIO = 0.8
"""Air is noisier than nothing but quieter than tissue: magnitude noise without signal has 0.655 of its SD."""


def muscle_on_t1(perilesional: Perilesional, scale: FatScale) -> Mask:
    """Muscle's cells on a T1 image: the smoothed and the raw intensity both near the muscle mode, off the lesion.

    Edges between brighter and darker tissue are left out: 6 % of such cells in a slim limb, where they are a mode of
    their own on another series.
    """
    downsampled = perilesional.downsampled
    smooth, raw = scale.fraction(downsampled.smooth), scale.fraction(downsampled.raw)
    level = np.abs(smooth) < MUSCLE_FRACTION
    wide = open_in_plane(
        level | downsampled.lesion, downsampled.grid.spacing, downsampled.grid.slice_axis, EDGE_RADIUS_MM
    )
    return Mask(wide & level & (np.abs(raw) < 2 * MUSCLE_FRACTION) & downsampled.shell, downsampled.grid)


def muscle_level(perilesional: Perilesional, muscle: BoolArray | None, source: str) -> MuscleLevel:
    """Muscle's mode and SD on an image: from cells known to be muscle, or, without them, from the histogram alone.

    Without `muscle` (ni, nj, nk): the fullest mode below the lesion's median, air left out. Raises `TissueNotFound`.
    """
    downsampled = perilesional.downsampled
    where = downsampled.shell if muscle is None else muscle & np.isfinite(downsampled.raw)
    found = modes(downsampled.smooth[where])
    if not found or (muscle is None and found[0].low == found[0].high):
        raise TissueNotFound("too little muscle shows round the lesion to serve as a reference")
    if muscle is None:
        found = without_air(perilesional, tissue_modes(found))
        lesion_median = perilesional.lesion_median
        found = [mode for mode in found if mode.value < lesion_median] or found
        chosen = max(found, key=lambda mode: mode.share)
    else:
        # What looks like muscle on T1 may be oedema: of the modes that hold a fair share, muscle is the darkest.
        chosen = min(tissue_modes(found), key=lambda mode: mode.value)
    return _level(perilesional, where, chosen, source, given=muscle is not None)


def darker_muscle(
    perilesional: Perilesional, muscle: BoolArray | None, near: MuscleLevel, below: float, source: str
) -> MuscleLevel:
    """Muscle that is darker than what was found near a lesion, which was oedema if it does not go on.

    The fullest mode under the level `below`, provided that tissue as bright as `near` is missing from the outermost
    third of what is seen. Raises `TissueNotFound` where nothing is as dark, or where the bright tissue goes on: it may
    be the body's own then, and what is darker fat.
    """
    downsampled = perilesional.downsampled
    where = downsampled.shell if muscle is None else muscle & np.isfinite(downsampled.raw)
    found = tissue_modes(modes(downsampled.smooth[where]))
    dark = [mode for mode in (without_air(perilesional, found) if muscle is None else found) if mode.value < below]
    if not dark:
        raise TissueNotFound(f"nothing as dark as muscle shows within {perilesional.rule.near_mm:g} mm of the lesion")
    chosen = max(dark, key=lambda mode: mode.share)
    tissue = where & (downsampled.smooth >= chosen.low)
    outer = tissue & (downsampled.distance >= np.quantile(downsampled.distance[tissue], OUTERMOST))
    if np.mean(downsampled.smooth[outer] > (near.mode + chosen.value) / 2) >= GOES_ON_SHARE:
        raise TissueNotFound("what may be muscle near the lesion goes on as far as is seen")
    return _level(perilesional, where, chosen, source, given=muscle is not None)


def _level(perilesional: Perilesional, where: BoolArray, chosen: Mode, source: str, *, given: bool) -> MuscleLevel:
    """A mode of the cells `where` as muscle's; `given`: those cells are known to be muscle."""
    downsampled = perilesional.downsampled
    values = downsampled.raw[where & (downsampled.smooth >= chosen.low) & (downsampled.smooth <= chosen.high)]
    floor = float(np.nanpercentile(values, 0.5)) if given else 2 * chosen.low - chosen.value
    # Without noise muscle has no spread, but its mode is known only to a bin of the histogram.
    bin_width = float(np.ptp(np.percentile(downsampled.smooth[where], (0.2, 99.8)))) / BINS
    return MuscleLevel(chosen.value, max(sd_below(values, chosen.value, floor), bin_width), source)


def without_air(perilesional: Perilesional, found: list[Mode]) -> list[Mode]:
    """Modes, lowest first, less the lowest where its noise is weaker than in the next: air."""
    if len(found) < 2:
        return found
    lowest, following = local_noise_sd(perilesional, found[:2])
    return found[1:] if lowest < AIR_NOISE_RATIO * following else found


def local_noise_sd(perilesional: Perilesional, found: list[Mode]) -> list[float]:
    """Low percentile of the local spread in the cells of each mode: what texture and edges do not raise.

    The spread is taken about the local mean, so that a slope (shading, strongest in fat) is no spread.
    """
    from scipy.ndimage import uniform_filter

    downsampled = perilesional.downsampled
    data = np.nan_to_num(downsampled.raw)
    size = [5 if s <= 2 * min(downsampled.grid.spacing) else 1 for s in downsampled.grid.spacing]
    residual = data - uniform_filter(data, size)
    variance = uniform_filter(residual * residual, size)
    in_mode = (
        downsampled.shell & (downsampled.smooth >= mode.low) & (downsampled.smooth <= mode.high) for mode in found
    )
    return [float(np.sqrt(np.percentile(variance[where], 5))) if where.any() else 0.0 for where in in_mode]
