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
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pnst.kernels.mesh import Mesh

FloatArray = npt.NDArray[np.floating[Any]]
Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

SMOOTHING_PIXELS = 0.8
"""SD of the in-plane smoothing of the distance: enough to take off the pixel steps."""
SAMPLES_PER_RADIUS = 40
"""The fine grid is no finer than the lesion's equivalent radius over this."""
CAPS = 4
"""Extrapolated slices beyond the end of each component."""
FLAT_END = ((0.3, 0.8), (0.1, 1.0))
"""Share of the last slice's depth that the quadratic carries into the empty slice → least drop below 0 there, in the
same unit: 0.1 leaves a round end where it is, 1.0 puts a flat one half-way between the two slices."""
OUTSIDE = np.float32(-1e5)


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

    def inside(self, shape: Sequence[int], to_mask_index: FloatArray) -> BoolArray:
        """Which voxels of another grid have their centres inside.

        `shape` (3,) of that grid; `to_mask_index` (4, 4) from its index space to that of the mask.
        """
        from scipy.ndimage import affine_transform

        to_samples = np.diag([*(1 / np.asarray(self.step)), 1.0])
        to_samples[:3, 3] = -np.asarray(self.origin) / self.step
        matrix = to_samples @ to_mask_index
        values = affine_transform(
            self.values, matrix[:3, :3], matrix[:3, 3], tuple(shape), order=1, mode="constant", cval=float(OUTSIDE)
        )
        return np.asarray(values > 0)


class _Outline(NamedTuple):
    """One connected component of one slice."""

    pixels: BoolArray
    distance: Float32Array
    """Signed distance in mm to the smoothed edge, positive inside."""
    parabolic: Float32Array
    """2ρd − d² in mm²."""


def level_set(mask: BoolArray, spacing: Sequence[float]) -> LevelSet:
    """The smooth level set of a mask (ni, nj, nk) with `spacing` (3,) in mm; the mask may not be empty.

    The slice axis is that of the largest spacing, whichever it is.
    """
    slice_axis = int(np.argmax(spacing))
    order = [axis for axis in range(3) if axis != slice_axis] + [slice_axis]
    si, sj, sk = (float(spacing[axis]) for axis in order)
    stack, corner = _cropped(mask.transpose(order), (si, sj, sk))
    outlines = [_outlines(stack[:, :, k], (si, sj)) for k in range(stack.shape[2])]
    values = _capped(stack, outlines, sk)
    radius = (3 * np.count_nonzero(stack) * si * sj * sk / (4 * np.pi)) ** (1 / 3)
    target = max(float(np.sqrt(si * sj)), radius / SAMPLES_PER_RADIUS)
    strides = [max(1, int(target / s)) for s in (si, sj)]
    up = max(1, round(sk / target))
    values = values[:: strides[0], :: strides[1]]
    fine = _close(_between_slices(values, up) if up > 1 else _along_slices(values))
    back = np.argsort(order)
    origin, step = np.asarray(corner, dtype=np.float64)[back], np.array([*strides, 1 / up])[back]
    return LevelSet(fine.transpose(back), tuple(origin.tolist()), tuple(step.tolist()))


def _cropped(mask: BoolArray, spacing: tuple[float, float, float]) -> tuple[BoolArray, list[int]]:
    """The mask's own box, padded with room for the caps; and the index of its first voxel in the mask."""
    pad = (*[int(np.ceil(max(1.5 * spacing[2], 4 * s) / s)) + 2 for s in spacing[:2]], CAPS)
    box, corner = [], []
    for axis in range(3):
        hit = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        box.append(slice(int(hit[0]), int(hit[-1]) + 1))
        corner.append(int(hit[0]) - pad[axis])
    return np.pad(mask[tuple(box)], [(p, p) for p in pad]), corner


def _outlines(pixels: BoolArray, spacing: tuple[float, float]) -> list[_Outline]:
    """The connected components of one slice (ni, nj)."""
    if not pixels.any():
        return []
    import cc3d

    labels, count = cc3d.connected_components(pixels.astype(np.uint8), connectivity=8, return_N=True)
    return [_outline(labels == label, spacing) for label in range(1, count + 1)]


def _outline(pixels: BoolArray, spacing: tuple[float, float]) -> _Outline:
    import edt
    from scipy.ndimage import gaussian_filter

    pixel_area = spacing[0] * spacing[1]
    width = float(np.sqrt(pixel_area))
    inside = pixels.astype(np.uint8)
    distance = edt.edt(inside, anisotropy=spacing) - edt.edt(1 - inside, anisotropy=spacing)
    distance -= np.sign(distance) * (width / 2)  # from pixel centres to the pixels' edge
    distance = gaussian_filter(distance, [SMOOTHING_PIXELS * width / s for s in spacing])
    # Smoothing pulls a curved edge inward: one Newton step on the level gives the area back.
    area = np.count_nonzero(pixels) * pixel_area
    smooth_area = float(np.clip(distance / width + 0.5, 0, 1).sum()) * pixel_area
    perimeter = np.count_nonzero(np.abs(distance) < width) * pixel_area / (2 * width)
    distance += (area - smooth_area) / max(perimeter, width)
    # Of an outline thinner than the smoothing that is not enough: a pixel's centre lies half a pixel inside its edge.
    distance += max(0.0, width / 2 - float(distance.max()))
    rho = np.sqrt(area / np.pi)
    return _Outline(pixels, distance, (2 * rho * distance - distance * distance).astype(np.float32))


