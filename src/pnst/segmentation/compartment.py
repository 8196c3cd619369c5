"""What tissue a lesion lies in, read along rays through its surface."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from pnst.segmentation.fat_rim import muscle_run
from pnst.segmentation.settings import SplitFatSettings
from pnst.typing import BoolArray, FloatArray

Compartment = Literal["intermuscular", "intramuscular", "fat", "unclear"]
"""What a lesion lies in."""


class TissueMet(NamedTuple):
    """What each of n rays met outside the lesion."""

    read: BoolArray
    """Whether it met fat or muscle: air and cortical bone, other lesions and the border of the image tell nothing."""
    fat_near: BoolArray
    """Whether it met fat near the surface, with or without muscle before or after it."""
    buried: BoolArray
    """Whether it met fat, and no muscle."""


def tissue_met(
    fraction: FloatArray, step_mm: float, blur_mm: FloatArray, darkest: float, settings: SplitFatSettings
) -> TissueMet:
    """What rays met whose fat fraction (n, m) was sampled outward from the surface every `step_mm`.

    NaN outside the image; the voxels blur a border by an SD of `blur_mm` (n,) along each; `darkest` is the fat fraction
    of air. Fat is met where its integral reaches `onset_fat_mm`:
    that is blind to where the slices fall, and no speck of noise reaches it. Fractions within the dead zone add nothing
    to it, or a long way through oedema would.
    """
    offsets = np.arange(fraction.shape[1]) * step_mm
    reached = offsets <= settings.reach_mm
    fat = np.where(fraction > settings.dead_zone_fraction, np.minimum(fraction, 1), 0)  # NaN adds nothing
    cells = (fat[:, 1:] + fat[:, :-1]) * (step_mm / 2)
    passed = np.concatenate([np.zeros((len(fat), 1)), np.cumsum(cells, axis=1)], axis=1)
    near_mm = passed[:, offsets <= settings.near_mm][:, -1]
    run = muscle_run(fraction, step_mm, darkest, settings)
    fat_met, muscle_met = passed[:, reached][:, -1] >= settings.onset_fat_mm, run[:, reached].any(axis=1)
    muscle = run[:, offsets <= settings.muscle_within_mm].any(axis=1)
    whole = np.isfinite(fraction).all(axis=1)
    # Fat whose far side is not seen may have muscle there; muscle that was met stays met.
    read = np.isfinite(fraction[:, reached]).all(axis=1) & np.where(fat_met & ~muscle, whole, fat_met | muscle_met)
    return TissueMet(
        np.asarray(read),
        np.asarray(near_mm >= _blurred_onset(settings.onset_fat_mm, blur_mm)),
        np.asarray(fat_met & ~muscle),
    )


def _blurred_onset(onset_mm: float, blur_mm: FloatArray) -> FloatArray:
    """(n,): what the integral of fat reaches `onset_mm` behind a border that is blurred by an SD of `blur_mm` (n,).

    b (φ(x/b) + x/b Φ(x/b)) in place of x: thick slices show fat from beyond `near_mm` within it.
    """
    from scipy.special import ndtr

    ratio = onset_mm / np.maximum(blur_mm, 1e-6)
    return np.asarray(onset_mm * ndtr(ratio) + blur_mm * np.exp(-(ratio**2) / 2) / np.sqrt(2 * np.pi))


def compartment(met: TissueMet, area: FloatArray, settings: SplitFatSettings) -> Compartment:
    """What a lesion lies in whose surface's parts, of `area` (n,), met these tissues."""
    read = np.where(met.read, area, 0.0)
    if read.sum() < settings.min_read_fraction * area.sum() or not read.any():
        return "unclear"
    if np.average(met.buried, weights=read) > settings.buried_surface_fraction:
        return "fat"
    near = np.average(met.fat_near, weights=read)
    return "intramuscular" if near < settings.near_surface_fraction else "intermuscular"
