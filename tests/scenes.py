"""A small study with a formula: cheap enough for property tests. Sharp edges, or Gaussian ones, on oblique grids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from bodies import tilted
from pnst.image import Grid, Mask, Volume
from pnst.study import Lesion, Role, Series, Source, Study

Array = npt.NDArray[np.float64]

LEVELS: Mapping[Role, tuple[float, float, float, float, float]] = {
    # lesion, oedema, muscle, fat, air
    Role.T1: (330.0, 300.0, 300.0, 1000.0, 20.0),
    Role.T1_POST: (700.0, 320.0, 310.0, 980.0, 20.0),
    Role.T2_FS: (520.0, 330.0, 110.0, 60.0, 12.0),
}
B_VALUES = (0.0, 50.0, 400.0, 800.0)


@dataclass(frozen=True)
class Scene:
    """A ball in muscle, in a limb of fat, in air; lengths in mm."""

    radius: float = 13.0
    halo: float = 0.0
    rim: float = 0.0
    """Thickness of fat on both caps round the scene's z axis."""
    cap_deg: float = 60.0
    plane: float | None = None
    """Distance from the surface of a 4 mm fat plane on one side."""
    limb: float = 55.0
    """Radius of the muscle; fat lies round it."""
    edge_sigma: float = 0.0
    blurred_below: float = -1.0
    """The edge is blurred where the cosine to the scene's z axis is below this."""
    adc: float = 1.4
    noise: float = 6.0
    spacing: tuple[float, float, float] = (0.9, 1.0, 3.0)
    reach: float = 62.0
    seed: int = 1

    def grid(self, spacing: tuple[float, float, float] | None = None) -> Grid:
        step = spacing or self.spacing
        shape = [int(2 * self.reach / s) + n for s, n in zip(step, (1, 2, 0), strict=True)]
        affine = np.eye(4)
        affine[:3, :3] = tilted((6, -9, 4)) * step
        affine[:3, 3] = np.array((40.0, -25.0, 210.0)) - affine[:3, :3] @ ((np.array(shape) - 1) / 2 + (0.2, -0.3, 0.1))
        return Grid((shape[0], shape[1], shape[2]), affine)

    def points(self, grid: Grid) -> Array:
        index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
        return grid.to_world(index) - (40.0, -25.0, 210.0)

    def image(self, points: Array, levels: tuple[float, float, float, float, float]) -> Array:
        lesion, edema, muscle, fat, air = levels
        r = np.linalg.norm(points, axis=-1)
        cosine = points[..., 2] / np.maximum(r, 1e-9)
        out = np.where(r > self.limb, fat, muscle)
        out = np.where(r > self.limb + 12, air, out)
        if self.plane is not None:
            near = np.abs(points[..., 0] - self.radius - self.plane - 2) < 2
            out = np.where(near & (r < self.limb), fat, out)
        if self.halo:
            out = np.where(r < self.radius + self.halo, edema, out)
        if self.rim:
            on_cap = np.abs(cosine) > np.cos(np.radians(self.cap_deg))
            out = np.where(on_cap & (r < self.radius + self.rim), fat, out)
        sharp = (r < self.radius).astype(float)
        blurred = ndtr((self.radius - r) / self.edge_sigma) if self.edge_sigma else sharp
        share = np.where(cosine < self.blurred_below, blurred, sharp)
        return share * lesion + (1 - share) * out

    def study(self) -> Study:
        rng = np.random.default_rng(self.seed)
        grid = self.grid()
        points = self.points(grid)
        series = {}
        for role, levels in LEVELS.items():
            data = self.image(points, levels) + rng.normal(scale=self.noise, size=grid.shape)
            series[role] = Series(role, Volume(data.astype(np.float32), grid), Source("simulated", "0" * 64))
        series[Role.DWI] = self.diffusion(rng)
        return Study("scene", series)

    def diffusion(self, rng: np.random.Generator) -> Series:
        grid = self.grid((2.0, 2.2, 5.0))
        inside = np.linalg.norm(self.points(grid), axis=-1) < self.radius
        adc = np.where(inside, self.adc, 1.6)
        data = np.stack([900 * np.exp(-adc * b / 1000) for b in B_VALUES], axis=-1)
        data = data + rng.normal(scale=self.noise, size=data.shape)
        volume = Volume(data.astype(np.float32), grid)
        return Series(Role.DWI, volume, Source("simulated", "1" * 64), b_values=B_VALUES)

    def lesion(self) -> Lesion:
        grid = self.grid()
        return Lesion("ball", Mask(np.linalg.norm(self.points(grid), axis=-1) < self.radius, grid), "formula")


def without(study: Study, *roles: Role) -> Study:
    """The study less the series of these roles."""
    return replace(study, series={role: series for role, series in study.series.items() if role not in roles})


def reordered(study: Study, order: tuple[int, int, int], flips: tuple[int, ...]) -> Study:
    """The same voxels stored with other axes."""
    return replace(study, series={role: _reordered(series, order, flips) for role, series in study.series.items()})


def _reordered(series: Series, order: tuple[int, int, int], flips: tuple[int, ...]) -> Series:
    data, grid = series.volume.data, series.volume.grid
    data = np.flip(data.transpose((*order, *range(3, data.ndim))), axis=flips)
    return replace(series, volume=Volume(data, stored(grid, order, flips), series.volume.unit))


def stored(grid: Grid, order: tuple[int, int, int], flips: tuple[int, ...]) -> Grid:
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = grid.affine[:3, list(order)], grid.affine[:3, 3]
    shape = [grid.shape[axis] for axis in order]
    for axis in flips:
        affine[:3, 3] += affine[:3, axis] * (shape[axis] - 1)
        affine[:3, axis] *= -1
    return Grid((shape[0], shape[1], shape[2]), affine)


def moved(study: Study, by: Array) -> Study:
    """Every grid under a 4×4 world transform."""

    def move(series: Series) -> Series:
        volume = series.volume
        return replace(
            series, volume=Volume(volume.data, Grid(volume.grid.shape, by @ volume.grid.affine), volume.unit)
        )

    return replace(study, series={role: move(series) for role, series in study.series.items()})


def regraded(study: Study, gain: float, offset: float, roles: tuple[Role, ...]) -> Study:
    """Intensities a·I + b in the given series."""

    def regrade(series: Series) -> Series:
        volume = series.volume
        return replace(series, volume=Volume(volume.data * np.float32(gain) + np.float32(offset), volume.grid))

    return replace(study, series={r: regrade(s) if r in roles else s for r, s in study.series.items()})
