"""Where muscle and fat lie in the intensities of an image near a lesion.

The lesion is the anchor: on T1 (and on a fat image) it is nearly isointense to muscle, so the mode of the
surroundings nearest to the lesion's median is muscle, and the fullest mode above that is fat. Nothing depends on the
image's scale or offset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import BoolArray, FloatArray, Mask, Volume, bounding_box
from pnst.kernels.histogram import BINS, Mode, modes, sd_below

NEAR_MM = 50.0
"""Tissue is looked for this far round the lesion."""
CLEAR_MM = 3.0
"""… but not within this distance of it, where voxels hold a part of it."""
SMOOTHING_MM = 1.0
LEAST_TISSUE_SHARE = 0.05
"""A mode that holds less of the voxels looked at is an edge where two tissues mix, not a tissue."""
LEAST_FAT_SHARE = 0.02
FAT_SD = 6.0
"""Fat without a mode of its own holds at least this share, and lies this many of muscle's SDs above it."""
FAT_STEP = 0.25
"""Fat lies above muscle by at least this share of the range of intensities."""


class TissueNotFound(Exception):
    """An image does not show the tissue that a measurement is made against; the message says which and why."""


@dataclass(frozen=True)
class MuscleLevel:
    """Muscle's mode and the SD of its voxels, taken from below the mode."""

    mode: float
    sd: float
    source: str
    """In words: "given mask", "muscle on T1", "histogram"."""


