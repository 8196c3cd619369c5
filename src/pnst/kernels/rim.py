"""A rim of fat along rays from a surface."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


class RimRule(NamedTuple):
    """When a ray is covered by a fat rim; lengths in mm."""

    reach_mm: float
    least_fat_mm: float
    onset_fat_mm: float
    onset_within_mm: float
    muscle_within_mm: float
    muscle_fraction: float
    """Muscle-like: the fat fraction stays within this distance of 0 …"""
    muscle_run_mm: float
    """… over this length."""


class Rim(NamedTuple):
    """What each of n rays met."""

    covered: BoolArray
    thickness: FloatArray
    """mm of fat, integrated over the reach."""
    seen: BoolArray
    """Whether the ray stays in the image as far as the reach."""


def fat_rim(fraction: FloatArray, step_mm: float, rule: RimRule) -> Rim:
    """Integrate the fat fraction (n, m), sampled from the surface outward every `step_mm`; NaN outside the image.

    Covered: at least `least_fat_mm` of fat within the reach, of which `onset_fat_mm` within `onset_within_mm`, and
    muscle-like tissue after the onset and within `muscle_within_mm` of the surface. Integrating is blind to where the
    slices fall; a threshold on the voxels is not.
    """
    offsets = np.arange(fraction.shape[1]) * step_mm
    reach = offsets <= rule.reach_mm
    seen = np.isfinite(fraction[:, reach]).all(axis=1)
    fat = np.clip(np.nan_to_num(fraction), 0, 1)
    cells = (fat[:, 1:] + fat[:, :-1]) * (step_mm / 2)
    integral = np.concatenate([np.zeros((len(fat), 1)), np.cumsum(cells, axis=1)], axis=1)
    thickness = integral[:, reach][:, -1]
    begun = integral >= rule.onset_fat_mm
    soon = begun[:, offsets <= rule.onset_within_mm].any(axis=1)
    run = _muscle_run(fraction, rule.muscle_fraction, max(1, round(rule.muscle_run_mm / step_mm)))
    muscle = (run & begun & (offsets <= rule.muscle_within_mm)).any(axis=1)
    covered = seen & (thickness >= rule.least_fat_mm) & soon & muscle
    return Rim(np.asarray(covered), thickness, np.asarray(seen))


def _muscle_run(fraction: FloatArray, largest: float, length: int) -> BoolArray:
    """(n, m): whether `length` samples from here on are muscle-like."""
    with np.errstate(invalid="ignore"):
        like = np.abs(fraction) <= largest
    total = np.cumsum(np.pad(like, ((0, 0), (1, length)), constant_values=False), axis=1)
    return np.asarray(total[:, length:-1] - total[:, : -length - 1] == length)
