"""Fat and muscle on T1 or a fat image.

The lesion is the anchor: it is nearly isointense to muscle there, so the mode of the surroundings nearest to the
lesion's median is muscle, and the brightest of the fullest modes above that is fat.
"""

from __future__ import annotations

import numpy as np

from pnst.kernels.histogram import Mode, modes, sd_below
from pnst.segmentation.muscle import local_noise_sd, without_air
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.tissue import FatScale, TissueNotFound, tissue_modes
from pnst.typing import FloatArray

NEARLY = 0.5
"""Of the fullest mode's share."""
DARK_PART = 0.1
"""Quantile of a lesion's intensity that tumour still has where most of it is blood."""


def fat_scale(perilesional: Perilesional) -> FatScale:
    """Muscle and fat modes of a T1 or fat image; raises `TissueNotFound` when one of them does not show."""
    try:
        return _scale(perilesional, perilesional.lesion_median)
    except TissueNotFound:
        darkest = perilesional.quantile(DARK_PART)  # a lesion most of which is blood is nearer to fat than to muscle
        try:
            return _scale(perilesional, darkest)
        except TissueNotFound:
            pass
        raise


def _scale(perilesional: Perilesional, lesion_median: float) -> FatScale:
    values, rule = perilesional.downsampled.smooth[perilesional.downsampled.shell], perilesional.rule
    found = modes(values)
    if not found:
        raise TissueNotFound("the surroundings of the lesion hold too few voxels to tell tissues apart")
    intensity_range = float(np.subtract(*np.percentile(values, (99.5, 0.5))))
    muscle = min(tissue_modes(found), key=lambda mode: abs(mode.value - lesion_median))
    brighter = [mode for mode in found if mode.value > muscle.value + rule.fat_step * intensity_range]
    fat = _brightest(brighter) if brighter else _bright_class(perilesional, values, muscle)
    if lesion_median > muscle.high and muscle not in without_air(
        perilesional, tissue_modes(found)
    ):  # the nearest mode is air
        raise TissueNotFound(
            f"no muscle shows within {rule.near_mm:g} mm of the lesion, so muscle and fat cannot be told apart"
        )
    return FatScale(muscle.value, fat, own_mode=bool(brighter))


def _brightest(found: list[Mode]) -> float:
    """The brightest of the modes that are nearly the fullest: fat that a blurred border dilutes has a mode below it."""
    least = NEARLY * max(mode.share for mode in found)
    return max(mode.value for mode in found if mode.share >= least)


def _bright_class(perilesional: Perilesional, values: FloatArray, muscle: Mode) -> float:
    """The median of what is clearly brighter than muscle, for fat whose shading or thinness leaves it no mode.

    Clearly: the upper class of Otsu's threshold (1979) over what is brighter than muscle's mode holds the rule's share
    of all and lies the rule's count of muscle's SDs above it, counted without smoothing; noise and oedema do not.
    """
    from skimage.filters import threshold_otsu

    rule = perilesional.rule
    above = values[values > muscle.value]
    bright = above[above > threshold_otsu(above)] if above.size else above
    sd = max(sd_below(values, muscle.value, muscle.low), *local_noise_sd(perilesional, [muscle]))
    least = muscle.value + rule.fat_sd * sd
    if bright.size < rule.least_fat_share * values.size or float(np.median(bright)) <= least:
        raise TissueNotFound(
            f"no fat shows within {rule.near_mm:g} mm of the lesion, so muscle and fat cannot be told apart"
        )
    return float(np.median(bright))
