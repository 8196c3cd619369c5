"""The inside of a simulated tumour as quadrature points, and what lies off its edge voxels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pnst.image import Grid
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.surface import Surface, sample
from pnst.phantom.tissue import Tissue
from pnst.typing import BoolArray, FloatArray

ROWS = 32
SHELLS = 40
DEEP = 0.55
"""Beyond this share of the greatest depth the surface itself is asked: the field of distances is rounded there."""

GOLDEN = 0.6180339887498949
"""Points move on by this share of their shell from ray to ray: no border falls between two of them on all rays."""

CELL_MM = 1e-3
"""Points are looked at as they are: so small a cell is pure."""


@dataclass(frozen=True, eq=False)
class SimulatedInterior:
    """Points that fill the tumour, each with the volume it stands for."""

    scene: Scene
    surface: Surface
    points: FloatArray
    """(n, 3) local mm."""
    volumes: FloatArray
    """(n,) mm³."""
    _eroded: dict[bytes, BoolArray] = field(default_factory=dict)

    @classmethod
    def fill(cls, scene: Scene, surface: Surface) -> SimulatedInterior:
        """Rays from the centre to the surface, a point in each of their shells."""
        return cls(scene, surface, *_quadrature(scene.shape))

    @cached_property
    def depth(self) -> FloatArray:
        """(n,) mm below the tumour's surface."""
        depth = -self.scene.distance(self.points)
        deep = depth > DEEP * depth.max()
        depth[deep] = -self.surface.distance(self.points[deep])
        return depth

    @cached_property
    def mixture(self) -> FloatArray:
        """(n, tissues): an infiltrating edge mixes in what the tumour lies in."""
        return self.scene.fractions(self.scene.shape.to_world(self.points), CELL_MM)

    def share(self, part: BoolArray) -> float:
        """Volume of some of the points ÷ the tumour's."""
        return float(self.volumes[part].sum() / self.volumes.sum())

    def mean(self, values: FloatArray, part: BoolArray) -> float:
        """Mean over some of the points, by volume."""
        return float(self.volumes[part] @ values[part] / self.volumes[part].sum())

    def eroded(self, grid: Grid) -> BoolArray:
        """(n,) whether a voxel centred here would have its 6 neighbours inside too: the lesion off its edge voxels."""
        key = grid.affine[:3, :3].tobytes()
        if key not in self._eroded:
            self._eroded[key] = self.kept(self.points, grid, lambda local: self.scene.distance(local) < 0)
        return self._eroded[key]

    def eroded_less_fat(self, grid: Grid) -> BoolArray:
        """(n,) the part of the lesion whose signal is judged on a grid."""
        return np.asarray(self.eroded(grid) & (self.mixture[:, Tissue.FAT] < 0.5))

    def kept(self, points: FloatArray, grid: Grid, inside: Callable[[FloatArray], BoolArray]) -> BoolArray:
        """(n,) whether local points (n, 3) and those one voxel away along each axis of a grid are inside."""
        keep = inside(points)
        for step in grid.affine[:3, :3].T @ self.scene.shape.axes:
            for moved in (step, -step):
                keep &= inside(points + moved)
        return keep

    def thirds(self, grid: Grid) -> tuple[BoolArray, BoolArray]:
        """(n,) each: the outer and the inner third of the greatest depth, off the edge voxels and less fat."""
        known = self.eroded_less_fat(grid)
        share = self.depth / self.depth.max()
        return known & (share < 1 / 3), known & (share > 2 / 3)


def _quadrature(shape: Shape) -> tuple[FloatArray, FloatArray]:
    """Points (n, 3) and volumes (n,): x = A·s·r, dV = det A · r² dr dΩ, with r = ρ·√t and t even along a ray."""
    surface = sample(shape, np.pi * float(shape.radii.max()) / ROWS)
    rho = shape.rho(surface.directions)
    place = np.arange(len(rho)) * GOLDEN % 1
    t = (np.arange(SHELLS) + place[:, None]) / SHELLS
    points = (rho[:, None] * np.sqrt(t))[..., None] * surface.directions[:, None] * shape.radii
    share = np.sqrt(t) / np.sqrt(t).sum(axis=1, keepdims=True)
    volumes = (surface.solid_angles * rho**3 / 3 * float(np.prod(shape.radii)))[:, None] * share
    return points.reshape(-1, 3), volumes.ravel()
