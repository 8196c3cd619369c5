"""An ellipsoid in muscle with what a reader looks for on T2 painted in and round it, averaged over each voxel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter, minimum_filter

from bodies import tilted
from pnst.image import Grid, Mask, Volume
from pnst.measurement.context import Context
from pnst.measurement.settings import MeasureSettings
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study

Array = npt.NDArray[np.float64]
CENTRE = np.array((25.0, -18.0, 140.0))
LIMB_MM = 12.0
"""Muscle round the lesion's sphere; fat lies beyond."""

LEVELS: Mapping[str, Mapping[Role, float]] = {
    "lesion": {Role.T1: 330.0, Role.T2: 520.0, Role.T2_FS: 520.0},
    "muscle": {Role.T1: 300.0, Role.T2: 120.0, Role.T2_FS: 120.0},
    "fat": {Role.T1: 1000.0, Role.T2: 600.0, Role.T2_FS: 30.0},
    "fluid": {Role.T1: 220.0, Role.T2: 800.0, Role.T2_FS: 800.0},
    "fibrous": {Role.T1: 280.0, Role.T2: 260.0, Role.T2_FS: 260.0},
    "dark": {Role.T1: 240.0, Role.T2: 15.0, Role.T2_FS: 15.0},
    "air": {Role.T1: 10.0, Role.T2: 8.0, Role.T2_FS: 8.0},
}


