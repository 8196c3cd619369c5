"""What lies within a distance of a mask: its dilation by a ball."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.kernels.morphology import RADIUS_ROUNDING, add_shifted, dilate_in_plane
from pnst.typing import BoolArray

FEW_VOXELS = 6
"""A ball of at most this radius, in the least voxel side, is drawn as a stack of discs: it costs time alone."""


def dilate_by_ball(mask: BoolArray, spacing: Sequence[float], radius_mm: float) -> BoolArray:
    """Where a mask (ni, nj, nk) lies no further than the radius; `spacing` (3,) in mm.

    Of one voxel of 1 × 1 × 2 mm, those within 2 mm: a disc of 13 voxels, and one above and below:

    >>> mask = np.zeros((5, 7, 3), dtype=bool)
    >>> mask[2, 3, 1] = True
    >>> dilate_by_ball(mask, (1.0, 1.0, 2.0), 2.0).sum(axis=(0, 1)).tolist()
    [1, 13, 1]
    """
    way = _by_discs if radius_mm <= FEW_VOXELS * min(spacing) else _by_distances
    return way(mask, spacing, radius_mm * (1 + RADIUS_ROUNDING))


def _by_discs(mask: BoolArray, spacing: Sequence[float], radius_mm: float) -> BoolArray:
    """By discs that are shifted across the slices: for few voxels."""
    across, out = int(np.argmax(spacing)), np.zeros_like(mask)
    for up in range(int(radius_mm / spacing[across]) + 1):
        disc_mm = float(np.sqrt(radius_mm**2 - (up * spacing[across]) ** 2))
        add_shifted(out, dilate_in_plane(mask, spacing, across, disc_mm), across, up)
    return out


def _by_distances(mask: BoolArray, spacing: Sequence[float], radius_mm: float) -> BoolArray:
    """By the distance in each slice of the mask: a fifth of the time that the distance in three dimensions takes."""
    import edt

    across = int(np.argmax(spacing))
    step, plane = spacing[across], [side for axis, side in enumerate(spacing) if axis != across]
    slices = np.moveaxis(mask, across, 0)
    out, reach = np.zeros(slices.shape, dtype=bool), int(radius_mm / step)
    for n in np.flatnonzero(slices.any(axis=(1, 2))).tolist():
        squared = edt.edtsq(np.ascontiguousarray(~slices[n]).view(np.uint8), anisotropy=plane)
        for other in range(max(0, n - reach), min(len(slices), n + reach + 1)):
            out[other] |= squared <= np.float32(radius_mm**2 - ((other - n) * step) ** 2)
    return np.ascontiguousarray(np.moveaxis(out, 0, across))
