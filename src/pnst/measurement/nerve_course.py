"""The course of a nerve that a mask shows: its axis near a lesion, its calibre, its limbs, its signal on an image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.kernels.calibre import Calibres, local_calibres
from pnst.kernels.centre_line import CentreLine, line_of_tube
from pnst.kernels.mesh import Mesh
from pnst.kernels.sampling import nearest
from pnst.kernels.structure_surface import StructureSurface, structure_surface
from pnst.measurement.family import NotMeasurable
from pnst.study import Lesion
from pnst.typing import BoolArray, FloatArray, IntArray

REACH_MM = 12.0
"""Distances to the nerve are known so far from its surface."""
AXIS_MM = 25.0
"""The nerve's axis is laid through what lies within this distance of the lesion."""
AXIS_STEP_MM = 3.0
CELL_MM = 0.8
"""Voxels are cut into cells of at most this side, so that a ball holds a smooth share of them …"""
MAX_CELLS = 3000
"""… which are put together again to about so many: it trades accuracy for time."""
SEED_MM = 5.0
"""The calibre is taken at one place for each cell of this size."""
CORE_FRACTION = 0.25
"""Signal is read in this share of the nerve's voxels, the deepest: the others hold a part of what lies round it."""
MIN_CORE_VOXELS = 5