@dataclass(frozen=True)
class Feature:
    """A tissue where a function of local points (..., 3) and their distance (...) to the surface is true."""

    tissue: str
    where: Callable[[Array, Array], npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class SignBody:
    """The lesion's long axis is local z; slices lie across the local axis `across`."""

    features: tuple[Feature, ...] = ()
    radii: tuple[float, float, float] = (10.0, 11.0, 16.0)
    spacing: tuple[float, float, float] = (0.6, 0.7, 3.0)
    """In plane, in plane, across."""
    across: int = 2
    noise: float = 6.0
    seed: int = 3
    levels: Mapping[str, Mapping[Role, float]] = field(default_factory=lambda: LEVELS)

    @property
    def turn(self) -> Array:
        return tilted((7, -11, 16))

    def grid(self, spacing: tuple[float, float, float] | None = None) -> Grid:
        steps = list((spacing or self.spacing)[:2])
        steps.insert(self.across, (spacing or self.spacing)[2])
        reach = max(self.radii) + LIMB_MM + 6.0
        shape = [int(2 * reach / step) + n for step, n in zip(steps, (1, 2, 0), strict=True)]
        affine = np.eye(4)
        affine[:3, :3] = self.turn * steps
        affine[:3, 3] = CENTRE - affine[:3, :3] @ ((np.array(shape) - 1) / 2 + (0.2, -0.3, 0.1))
        return Grid((shape[0], shape[1], shape[2]), affine)

    def local(self, world: Array) -> Array:
        """In the lesion's own axes, which are tilted a little against the grid."""
        return np.asarray((world - CENTRE) @ (self.turn @ tilted((3, 4, -5))))

    def lesion(self) -> Lesion:
        grid = self.grid()
        index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
        inside = np.linalg.norm(self.local(grid.to_world(index)) / self.radii, axis=-1) < 1
        return Lesion("tumour", Mask(inside, grid), "simulation")

    def image(self, role: Role, grid: Grid) -> Array:
        """The mean over cells of each voxel, and noise; voxels whose neighbours are all alike are looked at once."""
        index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
        image = self._at(self.local(grid.to_world(index)), role)
        edge = maximum_filter(image, 3) > minimum_filter(image, 3)
        world, total = grid.to_world(index[edge]), np.zeros(int(edge.sum()))
        counts = [max(2, round(step / 0.8)) for step in grid.spacing]
        cells = list(product(*[(np.arange(n) + 0.5) / n - 0.5 for n in counts]))
        for cell in cells:
            total += self._at(self.local(world + grid.affine[:3, :3] @ np.array(cell)), role)
        image[edge] = total / len(cells)
        rng = np.random.default_rng([self.seed, list(Role).index(role)])
        return np.asarray(np.abs(image + rng.normal(scale=self.noise, size=grid.shape)))

    def _at(self, points: Array, role: Role) -> Array:
        scaled = points / self.radii
        length = np.maximum(np.linalg.norm(scaled, axis=-1), 1e-6)
        distance = length * (length - 1) / np.maximum(np.linalg.norm(scaled / self.radii, axis=-1), 1e-9)
        limb = np.linalg.norm(points, axis=-1) < max(self.radii) + LIMB_MM
        out = np.where(limb, self.levels["muscle"][role], self.levels["fat"][role])
        out = np.where(distance < 0, self.levels["lesion"][role], out)
        for feature in self.features:
            out = np.where(feature.where(points, distance), self.levels[feature.tissue][role], out)
        return np.asarray(out, dtype=np.float64)

    def study(self, *roles: Role) -> Study:
        """T1 in voxels of 1 × 1.1 × 3 mm, and the T2 series asked for."""
        series = {}
        for role in roles:
            grid = self.grid((1.0, 1.1, 3.0) if role is Role.T1 else None)
            data = self.image(role, grid).astype(np.float32)
            acquisition = Acquisition(fat_suppressed=role is Role.T2_FS)
            series[role] = Series(role, Volume(data, grid), Source("simulated", "0" * 64), acquisition=acquisition)
        return Study("signs", series)

    def context(self, *roles: Role) -> Context:
        return Context(self.study(*roles), self.lesion(), MeasureSettings.without_intervals())


def with_values(study: Study, role: Role, change: Callable[[npt.NDArray[np.float32]], None]) -> Study:
    """The study with the voxels of one series changed in place of a copy."""
    series = study.series[role]
    data = series.volume.data.copy()
    change(data)
    changed = replace(series, volume=Volume(data, series.volume.grid))
    return replace(study, series={**study.series, role: changed})


# Features


def rings(diameter: float, sheath: float, spacing: float) -> tuple[Feature, Feature]:
    """Bright sheaths round dark tubes along z on a square lattice, 1 mm or more within the lesion's middle half."""

    def apart(points: Array) -> Array:
        across = points[..., :2]
        return np.asarray(np.linalg.norm(across - spacing * np.rint(across / spacing), axis=-1))

    def whole(points: Array, distance: Array) -> npt.NDArray[np.bool_]:
        axis = np.linalg.norm(spacing * np.rint(points[..., :2] / spacing), axis=-1)
        return (axis < 7.0) & (np.abs(points[..., 2]) < 8.0) & (distance < -0.3)

    radius = diameter / 2
    return (
        Feature("fluid", lambda p, d: whole(p, d) & (apart(p) < radius + sheath)),
        Feature("fibrous", lambda p, d: whole(p, d) & (apart(p) < radius)),
    )


def cap(tissue: str, half_angle_deg: float, low: float, high: float, *, both: bool = False) -> Feature:
    """A layer between two distances from the surface, on the cap of that half-angle about z seen from the centre."""
    limit = np.cos(np.radians(half_angle_deg))

    def where(points: Array, distance: Array) -> npt.NDArray[np.bool_]:
        cosine = points[..., 2] / np.maximum(np.linalg.norm(points, axis=-1), 1e-9)
        return ((np.abs(cosine) if both else cosine) >= limit) & (distance >= low) & (distance < high)

    return Feature(tissue, where)


def shell(tissue: str, low: float, high: float) -> Feature:
    """A layer all round."""
    return Feature(tissue, lambda _, d: (d >= low) & (d < high))


def bar(tissue: str, start: Array, end: Array, calibre: float) -> Feature:
    """A straight tube with round ends between two local points."""
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    step = end - start

    def where(points: Array, _: Array) -> npt.NDArray[np.bool_]:
        share = np.clip((points - start) @ step / (step @ step), 0, 1)
        return np.asarray(np.linalg.norm(points - start - share[..., None] * step, axis=-1) < calibre / 2)

    return Feature(tissue, where)


def plate(tissue: str, normal: Array, offset: float, thickness: float) -> Feature:
    """A plane within the lesion."""
    unit = np.asarray(normal, dtype=float) / np.linalg.norm(normal)
    return Feature(tissue, lambda p, d: (d < 0) & (np.abs(p @ unit - offset) < thickness / 2))


def fraction_of_cap(radii: tuple[float, float, float], half_angle_deg: float, within_deg: float = 180.0) -> float:
    """Area within one angle of z ÷ that within another, of the surface of an ellipsoid, by quadrature."""
    theta, phi = np.meshgrid((np.arange(800) + 0.5) * np.pi / 800, (np.arange(400) + 0.5) * 2 * np.pi / 400)
    a, b, c = radii
    point = np.stack([a * np.sin(theta) * np.cos(phi), b * np.sin(theta) * np.sin(phi), c * np.cos(theta)], axis=-1)
    area = np.sin(theta) * np.linalg.norm(np.array((b * c, a * c, a * b)) * (point / radii), axis=-1)
    cosine = point[..., 2] / np.linalg.norm(point, axis=-1)
    inside = [
        area[cosine >= np.cos(np.radians(angle))].sum() for angle in (min(half_angle_deg, within_deg), within_deg)
    ]
    return float(inside[0] / inside[1])
