"""Dark dots in bright rings, slice by slice: extrema of differences of Gaussians, each held against the ring round it.

A dark disc of radius r has its strongest difference of Gaussians at σ = r/√2 (Lindeberg 1998, Int J Comput Vis 30:79).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pnst.typing import BoolArray, FloatArray, IntArray

SCALE_RATIO = 1.26
"""Between neighbouring SDs of the Gaussians: three an octave."""
DIRECTIONS = 16
STEP_MM = 0.25
"""Between the samples of a ray from a dot's middle. Ratio, directions and step trade accuracy for time."""
MIDDLE_MM = 0.5
"""The dot's own level is the mean within this radius."""
RIDGE_MM = 0.75
"""In each direction the ring's crest is looked for this far from the mean ring."""


@dataclass(frozen=True)
class DotLimits:
    """What counts as a dot in a ring."""

    min_mm: float
    max_mm: float
    """Diameter of the dark part, at half the step to the ring."""
    ring_mm: float
    """The ring's crest lies at most this far outside the dark part."""
    min_contrast: float
    """Crest less middle, in the image's unit."""
    max_middle: float
    """Level of the middle, in the image's unit."""
    min_crest: float
    """Level of the crest, in the image's unit."""
    min_closure: float
    """In every direction the crest keeps this share of that step."""
    max_variation: float
    """SD of the crest over the directions ÷ the step."""


@dataclass(frozen=True, eq=False)
class Dots:
    """n dots."""

    index: IntArray
    """(n, 3) the voxel of each middle."""
    diameter_mm: FloatArray
    """(n,) of the dark part."""


def dark_dots(
    data: FloatArray, inside: BoolArray, spacing: Sequence[float], slice_axis: int, limits: DotLimits
) -> Dots:
    """The dark dots in bright rings whose middles lie `inside` (ni, nj, nk), in an image (ni, nj, nk) without NaN.

    A dot of 3 mm in a ring 1 mm wide, in voxels of 0.5 × 0.6 × 3 mm:

    >>> i, j = np.ogrid[-20:21, -18:19]
    >>> r = np.hypot(0.5 * i, 0.6 * j)
    >>> image = np.where(r < 1.5, 20.0, np.where(r < 2.5, 90.0, 60.0))[:, :, None].astype(np.float32)
    >>> limits = DotLimits(2.0, 6.0, 2.5, 20.0, 50.0, 65.0, 0.6, 0.25)
    >>> dots = dark_dots(image, np.ones(image.shape, dtype=bool), (0.5, 0.6, 3.0), 2, limits)
    >>> dots.index.tolist(), bool(abs(dots.diameter_mm[0] - 3) < 0.5)
    ([[20, 18, 0]], True)
    """
    at, strength = _extrema(data, inside, spacing, slice_axis, limits)
    rays = _rays(data, at, spacing, slice_axis, limits)
    diameter, good = _rings(rays, limits)
    at, strength, diameter = at[good], strength[good], diameter[good]
    apart = _strongest(at * np.asarray(spacing), at[:, slice_axis], strength, diameter)
    return Dots(at[apart], diameter[apart])


def _extrema(
    data: FloatArray, inside: BoolArray, spacing: Sequence[float], slice_axis: int, limits: DotLimits
) -> tuple[IntArray, FloatArray]:
    """(n, 3) voxels where a difference of Gaussians is greatest among its neighbours in plane and in scale, and its
    value (n,).
    """
    low, high = (size / (2 * np.sqrt(2)) for size in (limits.min_mm, limits.max_mm))
    count = int(np.ceil(np.log(high / low) / np.log(SCALE_RATIO))) + 1
    sigmas = low / SCALE_RATIO * SCALE_RATIO ** np.arange(count + 3)
    least = limits.min_contrast / 8  # of a step, in the weakest ring
    candidates: list[tuple[IntArray, FloatArray]] = []
    smooth = [_smooth(data, sigma, spacing, slice_axis) for sigma in sigmas]
    bands = [(wide - narrow) / np.float32(SCALE_RATIO - 1) for narrow, wide in pairwise(smooth)]
    rows = _flat_neighbours(data.shape, slice_axis)
    for below, band, above in zip(bands, bands[1:], bands[2:], strict=False):
        flat = np.flatnonzero(inside & (band > least))
        values = band.ravel()
        for other, shifts in ((values, rows), (below.ravel(), (0, *rows)), (above.ravel(), (0, *rows))):
            for shift in shifts:
                near = other.take(flat + shift, mode="clip")
                flat = flat[values[flat] >= near]
        candidates.append((flat, values[flat]))
    flat = np.concatenate([one for one, _ in candidates])
    return np.stack(np.unravel_index(flat, data.shape), axis=1), np.concatenate([value for _, value in candidates])


