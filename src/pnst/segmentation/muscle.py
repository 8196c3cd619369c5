"""Muscle: where it lies on T1, and its level on any image."""

from __future__ import annotations

import numpy as np

from pnst.image import Mask
from pnst.kernels.histogram import Mode, bin_width, quantiles, sd_below
from pnst.kernels.morphology import open_in_plane
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.tissue import FatScale, MuscleLevel, TissueNotFound, tissue_modes
from pnst.typing import BoolArray, FloatArray

DARKEST_SHARE = 0.005
"""Quantile of what is known to be muscle under which lie voxels of something else."""
LOCAL_NOISE_SHARE = 0.05
"""Quantile of the local spread that is noise."""


def muscle_on_t1(perilesional: Perilesional, scale: FatScale) -> Mask:
    """Muscle's cells on a T1 image: the smoothed and the raw intensity both near the muscle mode, off the lesion.

    Edges between brighter and darker tissue are left out: 6 % of such cells in a slim limb, where they are a mode of
    their own on another series.
    """
    downsampled, settings = perilesional.downsampled, perilesional.settings
    smooth, raw = scale.fraction(downsampled.smooth), scale.fraction(downsampled.raw)
    level = np.abs(smooth) < settings.muscle_fraction
    plane = downsampled.grid.spacing, downsampled.grid.slice_axis
    core = open_in_plane(level | downsampled.lesion, *plane, settings.muscle_radius_mm)
    single = np.abs(raw) < 2 * settings.muscle_fraction
    return Mask(core & level & single & downsampled.shell, downsampled.grid)


def muscle_level(perilesional: Perilesional, muscle: BoolArray | None, source: str) -> MuscleLevel:
    """Muscle's mode and SD on an image: from cells known to be muscle, or, without them, from the histogram alone.

    Without `muscle` (ni, nj, nk): the fullest mode below the lesion's median, air left out. Raises `TissueNotFound`.
    """
    where = _cells(perilesional, muscle)
    values = perilesional.values(where)
    peaks = perilesional.modes(values)
    if not peaks or (muscle is None and peaks[0].low == peaks[0].high):
        raise TissueNotFound("too little muscle shows round the lesion to serve as a reference")
    tissues = tissue_modes(peaks, perilesional.settings.min_mode_fraction)
    if muscle is None:
        tissues = without_air(perilesional, tissues)
        lesion_median = perilesional.lesion_median
        darker = [mode for mode in tissues if mode.value < lesion_median] or tissues
        chosen = max(darker, key=lambda mode: mode.share)
    else:
        # What looks like muscle on T1 may be oedema: of the modes that hold a fair share, muscle is the darkest.
        chosen = min(tissues, key=lambda mode: mode.value)
    return _level(perilesional, where, values, chosen, source, given=muscle is not None)


def darker_muscle(
    perilesional: Perilesional, muscle: BoolArray | None, near: MuscleLevel, below: float, source: str
) -> MuscleLevel:
    """Muscle that is darker than what was found near a lesion, which was oedema if it does not go on.

    The fullest mode under the level `below`, provided that tissue as bright as `near` is missing from the outermost
    third of what is seen. Raises `TissueNotFound` where nothing is as dark, or where the bright tissue goes on: it may
    be the body's own then, and what is darker fat.
    """
    where = _cells(perilesional, muscle)
    values = perilesional.values(where)
    tissues = tissue_modes(perilesional.modes(values), perilesional.settings.min_mode_fraction)
    if muscle is None:
        tissues = without_air(perilesional, tissues)
    dark = [mode for mode in tissues if mode.value < below]
    if not dark:
        raise TissueNotFound(f"nothing as dark as muscle shows within {perilesional.reach_mm:g} mm of the lesion")
    chosen = max(dark, key=lambda mode: mode.share)
    if _goes_on(perilesional, where & (perilesional.downsampled.smooth >= chosen.low), (near.mode + chosen.value) / 2):
        raise TissueNotFound("what may be muscle near the lesion goes on as far as is seen")
    return _level(perilesional, where, values, chosen, source, given=muscle is not None)


def _cells(perilesional: Perilesional, muscle: BoolArray | None) -> BoolArray:
    """Where muscle is looked for: in the cells (ni, nj, nk) known to be `muscle`, or, without them, in all round."""
    downsampled = perilesional.downsampled
    return downsampled.shell if muscle is None else muscle & np.isfinite(downsampled.raw)


def _goes_on(perilesional: Perilesional, tissue: BoolArray, above: float) -> bool:
    """Whether what is brighter than a level goes on in the outermost third of the cells of a tissue (ni, nj, nk)."""
    downsampled, settings = perilesional.downsampled, perilesional.settings
    outer_mm = np.quantile(downsampled.distance[tissue], settings.muscle_outer_quantile)
    outer = tissue & (downsampled.distance >= outer_mm)
    return bool(np.mean(downsampled.smooth[outer] > above) >= settings.muscle_goes_on_fraction)


def _level(
    perilesional: Perilesional, where: BoolArray, values: FloatArray, chosen: Mode, source: str, *, given: bool
) -> MuscleLevel:
    """A mode of the `values` of the cells `where` as muscle's; `given`: those cells are known to be muscle."""
    downsampled = perilesional.downsampled
    raw = downsampled.raw[where & (downsampled.smooth >= chosen.low) & (downsampled.smooth <= chosen.high)]
    floor = (
        float(quantiles(np.sort(raw[np.isfinite(raw)]), [DARKEST_SHARE])[0]) if given else 2 * chosen.low - chosen.value
    )
    # Without noise muscle has no spread, but its mode is known only to a bin of the histogram.
    return MuscleLevel(chosen.value, max(sd_below(raw, chosen.value, floor), bin_width(values)), source)


def without_air(perilesional: Perilesional, tissues: list[Mode]) -> list[Mode]:
    """Modes, lowest first, less the lowest where its noise is weaker than in the next: air."""
    if len(tissues) < 2:
        return tissues
    lowest, following = local_noise_sd(perilesional, tissues[:2])
    return tissues[1:] if lowest < perilesional.settings.air_noise_ratio * following else tissues


def local_noise_sd(perilesional: Perilesional, tissues: list[Mode]) -> list[float]:
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
        downsampled.shell & (downsampled.smooth >= mode.low) & (downsampled.smooth <= mode.high) for mode in tissues
    )
    low = (quantiles(np.sort(variance[where]), [LOCAL_NOISE_SHARE])[0] for where in in_mode)
    return [float(np.sqrt(one)) if one >= 0 else 0.0 for one in low]
