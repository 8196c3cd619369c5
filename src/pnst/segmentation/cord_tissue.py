"""What is told apart within the cord on T2: its own signal, oedema, and fluid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.histogram import modes, sd_below
from pnst.kernels.morphology import dilate, erode
from pnst.typing import BoolArray, FloatArray

MIN_PROMINENCE = 0.15
MIN_SHARE = 0.15
"""Of the cord: less of it is not its normal part."""
REACH_VOXELS = 3
"""Oedema is connected to the lesion when it comes this near to it; the voxel at its border holds a part of it."""


@dataclass(frozen=True)
class CordLevel:
    """The signal of the cord where nothing is wrong with it."""

    mode: float
    sd: float


def cord_level(values: FloatArray) -> CordLevel:
    """From the values (n,) of cord off its edge: the lowest mode of a fair share, its SD from below it.

    What is wrong with a cord makes it brighter on T2. Of fewer than 256 values, or of no clear mode, the median of the
    darker half.
    """
    ordered = np.sort(values[np.isfinite(values)])
    found = modes(ordered, MIN_PROMINENCE, MIN_SHARE)
    mode = found[0].value if found else float(np.quantile(ordered, 0.25))
    return CordLevel(mode, sd_below(ordered, mode, float(ordered[0])))


def inner_cord(cord: BoolArray, lesion: BoolArray) -> BoolArray:
    """Cord off its edge (ni, nj, nk), where fluid mixes in, and off the lesion's."""
    return np.asarray(erode(cord | lesion) & cord & ~dilate(lesion))


def cord_edema(
    data: FloatArray, cord: BoolArray, lesion: BoolArray, fluid: BoolArray, level: CordLevel, sds: float
) -> BoolArray:
    """(ni, nj, nk): cord brighter than its mode by `sds` SDs that is connected to the lesion, no fluid.

    Found off the cord's edge; then bounded at half the step to its own median, the cord's edge beside it taken in.
    """
    import cc3d

    inner = inner_cord(cord, lesion) & ~dilate(fluid)
    bright = inner & (np.nan_to_num(data, nan=-np.inf) > level.mode + sds * level.sd)
    labels = cc3d.connected_components(np.ascontiguousarray(bright).view(np.uint8), connectivity=26)
    touching = np.unique(labels[dilate(lesion, (REACH_VOXELS,) * 3) & bright])
    detected = bright & np.isin(labels, touching[touching > 0])
    if not detected.any():
        return detected
    half = (level.mode + float(np.median(data[detected]))) / 2
    edge = dilate(detected) & cord & ~lesion & ~fluid
    return np.asarray((detected | edge) & (np.nan_to_num(data, nan=-np.inf) > half))