def _smooth(data: FloatArray, sigma_mm: float, spacing: Sequence[float], slice_axis: int) -> FloatArray:
    from scipy.ndimage import gaussian_filter

    sigmas = [0.0 if axis == slice_axis else sigma_mm / step for axis, step in enumerate(spacing)]
    return np.asarray(gaussian_filter(data, sigmas, truncate=3.0, mode="nearest"))


def _flat_neighbours(shape: Sequence[int], slice_axis: int) -> tuple[int, ...]:
    """How far the 8 neighbours in the slice lie from a voxel in a flat array."""
    steps = [int(np.prod(shape[axis + 1 :])) for axis in range(3)]
    i, j = (steps[axis] for axis in range(3) if axis != slice_axis)
    return tuple(a * i + b * j for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0))


def _rays(data: FloatArray, at: IntArray, spacing: Sequence[float], slice_axis: int, limits: DotLimits) -> FloatArray:
    """(n, directions, m): the image along rays in the slice from each middle, `STEP_MM` apart."""
    from scipy.ndimage import map_coordinates

    angles = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    radii = STEP_MM * np.arange(int((limits.max_mm / 2 + limits.ring_mm) / STEP_MM) + 2)
    i, j = (axis for axis in range(3) if axis != slice_axis)
    offsets = np.zeros((DIRECTIONS, len(radii), 3))
    offsets[..., i] = np.outer(np.cos(angles), radii) / spacing[i]
    offsets[..., j] = np.outer(np.sin(angles), radii) / spacing[j]
    index = at[:, None, None, :] + offsets
    values = map_coordinates(data, np.moveaxis(index, -1, 0), order=1, mode="nearest", output=np.float32)
    return np.asarray((values + np.roll(values, 1, axis=1) + np.roll(values, -1, axis=1)) / 3)


def _rings(rays: FloatArray, limits: DotLimits) -> tuple[FloatArray, BoolArray]:
    """(n,) diameter of the dark part in mm, and whether it is a dot in a closed, even, bright ring."""
    if not len(rays):
        return np.empty(0), np.empty(0, dtype=bool)
    rows = np.arange(len(rays))
    mean = rays.mean(axis=1)
    middle = mean[:, : int(MIDDLE_MM / STEP_MM) + 1].mean(axis=1)
    # The nearest crest: the first sample from which the mean falls for as long as it is seen near.
    falling = np.diff(mean, axis=1) < 0
    later = np.arange(mean.shape[1] - 1) >= int(limits.min_mm / 2 / STEP_MM)
    crest_at = np.argmax(falling & later & (mean[:, :-1] >= limits.min_crest), axis=1)
    step = mean[rows, crest_at] - middle
    half = middle + step / 2
    beyond = mean >= half[:, None]
    first = np.argmax(beyond, axis=1)
    before = mean[rows, np.maximum(first - 1, 0)]
    share = (half - before) / np.maximum(mean[rows, first] - before, 1e-30)
    radius = STEP_MM * (first - 1 + share)
    near = np.abs(np.arange(mean.shape[1]) - crest_at[:, None]) <= RIDGE_MM / STEP_MM
    crest = np.where(near[:, None, :], rays, -np.inf).max(axis=2)
    closure = (crest.min(axis=1) - middle) / np.maximum(step, 1e-30)
    variation = crest.std(axis=1) / np.maximum(step, 1e-30)
    good = (
        (crest_at > 0) & (middle <= limits.max_middle) & (step >= limits.min_contrast) & (2 * radius >= limits.min_mm)
    )
    good &= (2 * radius <= limits.max_mm) & (STEP_MM * crest_at - radius <= limits.ring_mm)
    return 2 * radius, good & (closure >= limits.min_closure) & (variation <= limits.max_variation)


def _strongest(points: FloatArray, slices: IntArray, strength: FloatArray, diameter: FloatArray) -> IntArray:
    """Which of n middles (n, 3) in mm stay: of those within half a diameter of each other in a slice, the strongest."""
    from scipy.spatial import cKDTree

    if not len(points):
        return np.empty(0, dtype=np.intp)
    pairs = cKDTree(points).query_pairs(float(diameter.max()), output_type="ndarray")
    apart = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    same = slices[pairs[:, 0]] == slices[pairs[:, 1]]
    pairs = pairs[same & (apart < diameter[pairs].max(axis=1) / 2)]
    weaker = np.where(strength[pairs[:, 0]] >= strength[pairs[:, 1]], pairs[:, 1], pairs[:, 0])
    return np.setdiff1d(np.arange(len(points)), weaker)