def _capped(stack: BoolArray, outlines: list[list[_Outline]], spacing: float) -> Float32Array:
    """The parabolic function of every slice, each component extrapolated beyond the slices where it ends."""
    count = stack.shape[2]
    slices = np.full(stack.shape, OUTSIDE, dtype=np.float32)
    for k, parts in enumerate(outlines):
        for part in parts:
            np.maximum(slices[:, :, k], part.parabolic, out=slices[:, :, k])
    capped = slices.copy()
    for k, parts in enumerate(outlines):
        for toward in (-1, 1):
            for part in parts:
                if (part.pixels & stack[:, :, k + toward]).any():
                    continue
                behind = [
                    slices[:, :, k - toward * n] for n in (1, 2) if (part.pixels & stack[:, :, k - toward * n]).any()
                ]
                for n, cap in enumerate(_cap(part, behind, spacing), start=1):
                    if 0 <= k + toward * n < count:
                        target = capped[:, :, k + toward * n]
                        np.maximum(target, cap, out=target)
    return capped


def _cap(part: _Outline, behind: list[Float32Array], spacing: float) -> list[Float32Array]:
    """What a component's parabolic function continues to, 1 … CAPS slices beyond its last one.

    Quadratic from the last three slices; with fewer, the curvature is that of a ball (−2 per mm²). The next slice
    is known to be empty: an end that the quadratic would carry on into it is flat, and lies half a slice beyond the
    last one, as the edge of its voxels does. No end grows sideways by more than 1.5 slices.
    """
    last, ball = part.parabolic, np.float32(-2 * spacing**2)
    if not behind:
        slope, bend = np.zeros_like(last) - ball / 2, np.full_like(last, ball)
    else:
        slope = last - behind[0]
        bend = np.minimum(slope - (behind[0] - behind[1]), 0) if len(behind) == 2 else np.full_like(last, ball)
    near = part.distance > -1.5 * spacing
    deepest = np.unravel_index(int(np.argmax(last)), last.shape)
    carried_on = float((last + slope + bend)[deepest] / last[deepest])
    drop = np.interp(carried_on, *FLAT_END)
    caps: list[Float32Array] = []
    for n in range(1, CAPS + 1):
        value = last + n * slope + (n * (n + 1) / 2) * bend
        before = caps[-1] if caps else last
        ceiling = np.where(near, before if caps else -drop * np.maximum(last, 0) - 1e-3, before + ball / 2)
        caps.append(np.minimum(value, ceiling).astype(np.float32))
    return caps


def _between_slices(slices: Float32Array, up: int) -> Float32Array:
    """`up` samples a slice by Catmull–Rom's cubic, which reproduces a quadratic exactly.

    Between two slices that agree on a sample's sign the cubic may not overshoot to the other sign: it would make
    islands and holes that no slice shows.
    """
    count = slices.shape[2]
    where = np.arange((count - 1) * up + 1) / up
    cell = np.clip(where.astype(int), 0, count - 2)
    t = where - cell
    taps = np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], axis=1)
    fine = slices @ _weights(count, cell[:, None] + np.arange(-1, 3), taps / 2)
    before, after = slices[:, :, cell], slices[:, :, cell + 1]
    np.minimum(fine, np.where((before < 0) & (after < 0), np.maximum(before, after), np.inf), out=fine)
    np.maximum(fine, np.where((before > 0) & (after > 0), np.minimum(before, after), -np.inf), out=fine)
    return np.asarray(fine)


def _along_slices(slices: Float32Array) -> Float32Array:
    """Thin slices: a quadratic fit over five takes off their steps (Savitzky & Golay 1964), within their neighbours."""
    count = slices.shape[2]
    taps = np.tile(np.array([-3, 12, 17, 12, -3]) / 35, (count, 1))
    smooth = slices @ _weights(count, np.arange(count)[:, None] + np.arange(-2, 3), taps)
    below, above = slices[:, :, [0, *range(count - 1)]], slices[:, :, [*range(1, count), count - 1]]
    low = np.minimum(np.minimum(below, above), slices)
    high = np.maximum(np.maximum(below, above), slices)
    smooth = np.clip(smooth, low, high)
    # A sample never changes sides: a lesion of one slice would vanish.
    return np.where((smooth > 0) == (slices > 0), smooth, slices)


def _weights(count: int, rows: npt.NDArray[np.integer[Any]], taps: FloatArray) -> Float32Array:
    """(count, samples): the weight of each slice in each sample, from its taps (samples, taps) at `rows`."""
    weights = np.zeros((count, len(rows)), dtype=np.float32)
    np.add.at(weights, (np.clip(rows, 0, count - 1), np.arange(len(rows))[:, None]), taps.astype(np.float32))
    return weights


def _close(values: Float32Array) -> Float32Array:
    """Negative on every face of the box, so that the surface is closed."""
    for axis in range(3):
        for end in (0, -1):
            face = values[tuple(end if a == axis else slice(None) for a in range(3))]
            np.minimum(face, np.float32(-1e-3), out=face)
    return values
