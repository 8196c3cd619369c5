"""A level set whose surface is moved outwards, and smooth random fields to move it by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pnst.kernels.surface import LevelSet
from pnst.typing import Float32Array

WAVES = 8
"""Waves in a smooth random field: enough that it is nearly Gaussian."""


def offset_surface(level: LevelSet, outward_mm: Float32Array | float, spacing: npt.ArrayLike) -> LevelSet:
    """The level set of a surface that lies `outward_mm` further out, to first order: f + |∇f| · shift.

    `outward_mm` is one number or a field on the samples; small against the lesion. `spacing` (3,) of the mask in mm.

    A ball of 10 mm whose surface moves out by 1 mm has a radius of 11 mm:

    >>> from pnst.kernels.surface import level_set
    >>> i, j, k = np.ogrid[-14:15, -12:13, -6:7]
    >>> level = level_set(i**2 + (1.2 * j) ** 2 + (2.5 * k) ** 2 < 100, (1.0, 1.2, 2.5))
    >>> grown = offset_surface(level, 1.0, (1.0, 1.2, 2.5))
    >>> round(float(np.cbrt(3 * grown.mesh().volume_mm3 * (1.0 * 1.2 * 2.5) / (4 * np.pi))))
    11
    """
    steps = (np.asarray(level.step) * np.asarray(spacing)).tolist()
    near = np.maximum(level.values, -np.float32(level.values.max()))  # far outside the function is a constant
    slope = np.sqrt(sum(part * part for part in np.gradient(near, *steps)))
    return replace(level, values=np.asarray(near + slope * outward_mm, dtype=np.float32))


def smooth_field(shape: tuple[int, ...], rng: np.random.Generator) -> Float32Array:
    """A random field (ni, nj, nk) of mean 0 and SD 1 that waves about once over the array.

    >>> fields = [smooth_field((4, 5, 6), np.random.default_rng(n)) for n in range(400)]
    >>> abs(round(float(np.mean(fields)), 1)), round(float(np.std(fields)), 1)
    (0.0, 1.0)
    """
    axes = [np.linspace(-1, 1, n, dtype=np.float32) for n in shape]
    field = np.zeros(shape, dtype=np.float32)
    for _ in range(WAVES):
        vector, phase = rng.normal(size=3) * 2.2, rng.uniform(0, 2 * np.pi)
        waves = [np.exp(1j * np.float32(v) * axis) for v, axis in zip(vector, axes, strict=True)]
        first = waves[0][:, None, None] * waves[1][None, :, None] * np.exp(1j * phase)
        field += (first * waves[2]).real.astype(np.float32)
    return field * np.float32(np.sqrt(2 / WAVES))
