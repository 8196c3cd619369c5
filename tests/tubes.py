"""Straight and bent tubes on oblique, anisotropic grids, with their line in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bodies import tilted
from pnst.image import Grid

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bend:
    """An arc of a circle, or a straight line where the radius is infinite, through `middle`, turned by `turn`.

    Unturned it runs along z and bends towards y.
    """

    radius_mm: float
    length_mm: float
    turn: Array
    middle: Array

    def place(self, points: Array) -> tuple[Array, Array]:
        """Length along the line from its middle (...), and the place across it (..., 2)."""
        x, y, z = np.moveaxis((points - self.middle) @ self.turn, -1, 0)
        if np.isinf(self.radius_mm):
            return z, np.stack([x, y], axis=-1)
        angle = np.arctan2(z, self.radius_mm - y)
        return angle * self.radius_mm, np.stack([x, self.radius_mm - np.hypot(z, self.radius_mm - y)], axis=-1)

    def at(self, arc: Array) -> Array:
        """(n, 3): the points at lengths (n,) from its middle."""
        if np.isinf(self.radius_mm):
            local = np.stack([0 * arc, 0 * arc, arc], axis=-1)
        else:
            angle = arc / self.radius_mm
            local = np.stack([0 * arc, self.radius_mm * (1 - np.cos(angle)), self.radius_mm * np.sin(angle)], axis=-1)
        return local @ self.turn.T + self.middle

    def tube(self, grid: Grid, semi_axes: tuple[float, float], beside: tuple[float, float] = (0.0, 0.0)) -> Array:
        """The voxels whose centres lie in a tube of elliptic section round the line, or beside it."""
        arc, across = self.place(grid.to_world(np.stack(np.indices(grid.shape), axis=-1)))
        inside = (((across - beside) / np.asarray(semi_axes)) ** 2).sum(axis=-1) < 1
        return inside & (np.abs(arc) < self.length_mm / 2)


def grid_round(bend: Bend, spacing: tuple[float, float, float], turn: Array, margin_mm: float = 15.0) -> Grid:
    """Voxels of any spacing and obliquity that hold a bend, off their own middle."""
    points = bend.at(np.linspace(-0.5, 0.5, 33) * bend.length_mm) @ turn
    low, high = points.min(axis=0) - margin_mm, points.max(axis=0) + margin_mm
    affine = np.eye(4)
    affine[:3, :3] = turn * np.asarray(spacing)
    affine[:3, 3] = turn @ (low + 0.37 * np.asarray(spacing))
    shape = np.ceil((high - low) / spacing).astype(int) + 1
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


MIDDLE = np.array([31.0, -72.0, 205.0])
STRAIGHT = Bend(np.inf, 100.0, np.eye(3), MIDDLE)
OBLIQUE = Bend(np.inf, 100.0, tilted((20, -15, 35)), MIDDLE)
LORDOSIS = Bend(80.0, 110.0, tilted((4, 8, -12)), MIDDLE)
"""A cervical curve: 110 mm of a circle of 80 mm."""
GRIDS = {
    "sagittal": ((0.7, 0.9, 3.3), tilted((90, 4, 87))),
    "axial": ((0.6, 0.5, 4.0), tilted((5, -7, 12))),
    "oblique": ((0.9, 1.2, 1.6), tilted((25, -40, 15))),
}
"""Spacing and turn of the voxels."""
