"""Fluid outside the lesion on fat-suppressed T2: effusions, cysts and wide vessels, which are no oedema."""

from __future__ import annotations

import numpy as np

from pnst.kernels.morphology import dilate_in_plane, open_in_plane
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.settings import EdemaSettings
from pnst.typing import BoolArray, FloatArray


def fluid(
    perilesional: Perilesional, muscle: float, edema: float, fat_fraction: FloatArray | None, settings: EdemaSettings
) -> BoolArray:
    """(ni, nj, nk) of the surroundings' cells that hold fluid, outside the lesion.

    `muscle` and `edema` are those tissues' levels here; `fat_fraction`, that of T1 in the same cells (NaN outside T1),
    or None without a T1. What clearly is fluid is bounded at half the step to the oedema, in its slices and the next.
    """
    downsampled = perilesional.downsampled
    contrast = downsampled.smooth - np.float32(muscle)
    of_lesion = perilesional.lesion_median - muscle
    bright = contrast > max(settings.fluid_edema_ratio * (edema - muscle), settings.fluid_lesion_ratio * of_lesion)
    if fat_fraction is not None:
        with np.errstate(invalid="ignore"):
            bright |= (contrast > settings.fluid_dark_lesion_ratio * of_lesion) & (
                fat_fraction < settings.fluid_t1_fraction
            )
    bright &= ~downsampled.lesion
    plane = (downsampled.grid.spacing, downsampled.grid.slice_axis)
    cores = open_in_plane(bright, *plane, settings.fluid_radius_mm)
    if not cores.any():
        return cores
    near = _and_next_slices(dilate_in_plane(cores, *plane, settings.fluid_radius_mm), downsampled.grid.slice_axis)
    half = (edema - muscle + float(np.median(contrast[cores]))) / 2
    return cores | (near & (contrast > half) & ~downsampled.lesion)


def _and_next_slices(mask: BoolArray, slice_axis: int) -> BoolArray:
    stack = np.moveaxis(mask, slice_axis, 0)
    out = stack.copy()
    out[1:] |= stack[:-1]
    out[:-1] |= stack[1:]
    return np.moveaxis(out, 0, slice_axis)
