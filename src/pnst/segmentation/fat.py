"""Fat and muscle on T1 or a fat image.

The lesion is the anchor: it is nearly isointense to muscle there, so the mode of the surroundings nearest to the
lesion's median is muscle, and the brightest of the fullest modes above that is fat.
"""

from __future__ import annotations

import numpy as np

from pnst.kernels.histogram import Mode, sd_below
from pnst.segmentation.muscle import local_noise_sd, without_air
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.tissue import FatScale, TissueNotFound, tissue_modes
from pnst.typing import FloatArray

DARKEST_PERCENT = 0.5
"""Percentile of the cells that air or the cortex of a single bone reaches; noise moves it less than the minimum."""


def fat_scale(perilesional: Perilesional) -> FatScale:
    """Muscle and fat modes of a T1 or fat image; raises `TissueNotFound` when one of them does not show."""
    try:
        return _scale(perilesional, perilesional.lesion_median)
    except TissueNotFound:
        # a lesion most of which is blood is nearer to fat than to muscle
        darkest = perilesional.quantile(perilesional.settings.dark_lesion_quantile)
        try:
            return _scale(perilesional, darkest)
        except TissueNotFound:
            pass
        raise


def darkest_fraction(perilesional: Perilesional, scale: FatScale) -> float:
    """Fat fraction of the darkest that shows round the lesion: air or cortical bone, or the darkest muscle."""
    values = perilesional.downsampled.means
    return float(scale.fraction(np.percentile(values[np.isfinite(values)], [DARKEST_PERCENT]))[0])


def _scale(perilesional: Perilesional, lesion_level: float) -> FatScale:
    values = perilesional.downsampled.smooth[perilesional.downsampled.shell]
    settings, peaks = perilesional.settings, perilesional.modes(perilesional.downsampled.shell)
    if not peaks:
        raise TissueNotFound("the surroundings of the lesion hold too few voxels to tell tissues apart")
    intensity_range = float(np.subtract(*np.percentile(values, (99.5, 0.5))))
    tissues = tissue_modes(peaks, settings.min_mode_fraction)
    muscle = min(tissues, key=lambda mode: abs(mode.value - lesion_level))
    brighter = [mode for mode in peaks if mode.value > muscle.value + settings.fat_step_fraction * intensity_range]
    fat = _brightest(brighter, settings.fat_mode_ratio) if brighter else _bright_class(perilesional, values, muscle)
    if lesion_level > muscle.high and muscle not in without_air(perilesional, tissues):  # the nearest mode is air
        raise _not_told_apart("muscle", perilesional)
    return FatScale(muscle.value, fat, own_mode=bool(brighter))


def _brightest(peaks: list[Mode], ratio: float) -> float:
    """The brightest of the modes that are nearly the fullest: fat that a blurred border dilutes has a mode below it."""
    min_share = ratio * max(mode.share for mode in peaks)
    return max(mode.value for mode in peaks if mode.share >= min_share)


def _bright_class(perilesional: Perilesional, values: FloatArray, muscle: Mode) -> float:
    """The median of what is clearly brighter than muscle, for fat whose shading or thinness leaves it no mode.

    Clearly: the upper class of Otsu's threshold (1979) over what is brighter than muscle's mode holds
    `least_fat_fraction` of all and lies `fat_sd` of muscle's SDs above it, counted without smoothing; noise and oedema
    do not.
    """
    from skimage.filters import threshold_otsu

    settings = perilesional.settings
    above = values[values > muscle.value]
    bright = above[above > threshold_otsu(above)] if above.size else above
    sd = max(sd_below(values, muscle.value, muscle.low), *local_noise_sd(perilesional, [muscle]))
    threshold = muscle.value + settings.fat_sd * sd
    if bright.size < settings.least_fat_fraction * values.size or float(np.median(bright)) <= threshold:
        raise _not_told_apart("fat", perilesional)
    return float(np.median(bright))


def _not_told_apart(tissue: str, perilesional: Perilesional) -> TissueNotFound:
    return TissueNotFound(
        f"no {tissue} shows within {perilesional.reach_mm:g} mm of the lesion, so muscle and fat cannot be told apart"
    )
