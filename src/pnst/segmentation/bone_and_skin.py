"""Marrow and skin: on T1 one looks like a plane of fat, the other like muscle beyond it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pnst.image import Mask, bounding_box
from pnst.kernels.morphology import dilate_in_plane, open_in_plane
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.tissue import FatScale
from pnst.typing import BoolArray, FloatArray, IntArray


class BoneAndSkin(NamedTuple):
    """Cells near the lesion, each on the grid of the cells in a box round it."""

    marrow: Mask
    """Fat within bone."""
    skin: Mask
    """What lies so near to air that it is skin, unless it is fat."""


def find_bone_and_skin(perilesional: Perilesional, scale: FatScale, darkest: float) -> BoneAndSkin:
    """Marrow and skin near the lesion; `darkest` is the fat fraction of air.

    Slice by slice, as slices are thick and a gap in one cortex must not join the marrow of a whole bone to the fat
    outside: a piece of fat is marrow where most of its border is cortex. Air is as dark as cortex, and lies round
    subcutaneous fat; but it is wide, or goes on in the slice into what is.
    """
    downsampled, settings = perilesional.downsampled, perilesional.settings
    box = bounding_box(downsampled.lesion, downsampled.grid.spacing, settings.marrow_within_mm)
    box = (slice(None),) * 3 if box is None else box
    grid, lesion = downsampled.grid.crop(box), downsampled.lesion[box]
    fraction = scale.fraction(downsampled.means[box])
    dark = fraction < min(settings.cortex_dark_share * darkest, -settings.min_cortex_fraction)
    plane = grid.spacing, perilesional.volume.grid.slice_axis  # cells of thin slices may be longer in plane
    air = _holding(_in_slices(dark, plane[1]), open_in_plane(dark, *plane, settings.air_radius_mm))
    cortex = dilate_in_plane(dark & ~air, *plane, settings.cortex_within_mm)
    bright = open_in_plane((fraction > settings.marrow_fat_fraction) & ~lesion, *plane, settings.marrow_radius_mm)
    pieces = _in_slices(bright, plane[1])
    share = _border_share(pieces, cortex, np.isfinite(fraction), plane[1])
    marrow = (share >= settings.marrow_border_fraction)[pieces]
    # … and its corners, and the voxels of its edge, which are less bright.
    edge = dilate_in_plane(marrow, *plane, settings.marrow_radius_mm) & (fraction > settings.muscle_fraction)
    skin = dilate_in_plane(air, *plane, settings.skin_mm) if air.any() else air
    return BoneAndSkin(Mask(marrow | (edge & ~lesion), grid), Mask(skin, grid))


def _holding(labels: IntArray, seeds: BoolArray) -> BoolArray:
    """The pieces that hold a seed."""
    chosen = np.zeros(int(labels.max(initial=0)) + 1, dtype=bool)
    chosen[labels[seeds]] = True
    chosen[0] = False
    return np.asarray(chosen[labels])


def _border_share(labels: IntArray, near: BoolArray, known: BoolArray, slice_axis: int) -> FloatArray:
    """(n + 1,): the share of the border cells of each piece 0 … n that is `near`; 0 for what is no piece.

    What lies beyond the crop is not `known`, and counts half: a bone that is cut in two keeps two thirds of its
    border, fat of which the crop holds a strip less than half.
    """
    from scipy.ndimage import maximum_filter

    around = [(0, 0) if axis == slice_axis else (1, 1) for axis in range(3)]
    pieces, known = np.pad(labels, around), np.pad(known, around)
    border = np.where(pieces == 0, maximum_filter(pieces, footprint=_neighbours(slice_axis)), 0)
    count = int(pieces.max(initial=0)) + 1
    dark, seen, unseen = (
        np.bincount(border[where], minlength=count) for where in (np.pad(near, around) & known, known, ~known)
    )
    dark[0] = 0
    return np.asarray(dark / np.maximum(seen + unseen / 2, 1))


def _in_slices(mask: BoolArray, slice_axis: int) -> IntArray:
    """The connected pieces of each slice (8 neighbours), numbered from 1."""
    from scipy.ndimage import label

    return np.asarray(label(mask, _neighbours(slice_axis))[0])


def _neighbours(slice_axis: int) -> BoolArray:
    """(3, 3, 3): a voxel and its 8 neighbours in the slice."""
    across = np.arange(3).reshape([-1 if axis == slice_axis else 1 for axis in range(3)])
    return np.broadcast_to(across == 1, (3, 3, 3))
