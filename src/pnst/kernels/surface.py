"""A smooth surface from a binary mask with thick slices, in milliseconds.

A slice of a ball of radius R at height z is a disc of radius ρ = √(R² − z²). With d the signed distance to the
disc's edge (positive inside), L = 2ρd − d² = ρ² − r² is a *quadratic* in space, so its zero level between the
slices, and beyond the last one, follows from interpolating and extrapolating L along the slice axis. The same
holds for the slices of an ellipsoid near enough, and L is defined for every outline: ρ is the radius of the disc
of the component's area. This is shape-based interpolation (Raya & Udupa 1990, IEEE TMI 9:32) in a coordinate in
which smooth closed shapes are nearly parabolic, so that their ends are closed at the right height.

Each outline keeps the area of its pixels; no step depends on the order or the direction of the axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pnst.kernels.box import bounding_box
from pnst.kernels.end_extrapolation import MAX_END_SLICES, OUTSIDE, extrapolate_ends
from pnst.kernels.mesh import Mesh
from pnst.kernels.outline import SliceSampling, outlines, resample
from pnst.kernels.regrid import trilinear
from pnst.typing import BoolArray, Float32Array, FloatArray, IntArray

SAMPLES_ACROSS = 16
"""Samples along the lesion's size, which is 3 volumes ÷ surface: the radius of a ball, 1.5 times a slab's thickness."""
MIN_STEP_PIXELS = 0.25
"""Samples are no closer than this share of a pixel."""
THIN_SLICES = 1.5
"""Slices thinner than so many pixels or samples show steps of their own, which are smoothed."""
SMOOTHED_SLICES = 5
"""Slices that are smoothed together. A lesion of fewer is left as it is: a plate would thicken."""
STAIRCASE_AREA_RATIO = 1.5
"""The faces of a body's voxels ÷ its surface, on average over the directions."""


@dataclass(frozen=True, eq=False)
class LevelSet:
    """A function sampled on a fine grid, positive inside the lesion; its zero level is the lesion's surface."""

    values: Float32Array
    """(ni, nj, nk), negative on the border."""
    origin: tuple[float, float, float]
    """Where sample (0, 0, 0) lies, in the index space of the mask."""
    step: tuple[float, float, float]
    """Distance between samples, in the index space of the mask."""

    def mesh(self) -> Mesh:
        """The zero level by marching cubes, in the index space of the mask, outward oriented."""
        from skimage.measure import marching_cubes

        vertices, faces, _, _ = marching_cubes(self.values, 0.0, gradient_direction="ascent")
        return Mesh(vertices.astype(np.float64) * self.step + np.asarray(self.origin), faces)

    def corners(self) -> FloatArray:
        """(8, 3): the corners of the box that holds the lesion, in the index space of the mask."""
        box = bounding_box(self.values > 0)
        if box is None:
            raise ValueError("the level set is nowhere positive")
        ends = np.array([(side.start - 1, side.stop) for side in box]).T  # the level falls to 0 within one sample
        unit = np.indices((2, 2, 2)).reshape(3, 8).T
        return np.asarray(np.asarray(self.origin) + np.where(unit, ends[1], ends[0]) * self.step)

    def levels(self, shape: Sequence[int], to_mask_index: FloatArray) -> Float32Array:
        """The function at the voxel centres of another grid, far below zero beyond the samples.

        `shape` (3,) of that grid; `to_mask_index` (4, 4) from its index space to that of the mask.
        """
        to_samples = np.diag([*(1 / np.asarray(self.step)), 1.0])
        to_samples[:3, 3] = -np.asarray(self.origin) / self.step
        return trilinear(self.values, shape, to_samples @ to_mask_index, float(OUTSIDE), smooth=True)

    def inside(self, shape: Sequence[int], to_mask_index: FloatArray) -> BoolArray:
        """Which voxels of another grid have their centres inside; arguments as for `levels`."""
        return self.levels(shape, to_mask_index) > 0


def level_set(mask: BoolArray, spacing: Sequence[float]) -> LevelSet:
    """The smooth level set of a mask (ni, nj, nk) with `spacing` (3,) in mm; the mask may not be empty.

    The slice axis is that of the largest spacing, whichever it is.

    A ball of 10 mm in slices of 2.5 mm keeps its radius, to 1 %:

    >>> i, j, k = np.ogrid[-14:15, -12:13, -6:7]
    >>> level = level_set(i**2 + (1.2 * j) ** 2 + (2.5 * k) ** 2 < 100, (1.0, 1.2, 2.5))
    >>> radius = float(np.cbrt(3 * level.mesh().volume_mm3 * (1.0 * 1.2 * 2.5) / (4 * np.pi)))
    >>> bool(abs(radius / 10 - 1) < 0.01)
    True
    """
    through = int(np.argmax(spacing))
    order = [through, *(axis for axis in range(3) if axis != through)]
    sk, si, sj = (float(spacing[axis]) for axis in order)
    border = _border(sk, si), _border(sk, sj)
    stack, corner = _crop(mask.transpose(order), border)
    pixel = float(np.sqrt(si * sj))
    target = max(_size(stack, (sk, si, sj)) / SAMPLES_ACROSS, MIN_STEP_PIXELS * pixel)
    sampling = SliceSampling((si, sj), (target / si, target / sj), border)
    slices = extrapolate_ends(stack, list(outlines(stack, sampling)), sk)
    reached = np.flatnonzero((slices > OUTSIDE).any(axis=(1, 2)))
    slices = slices[reached[0] : reached[-1] + 1]
    if sk < THIN_SLICES * max(target, pixel) and len(stack) >= SMOOTHED_SLICES:
        slices = _smooth_along_slices(slices)
    up = max(1, round(sk / target))
    along = 1 / up if up > 1 else max(1.0, target / sk)
    values = interpolate_between_slices(slices, up) if up > 1 else resample(slices, (along, 1.0, 1.0))
    back = np.argsort(order)
    origin = np.array([corner[0] - MAX_END_SLICES + int(reached[0]), *corner[1:]], dtype=np.float64)[back]
    step = np.array([along, *sampling.steps])[back]
    return LevelSet(_close_border(values).transpose(back), tuple(origin.tolist()), tuple(step.tolist()))


