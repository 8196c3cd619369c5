"""A ball on a nerve of known course, calibre and signal, on oblique anisotropic grids; straight and bent."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from pnst.image import Grid, Mask
from pnst.study import Lesion, Role, Study
from touching import image_series
from tubes import GRIDS, LORDOSIS, OBLIQUE, Bend, grid_round

Array = npt.NDArray[np.float64]
COURSES = {"straight": OBLIQUE, "bent": LORDOSIS}
LESION, NERVE, MUSCLE = 520.0, 330.0, 110.0


@dataclass(frozen=True)
class Limb:
    """A piece of a nerve: from and to, along the course from the lesion's centre, its place beside it, its radius."""

    start: float = -60.0
    stop: float = 60.0
    beside: tuple[float, float] = (0.0, 0.0)
    radius: float = 2.5
    signal: float = NERVE

    def holds(self, arc: Array, across: Array) -> npt.NDArray[np.bool_]:
        """By the length along the course and the place across it."""
        apart = np.linalg.norm(across - np.asarray(self.beside), axis=-1)
        return (apart < self.radius) & (arc > self.start) & (arc < self.stop)


@dataclass(frozen=True)
class NerveScene:
    """A lesion of 520, nerves of 330 in muscle of 110, on fat-suppressed T2."""

    grid: str = "oblique"
    course: str = "straight"
    radius: float = 12.0
    limbs: tuple[Limb, ...] = (Limb(),)
    other: tuple[Limb, ...] = ()
    """Of the other side: beside the first, in the same image."""
    noise: float = 10.0
    seed: int = field(default=0)

    @property
    def bend(self) -> Bend:
        return COURSES[self.course]

    def voxels(self) -> Grid:
        spacing, turn = GRIDS[self.grid]
        return grid_round(self.bend, spacing, turn, margin_mm=20.0 if not self.other else 26.0)

    def centre(self) -> Array:
        return self.bend.at(np.zeros(1))[0]

    def lesion(self) -> Lesion:
        grid = self.voxels()
        return Lesion("1", Mask(np.linalg.norm(_points(grid) - self.centre(), axis=-1) < self.radius, grid), "formula")

    def mask(self, limbs: tuple[Limb, ...]) -> Mask:
        grid = self.voxels()
        return Mask(np.any([limb.holds(*self.bend.place(_points(grid))) for limb in limbs], axis=0), grid)

    def image(self, points: Array) -> Array:
        out, place = np.full(points.shape[:-1], MUSCLE), self.bend.place(points)
        for limb in (*self.limbs, *self.other):
            out = np.where(limb.holds(*place), limb.signal, out)
        return np.where(np.linalg.norm(points - self.centre(), axis=-1) < self.radius, LESION, out)

    def muscle(self) -> Mask:
        """What lies away from everything."""
        grid = self.voxels()
        return Mask(np.abs(self.bend.place(_points(grid))[1][..., 0]) > (14 if not self.other else 24), grid)

    def study(self, *, image: bool = True, muscle: bool = True) -> Study:
        masks = {"nerve": self.mask(self.limbs)}
        masks |= {"nerve_other_side": self.mask(self.other)} if self.other else {}
        masks |= {"muscle": self.muscle()} if muscle else {}
        series = {Role.T2_FS: image_series(Role.T2_FS, _rendered(self), self.voxels())} if image else {}
        return Study("nerve", series, masks=masks)


def _points(grid: Grid) -> Array:
    return grid.to_world(np.stack(np.indices(grid.shape), axis=-1))


@cache
def _rendered(scene: NerveScene) -> Array:
    """The mean over each voxel, by eight places in it, and noise."""
    grid = scene.voxels()
    index = np.stack(np.indices(grid.shape), axis=-1).astype(float)
    places = (np.indices((2, 2, 2)).reshape(3, -1).T + 0.5) / 2 - 0.5
    clean = np.mean([scene.image(grid.to_world(index + place)) for place in places], axis=0)
    return np.asarray(clean + np.random.default_rng(scene.seed).normal(scale=scene.noise, size=grid.shape))
