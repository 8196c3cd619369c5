"""A column of boxes round a round canal, carved by known bodies: walls, foramina and a dumbbell in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from pnst.image import Grid, Mask
from pnst.study import Lesion, Role, Series, Study
from touching import CENTRE, GRIDS, grid_of, image_series, rendered

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
PERIOD, HEIGHT, PEDICLE = 24.0, 18.0, 8.0
"""mm from level to level, of a body, of a pedicle."""
CANAL, INNER, OUTER, BEHIND = 9.0, 10.0, 18.0, -10.0
LEVELS = ("T4", "T5", "T6", "T7", "T8")
"""From above; T6 is the one that is carved."""
TUMOUR, MARROW, CORTEX, MUSCLE = 330.0, 800.0, 30.0, 300.0


@dataclass(frozen=True)
class CarvedSpine:
    """x to the right, y forward, z up from the middle of T6. The tumour's foramen lies below T6, on the right."""

    grid: str = "oblique"
    bite: float = 0.0
    """Depth of a spherical bite into the back of T6, of 8 mm radius."""
    recess: float = 0.0
    """Depth of a box that is cut out of it, 11 mm high and 16 mm wide."""
    rough: float = 0.0
    """Amplitude of ridges in the recess, 6 mm from crest to crest."""
    widened: float = 0.0
    """The foramen is so much higher than its 16 mm."""
    apart: float = 18.0
    """Two balls of 7 mm, so many mm from each other, along x, with a neck; the first lies 2 mm beside the canal's
    axis …"""
    low: float = -12.0
    """… at this height."""
    neck: float = 4.0
    """Radius of the neck, along x, that joins them."""
    cortex: float = 1.5
    """Of all bone, on T1; 0: none."""
    levels: bool = True
    """Whether there is a mask a level, or all vertebrae in one."""

    def bone(self, points: Array) -> Bools:
        x, y, z = np.moveaxis(points, -1, 0)
        height = np.abs(z - PERIOD * np.round(z / PERIOD))
        body = (np.abs(x) < OUTER) & (y > CANAL) & (y < 30) & (height < HEIGHT / 2)
        cut = PEDICLE / 2 - np.where((x > 0) & (np.abs(z + 12) < 12), self.widened / 2, 0.0)
        pedicle = (np.abs(x) > INNER) & (np.abs(x) < OUTER) & (y > BEHIND) & (y <= CANAL) & (height < cut)
        plate = (np.abs(x) < OUTER) & (y > BEHIND - 5) & (y <= BEHIND)
        return (body | pedicle | plate) & ~self._carved(x, y, z)

    def _carved(self, x: Array, y: Array, z: Array) -> Bools:
        out = np.zeros(x.shape, dtype=bool)
        if self.bite:
            out |= x**2 + (y - (CANAL + self.bite - 8)) ** 2 + z**2 < 64
        if self.recess:
            ridge = self.rough * np.sin(np.pi * z / 3) * np.sin(np.pi * x / 3)
            out |= (np.abs(x) < 8) & (np.abs(z) < 5.5) & (y > 0) & (y < CANAL + self.recess + ridge)
        return out

    def tumour(self, points: Array) -> Bools:
        first = np.array([2.0, 0.0, self.low])
        second = first + self.apart * np.eye(3)[0]
        balls = np.minimum(*(np.linalg.norm(points - middle, axis=-1) for middle in (first, second))) < 7
        along = points[..., 0] - first[0]
        return balls | (
            (np.linalg.norm((points - first)[..., 1:], axis=-1) < self.neck) & (along > 0) & (along < self.apart)
        )

    def voxels(self) -> Grid:
        """Long enough for two levels above and below."""
        spacing, turn = GRIDS[self.grid]
        half = np.abs(turn.T) @ np.array([24.0, 26.0, 54.0])
        shape = [int(2 * h / s) + 1 for h, s in zip(half, spacing, strict=True)]
        affine = np.eye(4)
        affine[:3, :3] = turn * np.asarray(spacing)
        affine[:3, 3] = CENTRE + np.array([0, 5, 0]) - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2 + (0.2, -0.3, 0.1))
        return Grid((shape[0], shape[1], shape[2]), affine)

    def points(self) -> Array:
        grid = self.voxels()
        return grid.to_world(np.stack(np.indices(grid.shape), axis=-1)) - CENTRE

    def lesion(self) -> Lesion:
        return Lesion("1", Mask(self.tumour(self.points()), self.voxels()), "formula")

    def masks(self) -> dict[str, Mask]:
        return _masks(self)

    def draw(self) -> dict[str, Mask]:
        grid, points = self.voxels(), self.points()
        bone = self.bone(points) & ~self.tumour(points)
        level = 2 - np.round(points[..., 2] / PERIOD).astype(int)
        parts = {"canal": (np.hypot(points[..., 0], points[..., 1]) < 8.5) & (np.abs(points[..., 2]) < 56)}
        parts |= {f"vertebra_{name}": bone & (level == n) for n, name in enumerate(LEVELS)} if self.levels else {}
        parts |= {} if self.levels else {"vertebrae": bone}
        return {name: Mask(part, grid) for name, part in parts.items()}

    def study(self, *, image: bool = False) -> Study:
        series: dict[Role, Series] = {}
        if image:
            grid = grid_of(self.grid, 26.0)
            series[Role.T1] = image_series(Role.T1, rendered(grid, self.signal), grid)
        return Study("spine", series, masks=self.masks())

    def signal(self, points: Array) -> Array:
        """T1: cortex wherever muscle or tumour lies within its thickness along an axis."""
        bone = self.bone(points) & ~self.tumour(points)
        steps = self.cortex * np.concatenate([np.eye(3), -np.eye(3)])
        deep = np.all([self.bone(points + step) & ~self.tumour(points + step) for step in steps], axis=0)
        out = np.where(self.tumour(points), TUMOUR, MUSCLE)
        return np.where(bone, np.where(deep, MARROW, CORTEX), out)

    @property
    def foraminal_fraction(self) -> float:
        """By a count on a fine lattice of the tumour's box."""
        ticks = np.arange(-8, self.apart + 12, 0.25)
        x, y, z = np.meshgrid(ticks, np.arange(-8, 8, 0.25), np.arange(-8, 8, 0.25) + self.low, indexing="ij")
        inside = self.tumour(np.stack([x, y, z], axis=-1))
        between = np.abs(z + 12) < 8 + self.widened / 2
        return float((inside & (np.abs(x) > INNER) & (np.abs(x) < OUTER) & between).sum() / inside.sum())


@cache
def _masks(scene: CarvedSpine) -> dict[str, Mask]:
    return scene.draw()
