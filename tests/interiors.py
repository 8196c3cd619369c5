"""A ball in muscle with spheres of other tissues inside it, averaged over each voxel: closed forms of the interior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from pnst.image import Grid, Volume
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study
from scenes import LEVELS, Array, Scene

SIGNAL: Mapping[str, Mapping[Role, float]] = {
    # T1: muscle 300 and fat 1000; after contrast muscle 310; T2: muscle 110 and fat 60
    "tumour": {Role.T1: 330.0, Role.T1_POST: 700.0, Role.T2_FS: 520.0},
    "cyst": {Role.T1: 220.0, Role.T1_POST: 225.0, Role.T2_FS: 900.0},
    "necrosis": {Role.T1: 290.0, Role.T1_POST: 298.0, Role.T2_FS: 540.0},
    "blood": {Role.T1: 700.0, Role.T1_POST: 720.0, Role.T2_FS: 400.0},
    "fat": {Role.T1: 1000.0, Role.T1_POST: 90.0, Role.T2_FS: 60.0},
    "fibrous": {Role.T1: 330.0, Role.T1_POST: 700.0, Role.T2_FS: 260.0},
    "poor": {Role.T1: 330.0, Role.T1_POST: 450.0, Role.T2_FS: 520.0},
}
"""Signal of what may lie in the lesion; `poor` enhances little, `fibrous` is dark on T2."""


def relative(tissue: str) -> float:
    """Closed form: (post ÷ 310) ÷ (pre ÷ 300) − 1."""
    return SIGNAL[tissue][Role.T1_POST] / 310 / (SIGNAL[tissue][Role.T1] / 300) - 1


@dataclass(frozen=True)
class Sphere:
    """A sphere of one tissue; `centre` in mm from the ball's, in world axes."""

    tissue: str
    radius: float
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Interior:
    """A ball of tumour with spheres in it; `noise` is the SD in every series."""

    radius: float = 16.0
    spheres: tuple[Sphere, ...] = ()
    tumour: str = "tumour"
    noise: float = 0.0
    spacing: tuple[float, float, float] = (0.9, 1.0, 3.0)
    seed: int = 5
    signal: Mapping[str, Mapping[Role, float]] = field(default_factory=lambda: SIGNAL)

    @property
    def scene(self) -> Scene:
        return Scene(radius=self.radius, limb=self.radius + 14, reach=self.radius + 20, spacing=self.spacing)

    def fraction(self, *tissues: str) -> float:
        """Closed form: Σ r³ ÷ R³."""
        return sum(s.radius**3 for s in self.spheres if s.tissue in tissues) / self.radius**3

    def lesion(self) -> Lesion:
        return self.scene.lesion()

    def study(self, *roles: Role) -> Study:
        """The series of these roles, all where none is named; every voxel is the mean of its cells."""
        rng, grid = np.random.default_rng(self.seed), self.scene.grid()
        points = self.scene.points(grid)
        series = {}
        for role, levels in LEVELS.items():
            data = np.mean([self._image(points + offset, role, levels) for offset in _cells(grid)], axis=0)
            noisy = (data + rng.normal(scale=self.noise, size=grid.shape)).astype(np.float32)
            suppressed = Acquisition(fat_suppressed=role is not Role.T1)
            series[role] = Series(role, Volume(noisy, grid), Source("simulated", "0" * 64), acquisition=suppressed)
        return Study("interior", {role: series[role] for role in roles or series})

    def _image(self, points: Array, role: Role, levels: tuple[float, float, float, float, float]) -> Array:
        out = self.scene.image(points, (self.signal[self.tumour][role], *levels[1:]))
        for sphere in self.spheres:
            inside = np.linalg.norm(points - sphere.centre, axis=-1) < sphere.radius
            out = np.where(inside, self.signal[sphere.tissue][role], out)
        return out


def _cells(grid: Grid) -> Array:
    """(n, 3): centres of a voxel's cells of at most 1 mm, in mm from its own centre."""
    counts = [max(2, round(s)) for s in grid.spacing]
    steps = [(np.arange(n) + 0.5) / n - 0.5 for n in counts]
    return np.array(list(product(*steps))) @ grid.affine[:3, :3].T


def regained(study: Study, gains: Mapping[Role, float]) -> Study:
    """Each series times its own gain."""
    series = {
        role: replace(s, volume=Volume(s.volume.data * np.float32(gains.get(role, 1.0)), s.volume.grid))
        for role, s in study.series.items()
    }
    return replace(study, series=series)
