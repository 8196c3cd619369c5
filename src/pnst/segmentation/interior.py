"""The inside of a lesion on one image: what lies off its edge, and where another image has the same place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import BoolArray, FloatArray, Grid, Mask, Volume, bounding_box
from pnst.kernels.depth import between_nodes, depth_below, thirds
from pnst.kernels.pieces import off_edge, smoothed_within
from pnst.study import Lesion

SMOOTHING_MM = 1.0
"""SD of the in-plane smoothing over which noise is told from pieces of another tissue; borders are found without it."""
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

    @property
    def reach(self) -> tuple[int, int, int]:
        """How far, in voxels, smoothing may have moved a border: two of its SDs, and a voxel at least."""
        i, j, k = (max(1, round(2 * SMOOTHING_MM / s)) for s in self.volume.grid.spacing)
        return i, j, k

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

    def thirds(self, lesion: Lesion) -> tuple[BoolArray, BoolArray]:
        """The outer and the inner third of the lesion by depth below its surface, which is as smooth as its mesh.

        The greatest depth is that of the nodes: between thick slices it is missed by the voxels' centres.
        """
        radius = (3 * lesion.mesh.volume_mm3 / (4 * np.pi)) ** (1 / 3)
        grid, step = self.volume.grid, radius / DEPTH_STEPS
        # Nodes on the image's own axes, so that between them the axes can be taken one by one; a voxel beyond the box
        # on every side, because the surface lies up to that far beyond the outermost centres.
        ahead = np.ceil(np.asarray(grid.spacing) / step).astype(int) + 1
        index = [np.arange(n) * s / step + a for n, s, a in zip(grid.shape, grid.spacing, ahead, strict=True)]
        counts = [int(np.ceil(at[-1])) + int(a) + 1 for at, a in zip(index, ahead, strict=True)]
        affine = np.eye(4)
        affine[:3, :3] = grid.directions * step
        affine[:3, 3] = grid.affine[:3, 3] - affine[:3, :3] @ ahead
        nodes = lesion.on(Grid((counts[0], counts[1], counts[2]), affine))
        depth = depth_below(nodes.data, step)
        outer, inner = thirds(between_nodes(depth, index), float(depth.max()))
        return outer & self.lesion.data, inner & self.lesion.data


def interior(volume: Volume, lesion: Mask) -> Interior:
    """Crop an image to a lesion, a mask on the image's own grid that may not be empty."""
    box = bounding_box(lesion.data, lesion.grid.spacing)
    if box is None:
        raise ValueError("the lesion's mask is empty")
    return Interior(volume.crop(box).canonical(), lesion.crop(box).canonical())
