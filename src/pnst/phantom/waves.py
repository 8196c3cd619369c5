"""A smooth random function on the sphere that is quick at millions of points: a few plane waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.phantom.sphere import fibonacci
from pnst.typing import FloatArray

COUNT = 6
WAVE_NUMBER = 4.0
"""Radians per radius: fronts with bumps about a quarter of the way round."""


@dataclass(frozen=True, eq=False)
class Waves:
    """Σ sin(k·u + φ) over a few wave vectors, scaled to reach from 0 to 1 over the sphere."""

    vectors: FloatArray
    """(waves, 3)."""
    phases: FloatArray
    low: float
    high: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Waves:
        """Wave vectors of one length in random directions, with random phases."""
        vectors = rng.normal(size=(COUNT, 3))
        vectors *= WAVE_NUMBER / np.linalg.norm(vectors, axis=1)[:, None]
        raw = cls(vectors, rng.uniform(0, 2 * np.pi, COUNT), 0.0, 1.0)
        values = raw._sum(fibonacci(20_000))
        return cls(raw.vectors, raw.phases, float(values.min()), float(values.max()))

    def __call__(self, directions: FloatArray) -> FloatArray:
        """Values from 0 to 1 at unit vectors (..., 3)."""
        return np.asarray(np.clip((self._sum(directions) - self.low) / (self.high - self.low), 0, 1))

    def _sum(self, directions: FloatArray) -> FloatArray:
        return np.asarray(np.sin(directions @ self.vectors.T + self.phases).sum(axis=-1))


TEXTURE_WAVES = 4

TEXTURE_SD = 1 / np.sqrt(2 * TEXTURE_WAVES)
"""Standard deviation over space of a `PlaneWaves`."""


@dataclass(frozen=True, eq=False)
class PlaneWaves:
    """The mean of sines of one wavelength in random directions: −1 to 1, mean 0, standard deviation `TEXTURE_SD`."""

    vectors: FloatArray
    """(waves, 3) radians per mm."""
    phases: FloatArray

    @classmethod
    def draw(cls, wavelength_mm: float, rng: np.random.Generator) -> PlaneWaves:
        """Random directions and phases, from a child of the generator: what is drawn after stays as it is."""
        own = rng.spawn(1)[0]
        vectors = own.normal(size=(TEXTURE_WAVES, 3))
        vectors *= 2 * np.pi / wavelength_mm / np.linalg.norm(vectors, axis=1)[:, None]
        return cls(vectors, own.uniform(0, 2 * np.pi, TEXTURE_WAVES))

    def __call__(self, points: FloatArray) -> FloatArray:
        """(n,) values at points (n, 3) in mm."""
        return np.asarray(np.sin(points @ self.vectors.T + self.phases).mean(axis=-1))
