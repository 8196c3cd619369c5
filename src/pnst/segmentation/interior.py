"""The inside of a lesion on one image: what lies off its edge, and where another image has the same place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import BoolArray, FloatArray, Grid, Mask, Volume, bounding_box
from pnst.kernels.depth import between_nodes, depth_below
from pnst.kernels.pieces import off_edge, smoothed_within
from pnst.segmentation.tissue import SMOOTHING_MM
from pnst.study import Lesion

DEPTH_STEPS = 24
"""Depth is worked out on nodes this many to the lesion's equivalent radius: a third of the depth is eight of them."""


@dataclass(frozen=True, eq=False)
class Interior:
    """A lesion's own box of an image, in canonical order, so that the voxels' storage changes no number."""

    volume: Volume
    lesion: Mask
    """On the volume's grid."""

    @cached_property
    def core(self) -> BoolArray:
        """The lesion less its edge voxels, which hold a part of what lies outside, and less voxels without data."""
        return np.asarray(off_edge(self.lesion.data) & np.isfinite(self.volume.data))

    @cached_property
    def smooth(self) -> FloatArray:
        """The image smoothed in plane over `core` alone, float32; NaN elsewhere."""
        return self.smoothed(self.volume.data, self.core)

    def smoothed(self, data: FloatArray, where: BoolArray) -> FloatArray:
        """`data` on this grid, smoothed in plane over the voxels `where` alone; NaN elsewhere."""
        sigmas = [SMOOTHING_MM / s if s <= 2 * SMOOTHING_MM else 0.0 for s in self.volume.grid.spacing]
        return smoothed_within(data, where, sigmas)

    def other(self, volume: Volume) -> FloatArray:
        """Another image here: its own voxels where the grids coincide, else interpolated; NaN outside it."""
        from scipy.ndimage import affine_transform

        canonical, here = volume.canonical(), self.volume.grid
        box = canonical.grid.box_of(here)
        if box is not None:
            return canonical.data[box]
        to_other = canonical.grid.inverse @ here.affine
        data = canonical.data.astype(np.float32)
        return np.asarray(
            affine_transform(data, to_other[:3, :3], to_other[:3, 3], here.shape, order=1, mode="constant", cval=np.nan)
        )

    def depth(self, lesion: Lesion) -> FloatArray:
        """(ni, nj, nk) float32: mm below the lesion's surface, which is as smooth as in its mesh."""
        radius = (3 * lesion.mesh.volume_mm3 / (4 * np.pi)) ** (1 / 3)
        step = radius / DEPTH_STEPS
        grid = self.volume.grid
        # Nodes on the image's own axes, one step beyond its box; so between them the axes can be taken one by one.
        counts = [int(np.ceil((n - 1) * s / step)) + 3 for n, s in zip(grid.shape, grid.spacing, strict=True)]
        affine = np.eye(4)
        affine[:3, :3] = grid.directions * step
        affine[:3, 3] = grid.affine[:3, 3] - affine[:3, :3].sum(axis=1)
        nodes = lesion.on(Grid((counts[0], counts[1], counts[2]), affine))
        index = [np.arange(n) * s / step + 1 for n, s in zip(grid.shape, grid.spacing, strict=True)]
        return between_nodes(depth_below(nodes.data, step), index)


def interior(volume: Volume, lesion: Mask) -> Interior:
    """Crop an image to a lesion, a mask on the image's own grid that may not be empty."""
    box = bounding_box(lesion.data, lesion.grid.spacing)
    if box is None:
        raise ValueError("the lesion's mask is empty")
    return Interior(volume.crop(box).canonical(), lesion.crop(box).canonical())
