"""A lesion's surface without what is smaller than a given length: the steps of slices, the tremor of a hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pnst.kernels.surface import LevelSet
from pnst.typing import Float32Array, FloatArray

REACH_SD = 3.0
"""The Gaussian is cut off at this many of its SDs."""


def smooth_surface(level: LevelSet, sd_mm: float, spacing: npt.ArrayLike) -> LevelSet:
    """The level set of a surface that is smoothed by `sd_mm`; `spacing` (3,) of the mask in mm.

    What is smoothed is how far each sample is filled. A Gaussian of transfer g alone would shrink a ball by sd² ÷
    radius and flatten wide hollows; 1 − (1 − g)² (the residual smoothed again and given back, Tukey's "twicing", 1977)
    keeps what is wide and still takes off what is short.

    A ball of 10 mm smoothed by 2 mm keeps 95 % of its volume (by a Gaussian alone 88 %); one whose slices are shifted
    in turn by 2 mm is a ball again:

    >>> from pnst.kernels.surface import level_set
    >>> i, j, k = np.ogrid[-16:17, -16:17, -8:9]
    >>> ball, shaken = ((i + shift) ** 2 + j**2 + (2 * k) ** 2 < 100 for shift in (0, 2 * (k % 2)))
    >>> def radii(level):
    ...     mesh = level.mesh()
    ...     return np.linalg.norm((mesh.vertices - mesh.centroid) * (1, 1, 2), axis=1)
    >>> level = level_set(ball, (1.0, 1.0, 2.0))
    >>> smooth = smooth_surface(level, 2.0, (1.0, 1.0, 2.0))
    >>> round(smooth.mesh().volume_mm3 / level.mesh().volume_mm3, 2)
    0.95
    >>> steps = level_set(shaken, (1.0, 1.0, 2.0))
    >>> bool(radii(smooth_surface(steps, 2.0, (1.0, 1.0, 2.0))).std() < 0.5 * radii(steps).std())
    True
    """
    step_mm = np.asarray(level.step) * np.asarray(spacing)
    sigmas = sd_mm / step_mm
    margin = int(np.ceil(REACH_SD * sigmas.max())) + 1
    filled = np.pad(_filled(level, step_mm), margin)
    smooth = _gaussian(filled, sigmas)
    smooth += _gaussian(filled - smooth, sigmas)
    origin = np.asarray(level.origin) - margin * np.asarray(level.step)
    return LevelSet(smooth - np.float32(0.5), tuple(origin.tolist()), level.step)


def _filled(level: LevelSet, step_mm: FloatArray) -> Float32Array:
    """(ni, nj, nk): the share of each sample's cell inside, from its distance to the surface, to first order."""
    values = np.maximum(level.values, -np.float32(level.values.max()))  # far outside the function is a constant
    slope = np.sqrt(sum(part * part for part in np.gradient(values, *step_mm.tolist())))
    distance = values / np.maximum(slope, np.float32(1e-6) * slope.max())
    return np.asarray(np.clip(distance / np.float32(step_mm.max()) + np.float32(0.5), 0, 1), dtype=np.float32)


def _gaussian(values: Float32Array, sigmas: FloatArray) -> Float32Array:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(values, sigmas, mode="constant", truncate=REACH_SD), dtype=np.float32)
