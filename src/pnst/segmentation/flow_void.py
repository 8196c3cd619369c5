"""Dark pieces that may be vessels without signal: what is darker than muscle by far, and no bone, fat or air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.ball import dilate_by_ball
from pnst.kernels.box import bounding_box
from pnst.kernels.morphology import dilate, open_in_plane
from pnst.typing import BoolArray, FloatArray, IntArray

LEVEL_MM = 2.0
"""The level round a piece is a mean weighted by a Gaussian of this SD (it trades noise for place)."""
WALL_VOXELS = 1.5
"""So many voxels round what is wide are its edge."""
MIN_WEIGHT = 1e-3
"""Where less of the Gaussian than this lies on what is bright, the level is not known."""
MIN_SEEDS = 4
MIN_SEED_SHARE = 0.1
"""A piece holds as many dark voxels, and as large a share of them: noise holds single ones."""


@dataclass(frozen=True, eq=False)
class DarkPieces:
    """Connected dark pieces. All arrays (ni, nj, nk)."""

    labels: IntArray
    """From 1 on: what is darker than half of the step to what lies round it."""
    share: FloatArray
    """Of each voxel that is void: its step ÷ the whole step, noise included; round the pieces too."""
    reach: IntArray
    """The labels spread over the voxels that hold a part of a piece."""


def dark_pieces(
    data: FloatArray,
    seeds: BoolArray,
    forbidden: BoolArray,
    lesion: BoolArray,
    muscle: float,
    spacing: tuple[float, float, float],
    slice_axis: int,
    widest_mm: float,
) -> DarkPieces:
    """The pieces round `seeds`, dark voxels of an image (ni, nj, nk), less those wider than `widest_mm` and two
    voxels in the slice.

    Each is bounded at half the step between what is dark and the mean of what is not, round it and on its side of the
    lesion's surface; outside the lesion also at half the step to `muscle`. What meets a `forbidden` voxel, or the edge
    of what is wide, is left out.
    """
    import cc3d

    around = dilate(seeds, (3, 3, 3))
    box = bounding_box(around)
    empty = np.zeros(data.shape, dtype=np.int32)
    if box is None:
        return DarkPieces(empty, np.zeros(data.shape, dtype=np.float32), empty)
    share, labels = np.zeros(data.shape, dtype=np.float32), empty
    part, dark, near, inner = data[box], seeds[box], around[box], lesion[box]
    floor = float(np.median(data[seeds]))
    level = _level(part, np.isfinite(part) & ~dilate(dark, (2, 2, 2)), inner, spacing)
    with np.errstate(invalid="ignore", divide="ignore"):
        share[box] = np.nan_to_num(np.where(near, (level - part) / (level - floor), 0.0), posinf=0.0, neginf=0.0)
        grown = near & (share[box] > 0.5) & (inner | (part < (muscle + floor) / 2))
    side = max(step for axis, step in enumerate(spacing) if axis != slice_axis)  # a vessel's own, cut aslant
    wide = open_in_plane(grown | dark, spacing, slice_axis, widest_mm / 2 + side)
    edge = dilate_by_ball(wide, spacing, WALL_VOXELS * sorted(spacing)[1]) if wide.any() else wide
    pieces = cc3d.connected_components(grown, connectivity=26).astype(np.int32)
    counts = np.bincount(pieces.ravel())
    good = np.bincount(pieces[dark], minlength=len(counts)) >= np.maximum(MIN_SEEDS, MIN_SEED_SHARE * counts)
    good[pieces[edge | forbidden[box]]] = False
    good[0] = False
    labels[box] = np.where(good[pieces], pieces, 0)
    return DarkPieces(labels, share, dilate(labels, (2, 2, 2)))


def _level(data: FloatArray, bright: BoolArray, lesion: BoolArray, spacing: tuple[float, float, float]) -> FloatArray:
    """(ni, nj, nk): the mean of what is bright near each voxel, on its side of the lesion's surface; NaN without."""
    sigmas = [LEVEL_MM / step for step in spacing]
    level = np.full(data.shape, np.nan, dtype=np.float32)
    edge = dilate(lesion) & dilate(~lesion)
    for side in (lesion, ~lesion):
        box = bounding_box(side)
        if box is None:
            continue
        within, clear = side[box], (side & bright & ~edge)[box]
        weight = _smooth(clear.astype(np.float32), sigmas)
        value = _smooth(np.where(clear, data[box], 0).astype(np.float32), sigmas)
        np.divide(value, weight, out=level[box], where=within & (weight > MIN_WEIGHT))
    return level


def _smooth(data: FloatArray, sigmas: list[float]) -> FloatArray:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(data, sigmas, truncate=2.5, mode="constant"))
