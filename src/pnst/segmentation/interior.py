"""The inside of a lesion on one image: what lies off its edge, and where another image has the same place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.kernels.depth import depth_below
from pnst.kernels.morphology import erode
from pnst.kernels.noise import noise_sd
from pnst.kernels.regrid import trilinear
from pnst.kernels.smoothing import smooth_within
from pnst.study import Lesion
from pnst.typing import BoolArray, FloatArray

DEPTH_STEPS = 24
"""Depth is worked out on nodes this many to the lesion's equivalent radius: a third of the depth is eight of them."""
DEPTH_MARGIN = 2
"""Empty nodes beyond the surface on every side."""


@dataclass(frozen=True, eq=False)
class Interior:
    """A lesion's own box of an image, in canonical order, so that the voxels' storage changes no number."""

    volume: Volume
    lesion: Mask
    """On the volume's grid."""
    smoothing_mm: float
    """SD of the in-plane smoothing over which noise is told from pieces of another tissue; borders are found without
    it."""

    @cached_property
    def core(self) -> BoolArray:
        """The lesion less its edge voxels, which hold a part of what lies outside, and less voxels without data."""
        return np.asarray(erode(self.lesion.data) & np.isfinite(self.volume.data))

    @cached_property
    def deep(self) -> BoolArray:
        """The half of `core` that lies deepest: what an infiltrating edge reaches least."""
        import edt

        depth = edt.edt(self.core.view(np.uint8), anisotropy=self.volume.grid.spacing, black_border=True)
        return np.asarray(self.core & (depth >= np.median(depth[self.core])))

    @cached_property
    def blank_slices(self) -> int:
        """How many of the lesion's slices hold no image: one value throughout, or no number."""
        axis = self.volume.grid.slice_axis
        slices = zip(np.moveaxis(self.volume.data, axis, 0), np.moveaxis(self.lesion.data, axis, 0), strict=True)
        return sum(not _varies(image[inside]) for image, inside in slices if np.count_nonzero(inside) > 1)

    @cached_property
    def lost_fraction(self) -> float:
        """The share of the lesion's voxels that hold no number."""
        return float(np.mean(~np.isfinite(self.volume.data[self.lesion.data])))

    @cached_property
    def signal_to_noise(self) -> float:
        """The lesion's median ÷ the SD of the image's noise within it; NaN where the lesion is too small to tell."""
        values = self.volume.data[self.core]
        noise = noise_sd(np.nan_to_num(self.volume.data), self.core, self.volume.grid.slice_axis)
        return float(np.median(values)) / noise if values.size and noise else float("nan")

    @property
    def reach(self) -> tuple[int, int, int]:
        """How far, in voxels, smoothing may have moved a border: two of its SDs, and a voxel at least."""
        i, j, k = (max(1, round(2 * self.smoothing_mm / s)) for s in self.volume.grid.spacing)
        return i, j, k

    @cached_property
    def smooth(self) -> FloatArray:
        """The image smoothed in plane over `core` alone, float32; NaN elsewhere."""
        return self.smoothed(self.volume.data, self.core)

    def smoothed(self, data: FloatArray, where: BoolArray) -> FloatArray:
        """`data` on this grid, smoothed in plane over the voxels `where` alone; NaN elsewhere."""
        sigmas = [self.smoothing_mm / s if s <= 2 * self.smoothing_mm else 0.0 for s in self.volume.grid.spacing]
        return smooth_within(data, where, sigmas)

    def resample_like(self, volume: Volume, smooth: bool = False) -> FloatArray:
        """Another image here: its own voxels where the grids coincide, else interpolated; NaN outside it.

        A smooth one may be read at fewer places, as by `trilinear`.
        """
        canonical, here = volume.canonical(), self.volume.grid
        box = canonical.grid.box_of(here)
        if box is not None:
            return canonical.data[box]
        box = canonical.grid.box_around(here.corners())
        if box is None:
            return np.full(here.shape, np.nan, dtype=np.float32)
        i, j, k = (slice(max(0, side.start - 1), side.stop + 1) for side in box)  # for the rounding of the corners
        near = canonical.crop((i, j, k))
        return trilinear(near.data, here.shape, near.grid.inverse @ here.affine, np.nan, smooth)


def _varies(values: FloatArray) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size and known.max() > known.min())


def crop_interior(volume: Volume, lesion: Mask, smoothing_mm: float) -> Interior:
    """Crop an image to a lesion, a mask on the image's own grid that may not be empty."""
    box = lesion.box()
    if box is None:
        raise ValueError("the lesion's mask is empty")
    return Interior(volume.crop(box).canonical(), lesion.crop(box).canonical(), smoothing_mm)


def depth_map(lesion: Lesion) -> Volume:
    """Distance in mm below the lesion's surface, 0 outside, on a fine grid of its own that holds the lesion."""
    step = (3 * lesion.mesh.volume_mm3 / (4 * np.pi)) ** (1 / 3) / DEPTH_STEPS
    directions = lesion.mask.grid.canonical().directions
    along = lesion.mesh.vertices @ directions
    low, high = along.min(axis=0), along.max(axis=0)
    # Nodes lie about the middle, one on it: an axis that is turned round changes nothing.
    half = np.ceil((high - low) / (2 * step)).astype(int) + DEPTH_MARGIN
    first = (low + high) / 2 - half * step
    ni, nj, nk = (2 * half + 1).tolist()
    affine = np.eye(4)
    affine[:3, :3] = directions * step
    affine[:3, 3] = directions @ first
    nodes = lesion.mask_on(Grid((ni, nj, nk), affine))
    return Volume(depth_below(nodes.data, step), nodes.grid, "mm")