@dataclass(frozen=True, eq=False)
class NerveCourse:
    """A nerve's mask in canonical order, cropped to what it holds. Nothing of it depends on a lesion."""

    mask: Mask

    @classmethod
    def of(cls, mask: Mask) -> NerveCourse:
        """Raises `NotMeasurable` for an empty mask."""
        box = mask.box(REACH_MM)
        if box is None:
            raise NotMeasurable("the mask of the nerve is empty")
        return cls(mask.crop(box).canonical())

    @cached_property
    def voxels(self) -> FloatArray:
        """(n, 3) RAS mm of its voxels' centres."""
        return self.mask.grid.to_world(self._index)

    @cached_property
    def _index(self) -> IntArray:
        return np.argwhere(self.mask.data)

    @cached_property
    def surface(self) -> StructureSurface:
        """Its surface, in mm from the first voxel of `mask`."""
        return structure_surface(self.mask.data, self.mask.grid.spacing, REACH_MM)

    def distance(self, points: FloatArray) -> FloatArray:
        """(n,) mm from RAS points (n, 3) to its surface, negative inside; not more than `REACH_MM`."""
        return self.surface.distance(self.mask.grid.to_index(points) * self.mask.grid.spacing)

    @cached_property
    def calibres(self) -> Calibres:
        """Its calibre about every `SEED_MM`; places in RAS mm."""
        points, volumes = self._cells
        seeds = np.unique(np.floor((points - points.min(axis=0)) / SEED_MM), axis=0, return_index=True)[1]
        return local_calibres(points, volumes, points[seeds])

    @cached_property
    def _counts(self) -> IntArray:
        """(3,) parts of a voxel along each axis, none longer than `CELL_MM`."""
        return np.array([max(1, int(np.ceil(side / CELL_MM))) for side in self.mask.grid.spacing])

    @cached_property
    def _fine(self) -> FloatArray:
        """(m, 3) RAS mm of the middles of its voxels' parts."""
        parts = (np.indices(tuple(self._counts.tolist())).reshape(3, -1).T + 0.5) / self._counts - 0.5
        return self.mask.grid.to_world((self._index[:, None] + parts).reshape(-1, 3))

    @property
    def _cells(self) -> tuple[FloatArray, FloatArray]:
        """Centres (m, 3) RAS mm and volumes (m,) mm³ of the cells that it fills."""
        points, volume = self._fine, self.mask.grid.voxel_volume_mm3 / float(np.prod(self._counts))
        size = np.cbrt(len(points) * volume / MAX_CELLS)
        _, group = np.unique(np.floor((points - points.min(axis=0)) / size), axis=0, return_inverse=True)
        group = group.ravel()
        held = np.bincount(group)
        means = np.stack([np.bincount(group, axis) for axis in points.T], axis=1) / held[:, None]
        return means, np.asarray(held * volume)

    def axis_near(self, lesion: Lesion) -> CentreLine:
        """The line along what lies near a lesion; `ValueError` where that is not twice as long as it is wide."""
        low, high = lesion.world_box
        near = ((self.voxels >= low - AXIS_MM) & (self.voxels <= high + AXIS_MM)).all(axis=1)
        part = np.zeros(self.mask.grid.shape, dtype=bool)
        part[tuple(self._index[near].T)] = True
        return line_of_tube(part, self.mask.grid.affine, AXIS_STEP_MM)

    def limbs(self, near: BoolArray, length_mm: FloatArray, limb_mm: float) -> int:
        """How many pieces lead away from the voxels (n,) that are `near` a lesion; `length_mm` (n,) from it.

        A piece that reaches no further than `limb_mm` from it is none.
        """
        import cc3d

        apart, touched = (np.zeros(self.mask.grid.shape, dtype=bool) for _ in range(2))
        apart[tuple(self._index[~near].T)] = True
        touched[tuple(self._index[near].T)] = True
        labels = cc3d.connected_components(apart.view(np.uint8), connectivity=26)
        beside = np.unique(labels[_beside(touched)])
        of_voxel = labels[tuple(self._index.T)]
        reach = np.zeros(int(labels.max(initial=0)) + 1)
        np.maximum.at(reach, of_voxel, np.where(near, 0.0, length_mm))
        return int(np.count_nonzero(reach[beside[beside > 0]] >= limb_mm))

    def signal(self, volume: Volume, lesion: Lesion, clear_mm: float) -> float:
        """The median of an image in the deepest part of the nerve, further than `clear_mm` from a lesion.

        Raises `NotMeasurable` where the image shows too little of it.
        """
        values, depth = self._values(volume.data, volume.grid, lesion, clear_mm)
        core = depth >= np.quantile(depth, 1 - CORE_FRACTION) if depth.size else np.zeros(0, dtype=bool)
        if np.count_nonzero(core) < MIN_CORE_VOXELS:
            raise NotMeasurable("the series shows too little of the nerve beside the lesion")
        return float(np.median(values[core]))

    def _values(self, data: FloatArray, grid: Grid, lesion: Lesion, clear_mm: float) -> tuple[FloatArray, FloatArray]:
        """What an image's voxels in the nerve hold (m,), and how deep they lie in it, in mm (m,)."""
        index = np.unique(np.rint(grid.to_index(self._fine)).astype(np.intp), axis=0)
        index = index[((index >= 0) & (index < grid.shape)).all(axis=1)]
        inside = self.surface.inside(self.mask.grid.to_index(grid.to_world(index)) * self.mask.grid.spacing)
        index = index[inside]
        world, values = grid.to_world(index), data[tuple(index.T)]
        clear = np.isfinite(values) & (distance_from(lesion, world) > clear_mm)
        return np.asarray(values[clear], dtype=np.float64), -self.distance(world[clear])


def distance_from(lesion: Lesion, points: FloatArray) -> FloatArray:
    """(n,) mm of RAS points (n, 3) from a lesion's surface, to the distance of its vertices; 0 within it."""
    off, _ = lesion.mesh.tree.query(points)
    return np.where(nearest(lesion.mask.data, lesion.mask.grid.to_index(points)), 0.0, off)


def eccentricity(line: CentreLine, mesh: Mesh) -> float:
    """How far a nerve's axis passes from a lesion's centre, in the lesion's half width on that side.

    0 through the middle, 1 on the surface. The line may be `line_through` of points that somebody has placed; beyond
    its ends it goes straight on.
    """
    arc, beside = line.project(mesh.centroid[None])
    toward = line.to_world(arc, 0 * beside)[0] - mesh.centroid
    distance = float(np.linalg.norm(toward))
    if distance < 1e-6:
        return 0.0
    return distance / float(((mesh.vertices - mesh.centroid) @ (toward / distance)).max())


def _beside(mask: BoolArray) -> BoolArray:
    """A mask (ni, nj, nk) and its 26 neighbours."""
    from scipy.ndimage import binary_dilation

    return np.asarray(binary_dilation(mask, np.ones((3, 3, 3), dtype=bool)))
