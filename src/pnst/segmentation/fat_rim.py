"""A rim of fat along rays through a surface."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pnst.kernels.patches import local_quantile
from pnst.segmentation.settings import SplitFatSettings
from pnst.typing import BoolArray, FloatArray


class Rim(NamedTuple):
    """What each of n rays met."""

    begun: BoolArray
    """Whether fat begins at the surface and muscle follows."""
    thickness: FloatArray
    """mm of fat, integrated over the reach."""
    seen: BoolArray
    """Whether the ray stays in the image as far as the reach."""


def fat_rim(
    fraction: FloatArray,
    step_mm: float,
    surface: int,
    inward_mm: FloatArray,
    darkest: float,
    settings: SplitFatSettings,
) -> Rim:
    """Integrate the fat fraction (n, m), sampled outward every `step_mm`; NaN outside the image.

    Column `surface` lies on the surface. Fat that the voxels blur into the lesion counts, too: what falls off inwards
    from the surface within `inward_mm` (n,). Begun: `onset_fat_mm` within `onset_within_mm`, and muscle-like tissue
    after that and within `muscle_within_mm` of the surface; `darkest` is the fat fraction of air. Integrating is blind
    to where the slices fall; a threshold on the voxels is not.
    """
    outward = fraction[:, surface:]
    offsets = np.arange(outward.shape[1]) * step_mm
    reach = offsets <= settings.reach_mm
    seen = np.isfinite(outward[:, reach]).all(axis=1)
    fat = np.clip(np.nan_to_num(fraction), 0, 1)
    cells = (fat[:, surface + 1 :] + fat[:, surface:-1]) * (step_mm / 2)
    integral = np.concatenate([np.zeros((len(fat), 1)), np.cumsum(cells, axis=1)], axis=1)
    integral += _blurred_inwards(fat[:, surface::-1], step_mm, inward_mm)[:, None]
    begun = integral - _in_dead_zone(fat[:, surface:], step_mm, settings) >= settings.onset_fat_mm
    soon = begun[:, offsets <= settings.onset_within_mm].any(axis=1)
    muscle = (muscle_run(outward, step_mm, darkest, settings) & begun & (offsets <= settings.muscle_within_mm)).any(
        axis=1
    )
    return Rim(np.asarray(seen & soon & muscle), integral[:, reach][:, -1], np.asarray(seen))


def _in_dead_zone(fat: FloatArray, step_mm: float, settings: SplitFatSettings) -> FloatArray:
    """(n, m) mm: what the samples (n, m) of too little fat to tell from none have added to the integral."""
    little = np.where(fat <= settings.dead_zone_fraction, fat, 0)
    cells = (little[:, 1:] + little[:, :-1]) * (step_mm / 2)
    return np.concatenate([np.zeros((len(fat), 1)), np.cumsum(cells, axis=1)], axis=1)


def covered(rim: Rim, points: FloatArray, spacing_mm: float, settings: SplitFatSettings) -> BoolArray:
    """(n,): whether a rim of at least `least_fat_mm` covers each of the points (n, 3), about `spacing_mm` apart.

    A rim is blurred along the surface as well: its border lies where half of its fat is left. A fixed amount of fat
    would find thick rims too wide and thin ones too narrow.
    """
    fat = np.where(rim.begun, rim.thickness, 0)
    own = local_quantile(fat, points, spacing_mm, settings.border_near_mm, settings.rim_quantile)
    thick = (fat >= settings.least_fat_mm) | (own >= settings.least_fat_mm)
    return np.asarray(rim.begun & thick & (fat >= settings.border_fat_fraction * own))


def _blurred_inwards(fat: FloatArray, step_mm: float, inward_mm: FloatArray) -> FloatArray:
    """(n,) mm: fat (n, m) from the surface inwards as far as it falls off, above where it has fallen to."""
    falling = np.minimum.accumulate(fat, axis=1)
    within = np.arange(fat.shape[1]) * step_mm <= inward_mm[:, None] + step_mm / 2
    lowest = np.where(within, falling, 1).min(axis=1)
    above = np.where(within, falling - lowest[:, None], 0)
    return np.asarray((above.sum(axis=1) - above[:, 0] / 2) * step_mm)


def muscle_run(fraction: FloatArray, step_mm: float, darkest: float, settings: SplitFatSettings) -> BoolArray:
    """(n, m): whether the samples (n, m) from here on are muscle-like over `muscle_run_mm`.

    Air may be hardly darker than muscle on T1: what is nearer to the `darkest` than to muscle is not muscle-like.
    """
    length = max(1, round(settings.muscle_run_mm / step_mm))
    lowest = max(-settings.muscle_fraction, min(settings.dark_share * darkest, -settings.dead_zone_fraction))
    with np.errstate(invalid="ignore"):
        like = (fraction >= lowest) & (fraction <= settings.muscle_fraction)
    total = np.cumsum(np.pad(like, ((0, 0), (1, length)), constant_values=False), axis=1)
    return np.asarray(total[:, length:-1] - total[:, : -length - 1] == length)