def _border(sk: float, pixel: float) -> int:
    """Pixels of room for the extrapolated ends on either side of the outlines."""
    return int(np.ceil(max(1.5 * sk, 2 * pixel) / pixel)) + 2


def _crop(mask: BoolArray, border: tuple[int, int]) -> tuple[BoolArray, list[int]]:
    """The slices (nk, ni, nj) of the mask's own box, with a border round them; and its corner in the mask."""
    box = bounding_box(mask)
    if box is None:
        raise ValueError("the mask is empty")
    pad = [0, *border]
    return np.pad(mask[box], [(p, p) for p in pad]), [side.start - p for side, p in zip(box, pad, strict=True)]


def _size(stack: BoolArray, spacing: tuple[float, float, float]) -> float:
    """3 V ÷ A of the voxels in mm: the radius of a ball."""
    voxel = float(np.prod(spacing))
    faces = (
        sum(np.count_nonzero(np.diff(stack, axis=axis)) * voxel / spacing[axis] for axis in range(3))
        + (np.count_nonzero(stack[0]) + np.count_nonzero(stack[-1])) * voxel / spacing[0]
    )
    return 3 * STAIRCASE_AREA_RATIO * np.count_nonzero(stack) * voxel / faces


def interpolate_between_slices(slices: Float32Array, up: int) -> Float32Array:
    """`up` samples a slice by Catmull–Rom's cubic, which reproduces a quadratic exactly.

    Between two slices that agree on a sample's sign the cubic may not overshoot to the other sign: it would make
    islands and holes that no slice shows.

    Half-way between the slices of x²:

    >>> slices = (np.arange(5.0, dtype=np.float32) ** 2)[:, None, None]
    >>> interpolate_between_slices(slices, 2).ravel()[2:7].tolist()
    [1.0, 2.25, 4.0, 6.25, 9.0]
    """
    count = len(slices)
    where = np.arange((count - 1) * up + 1) / up
    cell = np.clip(where.astype(int), 0, count - 2)
    t = where - cell
    taps = np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], axis=1)
    fine = _weighted_slices(slices, cell[:, None] + np.arange(-1, 3), taps / 2)
    low, high = np.minimum(slices[:-1], slices[1:]), np.maximum(slices[:-1], slices[1:])
    ceiling = np.where(high < 0, high, np.float32(np.inf))
    floor = np.where(low > 0, low, np.float32(-np.inf))
    np.minimum(fine, ceiling[cell], out=fine)
    np.maximum(fine, floor[cell], out=fine)
    return fine


def _smooth_along_slices(slices: Float32Array) -> Float32Array:
    """Thin slices: a quadratic fit over five takes off their steps (Savitzky & Golay 1964), within their neighbours."""
    count = len(slices)
    taps = np.tile(np.array([-3, 12, 17, 12, -3]) / 35, (count, 1))
    smooth = _weighted_slices(slices, np.arange(count)[:, None] + np.arange(-2, 3), taps)
    below, above = slices[[0, *range(count - 1)]], slices[[*range(1, count), count - 1]]
    np.maximum(smooth, np.minimum(np.minimum(below, above), slices), out=smooth)
    np.minimum(smooth, np.maximum(np.maximum(below, above), slices), out=smooth)
    # A sample never changes sides: a lesion of one slice would vanish.
    return np.where((smooth > 0) == (slices > 0), smooth, slices)


def _weighted_slices(slices: Float32Array, rows: IntArray, taps: FloatArray) -> Float32Array:
    """(samples, mi, mj): each sample the slices of its row of `rows` weighted by `taps`; the ends repeat."""
    weights = np.zeros((len(rows), len(slices)), dtype=np.float32)
    np.add.at(weights, (np.arange(len(rows))[:, None], np.clip(rows, 0, len(slices) - 1)), taps.astype(np.float32))
    return (weights @ slices.reshape(len(slices), -1)).reshape(len(rows), *slices.shape[1:])


def _close_border(values: Float32Array) -> Float32Array:
    """Negative on every face of the box, so that the surface is closed."""
    for axis in range(3):
        for end in (0, -1):
            face = values[tuple(end if a == axis else slice(None) for a in range(3))]
            np.minimum(face, np.float32(-1e-3), out=face)
    return values
