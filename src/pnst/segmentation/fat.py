"""Fat and muscle on T1 or a fat image.

The lesion is the anchor: it is nearly isointense to muscle there, so the mode of the surroundings nearest to the
lesion's median is muscle, and the brightest of the fullest modes above that is fat.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from pnst.kernels.histogram import Mode, quantiles, sd_below
from pnst.segmentation.muscle import local_noise_sd, without_air
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.tissue import FatScale, TissueNotFound, tissue_modes

DARKEST_SHARE = 0.005
"""Quantile of the cells that air or the cortex of a single bone reaches; noise moves it less than the minimum."""
RANGE = (0.005, 0.995)
"""The quantiles between which the range of intensities lies."""


def fat_scale(perilesional: Perilesional) -> FatScale:
    """Muscle and fat modes of a T1 or fat image; raises `TissueNotFound` when one of them does not show."""
    missing, fat_beside = [], cache(partial(_fat_level, perilesional))
    for share in (0.5, perilesional.settings.dark_lesion_quantile):  # one most of which is blood is nearer to fat
        lesion_level = perilesional.quantile(share)
        if not perilesional.shell_modes:
            raise TissueNotFound("the surroundings of the lesion hold too few voxels to tell tissues apart")
        tissues = tissue_modes(perilesional.shell_modes, perilesional.settings.min_mode_fraction)
        muscle = min(tissues, key=lambda mode: abs(mode.value - lesion_level))
        fat = fat_beside(muscle)
        if fat is None:
            missing.append("fat")
        elif lesion_level > muscle.high and muscle not in without_air(perilesional, tissues):  # the nearest mode is air
            missing.append("muscle")
        else:
            return FatScale(muscle.value, *fat)
    raise _not_told_apart(missing[0], perilesional)


def darkest_fraction(perilesional: Perilesional, scale: FatScale) -> float:
    """Fat fraction of the darkest that shows round the lesion: air or cortical bone, or the darkest muscle."""
    values = perilesional.downsampled.means
    return float(scale.fraction(quantiles(np.sort(values[np.isfinite(values)]), [DARKEST_SHARE]))[0])


def _fat_level(perilesional: Perilesional, muscle: Mode) -> tuple[float, bool] | None:
    """The level of fat where that mode is muscle, and whether it is a mode of its own; None where fat does not show."""
    settings = perilesional.settings
    low, high = quantiles(perilesional.shell_values, RANGE)
    step = settings.fat_step_fraction * float(high - low)
    brighter = [mode for mode in perilesional.shell_modes if mode.value > muscle.value + step]
    if brighter:
        return _brightest(brighter, settings.fat_mode_ratio), True
    level = _bright_class(perilesional, muscle)
    return None if level is None else (level, False)


def _brightest(peaks: list[Mode], ratio: float) -> float:
    """The brightest of the modes that are nearly the fullest: fat that a blurred border dilutes has a mode below it."""
    min_share = ratio * max(mode.share for mode in peaks)
    return max(mode.value for mode in peaks if mode.share >= min_share)


def _bright_class(perilesional: Perilesional, muscle: Mode) -> float | None:
    """The median of what is clearly brighter than muscle, for fat whose shading or thinness leaves it no mode.

    Clearly: the upper class of Otsu's threshold (1979) over what is brighter than muscle's mode holds
    `least_fat_fraction` of all and lies `fat_sd` of muscle's SDs above it, counted without smoothing; noise and oedema
    do not.
    """
    from skimage.filters import threshold_otsu

    settings, values = perilesional.settings, perilesional.shell_values
    below, above = np.split(values, [np.searchsorted(values, values.dtype.type(muscle.value), side="right")])
    bright = above[np.searchsorted(above, threshold_otsu(above), side="right") :] if above.size else above
    if bright.size < max(1, settings.least_fat_fraction * values.size):
        return None
    level = float(bright[(bright.size - 1) // 2 : bright.size // 2 + 1].mean())
    if level <= muscle.value + settings.fat_sd * sd_below(below, muscle.value, muscle.low):
        return None  # the spread without smoothing takes longer to find, and would say no more
    return level if level > muscle.value + settings.fat_sd * local_noise_sd(perilesional, [muscle])[0] else None


def _not_told_apart(tissue: str, perilesional: Perilesional) -> TissueNotFound:
    return TissueNotFound(
        f"no {tissue} shows within {perilesional.reach_mm:g} mm of the lesion, so muscle and fat cannot be told apart"
    )
