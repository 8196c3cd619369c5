"""A ball with spheres of other tissues in it, as diffusion shows it: closed forms of ADC and of its solid part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from interiors import Interior, _cells
from pnst.image import Grid, Volume
from pnst.measurement.context import Context
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role, Series, Source, Study
from scenes import Array

B_VALUES = (0.0, 50.0, 400.0, 800.0)
D: Mapping[str, float] = {"tumour": 1.2, "cyst": 2.9, "necrosis": 2.2, "blood": 0.6, "fat": 0.05, "fibrous": 0.8}
"""µm²/ms; muscle has 1.6."""
S0: Mapping[str, float] = {"cyst": 1600.0, "fat": 40.0}
"""Signal at b = 0; 900 where not named."""


@dataclass(frozen=True)
class Diffusing:
    """The ball, and its diffusion series on a grid of its own; every voxel is the mean of its cells."""

    body: Interior
    spacing: tuple[float, float, float] = (2.0, 2.2, 5.0)
    b_values: tuple[float, ...] = B_VALUES
    perfused: float = 0.0
    """Share of the tumour's water that flows; its signal is gone from b = 200 on."""
    noise: float = 0.0
    seed: int = 3

    @property
    def grid(self) -> Grid:
        return self.body.scene.grid(self.spacing)

    def image(self, grid: Grid) -> Array:
        """(ni, nj, nk, b): noiseless signal."""
        points = self.body.scene.points(grid)
        return np.mean([self._signal(points + offset) for offset in _cells(grid)], axis=0)

    def series(self) -> Series:
        grid = self.grid
        data = self.image(grid)
        rng = np.random.default_rng(self.seed)
        real, other = rng.normal(scale=self.noise, size=(2, *data.shape)) if self.noise else (0.0, 0.0)
        volume = Volume(np.hypot(data + real, other).astype(np.float32), grid)
        return Series(Role.DWI, volume, Source("simulated", "2" * 64), b_values=self.b_values)

    def study(self, *roles: Role) -> Study:
        """The body's series of these roles (all where none is named), and diffusion."""
        study = self.body.study(*roles)
        return replace(study, series={**study.series, Role.DWI: self.series()})

    def alone(self) -> Study:
        """Diffusion and nothing else."""
        return Study("diffusion", {Role.DWI: self.series()})

    def context(self, study: Study, settings: MeasureSettings | None = None) -> Context:
        return Context(study, self.body.lesion(), settings or MeasureSettings())

    def _signal(self, points: Array) -> Array:
        b = np.array(self.b_values) / 1000
        r = np.linalg.norm(points, axis=-1)
        out = self._decay(900.0, 1.6, b) * np.ones((*r.shape, 1))
        tumour = self._decay(900.0, D[self.body.tumour], b)
        flowing = (1 - self.perfused) * tumour + self.perfused * 900.0 * np.exp(-40 * b)
        out = np.where((r < self.body.radius)[..., None], flowing, out)
        for sphere in self.body.spheres:
            inside = np.linalg.norm(points - sphere.centre, axis=-1) < sphere.radius
            out = np.where(inside[..., None], self._decay(S0.get(sphere.tissue, 900.0), D[sphere.tissue], b), out)
        return out

    def _decay(self, s0: float, d: float, b: Array) -> Array:
        return s0 * np.exp(-d * b)
