"""What is told apart within the cord on T2: its own signal, oedema, and fluid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pnst.kernels.histogram import modes, sd_below
from pnst.kernels.morphology import dilate
from pnst.typing import BoolArray, FloatArray

MIN_PROMINENCE = 0.15
MIN_SHARE = 0.15
"""Of the cord: less of it is not its normal part."""
EDGE_VOXELS = 3
"""The cord's edge is no thicker."""
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
    peaks = modes(ordered, MIN_PROMINENCE, MIN_SHARE)
    mode = peaks[0].value if peaks else float(np.quantile(ordered, 0.25))
    return CordLevel(mode, sd_below(ordered, mode, float(ordered[0])))


def inner_cord(cord: BoolArray, lesion: BoolArray, spacing: Sequence[float], edge_mm: float) -> BoolArray:
    """Cord (ni, nj, nk) deeper than its edge, where fluid mixes in, and off the lesion's; `spacing` (3,) in mm."""
    import edt

    body = np.ascontiguousarray(cord | lesion).view(np.uint8)
    deep = edt.edt(body, anisotropy=tuple(spacing)) > edge_mm + min(spacing) / 2
    return np.asarray(deep & cord & ~dilate(lesion))


@dataclass(frozen=True, eq=False)
class CordEdema:
    """Bright cord that is connected to the lesion; both (ni, nj, nk)."""

    inner: BoolArray
    """Off the cord's edge."""
    whole: BoolArray
    """With the cord's edge beside it."""


def cord_edema(
    data: FloatArray, cord: BoolArray, lesion: BoolArray, inner: BoolArray, fluid: BoolArray, threshold: float
) -> CordEdema:
    """Cord brighter than a threshold off its edge (`inner`) that is connected to the lesion, and is no fluid.

    The edge beside it, as far as the edge reaches, is taken in where it is brighter than half-way between the threshold
    and the oedema's median.
    """
    import cc3d

    values = np.nan_to_num(data, nan=-np.inf)
    bright = inner & ~dilate(fluid) & (values > threshold)
    labels = cc3d.connected_components(np.ascontiguousarray(bright).view(np.uint8), connectivity=6)
    touching = np.unique(labels[dilate(lesion, (REACH_VOXELS,) * 3) & bright])
    detected = bright & np.isin(labels, touching[touching > 0])
    if not detected.any():
        return CordEdema(detected, detected)
    half = (threshold + float(np.median(values[detected]))) / 2
    edge = cord & ~inner & ~lesion & ~fluid
    near = dilate(detected, (EDGE_VOXELS,) * 3) & edge & (values > half)
    return CordEdema(detected, detected | near)