@dataclass(frozen=True)
class FatScale:
    """Fat fraction of a voxel: 0 at the muscle mode, 1 at the fat mode of one image."""

    muscle: float
    fat: float
    own_mode: bool = True
    """Whether fat has a mode of its own; else its level is the median of what is clearly brighter than muscle."""

    def fraction(self, intensity: FloatArray) -> FloatArray:
        """Fat fraction, not clipped: noise stays symmetrical round 0, and air is negative."""
        return np.asarray((intensity - self.muscle) / (self.fat - self.muscle), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The crop of an image round a lesion, with each voxel's distance from it."""

    volume: Volume
    lesion: Mask
    distance: FloatArray
    """mm from the lesion's voxels, 0 inside."""
    smooth: FloatArray
    """The image smoothed in plane: modes stand out, edges are not displaced by more than a voxel."""

    @property
    def shell(self) -> BoolArray:
        """The voxels in which tissue is looked for; image without data (NaN) left out."""
        near = (self.distance > CLEAR_MM) & (self.distance <= NEAR_MM)
        return np.asarray(near & np.isfinite(self.volume.data))

    @property
    def anchor(self) -> float:
        """The lesion's own median; raises `TissueNotFound` when the image holds no number there."""
        inside = self.volume.data[self.lesion.data]
        inside = inside[np.isfinite(inside)]
        if not inside.size:
            raise TissueNotFound("the series holds no data within the lesion")
        return float(np.median(inside))


def surroundings(volume: Volume, lesion: Mask, reach_mm: float = NEAR_MM) -> Surroundings:
    """Crop an image to a lesion (a mask on the image's own grid) and its surroundings."""
    import edt
    from scipy.ndimage import gaussian_filter

    box = bounding_box(lesion.data, lesion.grid.spacing, reach_mm)
    if box is None:
        raise TissueNotFound("the lesion lies outside this series")
    part, inside = volume.crop(box), lesion.crop(box)
    spacing = part.grid.spacing
    distance = edt.edt((~inside.data).astype(np.uint8), anisotropy=spacing)
    sigmas = [SMOOTHING_MM / s if s <= 2 * SMOOTHING_MM else 0.0 for s in spacing]
    filled = np.nan_to_num(part.data.astype(np.float32))
    return Surroundings(part, inside, distance, gaussian_filter(filled, sigmas))


def fat_scale(around: Surroundings) -> FatScale:
    """Muscle and fat modes of a T1 or fat image; raises `TissueNotFound` when one of them does not show."""
    values = around.smooth[around.shell]
    found = modes(values)
    anchor = around.anchor
    if not found:
        raise TissueNotFound("the surroundings of the lesion hold too few voxels to tell tissues apart")
    spread = float(np.subtract(*np.percentile(values, (99.5, 0.5))))
    muscle = min(_fair(found), key=lambda mode: abs(mode.value - anchor))
    brighter = [mode for mode in found if mode.value > muscle.value + FAT_STEP * spread]
    fat = max(brighter, key=lambda mode: mode.share).value if brighter else _bright_class(values, muscle)
    if anchor > muscle.high and muscle not in _without_air(around, _fair(found)):  # the nearest mode is air
        raise TissueNotFound("no muscle shows within 50 mm of the lesion, so muscle and fat cannot be told apart")
    return FatScale(muscle.value, fat, own_mode=bool(brighter))


def _bright_class(values: FloatArray, muscle: Mode) -> float:
    """The median of what is clearly brighter than muscle, for fat whose shading or thinness leaves it no mode.

    Clearly: the upper class of Otsu's threshold (1979) over what is brighter than muscle's mode holds `LEAST_FAT_SHARE`
    of all and lies `FAT_SD` of muscle's SDs above it; noise and oedema do not.
    """
    from skimage.filters import threshold_otsu

    above = values[values > muscle.value]
    bright = above[above > threshold_otsu(above)] if above.size else above
    least = muscle.value + FAT_SD * sd_below(values, muscle.value, muscle.low)
    if bright.size < LEAST_FAT_SHARE * values.size or float(np.median(bright)) <= least:
        raise TissueNotFound("no fat shows within 50 mm of the lesion, so muscle and fat cannot be told apart")
    return float(np.median(bright))


def muscle_on_t1(around: Surroundings, scale: FatScale) -> Mask:
    """Muscle voxels of a T1 image: the smoothed and the raw intensity both near the muscle mode, off the lesion."""
    low, high = -0.15, 0.15
    smooth, raw = scale.fraction(around.smooth), scale.fraction(around.volume.data)
    inside = (smooth > low) & (smooth < high) & (raw > 2 * low) & (raw < 2 * high)
    return Mask(inside & around.shell, around.volume.grid)


def muscle_level(around: Surroundings, muscle: BoolArray | None, source: str) -> MuscleLevel:
    """Muscle's mode and SD on an image: from the voxels of a muscle mask, or, without one, from the histogram alone.

    Without a mask: the fullest mode below the lesion's median, air left out. Air is the lowest mode where its noise is
    weaker than in the next (magnitude noise without signal has 0.655 of the SD that it has in tissue).
    """
    where = around.shell if muscle is None else muscle & np.isfinite(around.volume.data)
    found = modes(around.smooth[where])
    if not found or (muscle is None and found[0].low == found[0].high):
        raise TissueNotFound("too little muscle shows round the lesion to serve as a reference")
    if muscle is None:
        found = _without_air(around, _fair(found))
        anchor = around.anchor
        found = [mode for mode in found if mode.value < anchor] or found
        chosen = max(found, key=lambda mode: mode.share)
    else:
        # What looks like muscle on T1 may be oedema: of the modes that hold a fair share, muscle is the darkest.
        chosen = min(_fair(found), key=lambda mode: mode.value)
    values = around.volume.data[where & (around.smooth >= chosen.low) & (around.smooth <= chosen.high)]
    floor = float(np.percentile(values, 0.5)) if muscle is not None else 2 * chosen.low - chosen.value
    # Without noise muscle has no spread, but its mode is known only to a bin of the histogram.
    bin_width = float(np.ptp(np.percentile(around.smooth[where], (0.2, 99.8)))) / BINS
    sd = max(sd_below(values, chosen.value, floor), bin_width)
    return MuscleLevel(chosen.value, sd, source)


def _fair(found: list[Mode]) -> list[Mode]:
    """The modes that are tissues rather than edges; all of them where none is."""
    return [mode for mode in found if mode.share >= LEAST_TISSUE_SHARE] or found


def _without_air(around: Surroundings, found: list[Mode]) -> list[Mode]:
    if len(found) < 2:
        return found
    lowest, following = (_noise_in(around, mode) for mode in found[:2])
    return found[1:] if lowest < 0.8 * following else found


def _noise_in(around: Surroundings, mode: Mode) -> float:
    """Low percentile of the local spread in the voxels of a mode: what texture and edges do not raise."""
    from scipy.ndimage import uniform_filter

    data = np.nan_to_num(around.volume.data.astype(np.float32))
    size = [5 if s <= 2 * min(around.volume.grid.spacing) else 1 for s in around.volume.grid.spacing]
    mean = uniform_filter(data, size)
    variance = np.maximum(uniform_filter(data * data, size) - mean * mean, 0)
    where = around.shell & (around.smooth >= mode.low) & (around.smooth <= mode.high)
    return float(np.sqrt(np.percentile(variance[where], 20))) if where.any() else 0.0
