"""The inside of a simulated tumour as quadrature points, and what lies off its edge voxels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pnst.image import BoolArray, FloatArray, Grid
from pnst.phantom.lesion import Shape
from pnst.phantom.scene import Scene
from pnst.phantom.surface import Surface, sample
from pnst.phantom.tissue import Tissue

ROWS = 32
SHELLS = 32
DEEPEST = 200
"""Points whose exact distance to the surface tells the greatest depth: the field of distances is rounded there."""

GOLDEN = 0.6180339887498949
"""Shells are shifted from ray to ray by this share of their thickness, lest a border falls between two of them on all
rays at once."""

CELL_MM = 1e-3
"""Points are looked at as they are: so small a cell is pure."""


@dataclass(frozen=True, eq=False)
class Interior:
    """Points that fill the tumour, each with the volume it stands for."""

    scene: Scene
    points: FloatArray
    """(n, 3) local mm."""
    volumes: FloatArray
    """(n,) mm³."""
    depth: FloatArray
    """(n,) mm below the tumour's surface."""
    greatest_depth_mm: float
    _off_edge: dict[bytes, BoolArray] = field(default_factory=dict)

    @classmethod
    def fill(cls, scene: Scene, surface: Surface) -> Interior:
        """Rays from the centre, cut into shells between the centre and the surface."""
        points, volumes = _quadrature(scene.shape)
        depth = -scene.distance(points)
        deepest = np.argpartition(depth, -DEEPEST)[-DEEPEST:]
        return cls(scene, points, volumes, depth, float((-surface.distance(points[deepest])).max()))

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

    def off_edge(self, grid: Grid) -> BoolArray:
        """(n,) whether a voxel centred here would have its 6 neighbours inside too: the lesion off its edge voxels."""
        key = grid.affine[:3, :3].tobytes()
        if key not in self._off_edge:
            self._off_edge[key] = self.kept(self.points, grid, lambda local: self.scene.distance(local) < 0)
        return self._off_edge[key]

    def kept(self, points: FloatArray, grid: Grid, inside: Callable[[FloatArray], BoolArray]) -> BoolArray:
        """(n,) whether local points (n, 3) and those one voxel away along each axis of a grid are inside."""
        keep = inside(points)
        for step in grid.affine[:3, :3].T @ self.scene.shape.axes:
            for moved in (step, -step):
                keep &= inside(points + moved)
        return keep

    def thirds(self, grid: Grid) -> tuple[BoolArray, BoolArray]:
        """(n,) each: the outer and the inner third of the greatest depth, off the edge voxels and less fat."""
        known = self.off_edge(grid) & (self.mixture[:, Tissue.FAT] < 0.5)
        share = self.depth / self.greatest_depth_mm
        return known & (share < 1 / 3), known & (share > 2 / 3)


def _quadrature(shape: Shape) -> tuple[FloatArray, FloatArray]:
    """Points (n, 3) and volumes (n,): x = A·s·r, dV = det A · r² dr dΩ, the shells' volumes exact in r."""
    surface = sample(shape, np.pi * float(shape.radii.max()) / ROWS)
    rho = shape.rho(surface.directions)
    shift = np.arange(len(rho)) * GOLDEN % 1
    inner = (np.arange(SHELLS) + shift[:, None]) / SHELLS
    edges = np.hstack([np.zeros((len(rho), 1)), inner, np.ones((len(rho), 1))]) * rho[:, None]
    low, high = edges[:, :-1], edges[:, 1:]
    cubes = np.maximum(high**3 - low**3, 1e-30)
    radius = 0.75 * (high**4 - low**4) / cubes
    points = radius[..., None] * surface.directions[:, None] * shape.radii
    volumes = surface.solid_angles[:, None] * cubes / 3 * np.prod(shape.radii)
    return points.reshape(-1, 3), volumes.ravel()
