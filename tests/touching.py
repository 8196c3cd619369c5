"""A ball beside structures of known place: overlaps, areas and lengths in closed form, on oblique anisotropic grids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from bodies import tilted
from pnst.image import Grid, Mask, Volume
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study

Array = npt.NDArray[np.float64]
Inside = Callable[[Array], npt.NDArray[np.bool_]]
CENTRE = np.array([40.0, -25.0, 210.0])
GRIDS = {
    "sagittal": ((0.7, 0.9, 3.3), tilted((90, 4, 87))),
    "axial": ((0.6, 0.5, 4.0), tilted((5, -7, 12))),
    "oblique": ((0.9, 1.2, 1.6), tilted((25, -40, 15))),
    "thick first": ((2.2, 0.8, 1.0), tilted((-15, 20, 50))),
}
NORMAL = np.array([0.3, -0.5, 0.8]) / np.linalg.norm([0.3, -0.5, 0.8])


def grid_of(name: str, half_mm: float = 34.0) -> Grid:
    """A grid about the centre, off its own middle, of three different sizes."""
    spacing, turn = GRIDS[name]
    shape = [int(2 * half_mm / side) + n for side, n in zip(spacing, (1, 2, 3), strict=True)]
    affine = np.eye(4)
    affine[:3, :3] = turn * np.asarray(spacing)
    affine[:3, 3] = CENTRE - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2 + (0.2, -0.3, 0.1))
    return Grid((shape[0], shape[1], shape[2]), affine)


def voxels(grid: Grid, inside: Inside) -> Mask:
    """The voxels whose centres lie in a body that is given about `CENTRE`."""
    return Mask(inside(grid.to_world(np.stack(np.indices(grid.shape), axis=-1)) - CENTRE), grid)


def rendered(grid: Grid, image: Callable[[Array], Array], cells: int = 2) -> Array:
    """(ni, nj, nk): the mean of an image over each voxel, by cells³ places in it."""
    index = np.stack(np.indices(grid.shape), axis=-1).astype(float)
    places = (np.indices((cells,) * 3).reshape(3, -1).T + 0.5) / cells - 0.5
    return np.mean([image(grid.to_world(index + place) - CENTRE) for place in places], axis=0)


def ball(radius: float, middle: Array | tuple[float, ...] = (0.0, 0.0, 0.0)) -> Inside:
    return lambda points: np.linalg.norm(points - np.asarray(middle), axis=-1) < radius


def lesion_of(grid: Grid, inside: Inside) -> Lesion:
    return Lesion("1", voxels(grid, inside), "formula")


def image_series(role: Role, data: Array, grid: Grid, *, fat_suppressed: bool = False) -> Series:
    acquisition = Acquisition(fat_suppressed=fat_suppressed)
    return Series(role, Volume(data.astype(np.float32), grid), Source("simulated", "0" * 64), acquisition=acquisition)


HALF_MM = 23.0


@dataclass(frozen=True)
class BoneScene:
    """A ball that leans on a bone: a half space with a cortex that may have a hole, and marrow, in muscle; on T1."""

    grid: str = "oblique"
    radius: float = 15.0
    flat: float = 9.0
    """The bone's surface lies so far from the ball's centre; the ball is cut off there."""
    cortex: float = 1.5
    hole: float = 0.0
    """Radius of the round hole in the cortex, about the foot of the ball's centre."""
    dense: bool = False
    """Whether the bone is cortex throughout."""
    noise: float = 12.0
    role: Role = Role.T1
    fat_suppressed: bool = False

    def tissue(self, points: Array) -> Array:
        """T1 signal: tumour 330, muscle 300, cortex 30, marrow 800."""
        height = points @ NORMAL - self.flat
        beside = np.linalg.norm(points - (points @ NORMAL)[..., None] * NORMAL, axis=-1)
        out = np.where(ball(self.radius)(points), 330.0, 300.0)
        deep = 99.0 if self.dense else np.where(beside < self.hole, 0.0, self.cortex)
        return np.where(height > 0, np.where(height < deep, 30.0, 800.0), out)

    def lesion(self) -> Lesion:
        return lesion_of(grid_of(self.grid, HALF_MM), lambda p: ball(self.radius)(p) & (p @ NORMAL < self.flat))

    def study(self) -> Study:
        return _bone_study(self)

    def render(self) -> Study:
        grid = grid_of(self.grid, HALF_MM)
        data = rendered(grid, self.tissue) + np.random.default_rng(3).normal(scale=self.noise, size=grid.shape)
        series = image_series(self.role, data, grid, fat_suppressed=self.fat_suppressed)
        bone = voxels(grid, lambda p: (p @ NORMAL > self.flat) & (p @ NORMAL < self.flat + 14))
        return Study("bone", {self.role: series}, masks={"bone": bone})

    @property
    def disc_mm2(self) -> float:
        """Where the ball is cut off by the bone."""
        return float(np.pi * (self.radius**2 - self.flat**2))

    @property
    def contact_mm2(self) -> float:
        """The disc on the bone, and the ball's girdle within 1.5 mm of it."""
        return float(self.disc_mm2 + 2 * np.pi * self.radius * 1.5)

    def without_image(self) -> Study:
        return replace(self.study(), series={})


@cache
def _bone_study(scene: BoneScene) -> Study:
    return scene.render()
