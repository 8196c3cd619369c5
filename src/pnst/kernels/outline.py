"""The outlines of a mask's slices: each connected component of a slice as a smooth function of the plane.

With d the signed distance to the outline (mm, positive inside) and ρ the radius of the disc of its area, the function
is 2ρd − d², which is ρ² − r² for a disc.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pnst.typing import BoolArray, Float32Array, FloatArray, IntArray

SMOOTHING_PIXELS = 0.8
"""SD of the in-plane smoothing of the distance: enough to take off the pixel steps."""
THIN_PIXELS = (0.5, 2.5)
"""Greatest depth of an outline in pixels: up to the first it is not smoothed, from the second on in full. Smoothing
lowers the ridge of a line one pixel wide below 0."""
THREADS = 2
"""Of the distance transform, the costliest step."""


@dataclass(frozen=True, eq=False)
class Outlines:
    """n connected components, no two of one slice."""

    slices: IntArray
    """(n,): the slice that each lies in, rising."""
    pixels: BoolArray
    """(n, ni, nj)."""
    distance: Float32Array
    """(n, mi, mj): signed distance in mm to the smoothed edge, positive inside, on the samples of the plane."""
    parabolic: Float32Array
    """(n, mi, mj): 2ρd − d² in mm²."""


@dataclass(frozen=True)
class SliceSampling:
    """The pixels of a slice, and the samples of it that are kept: every `steps` pixels, from the first pixel on."""

    spacing: tuple[float, float]
    """mm."""
    steps: tuple[float, float]
    """In pixels, fractions too."""
    border: tuple[int, int]
    """So many pixels at each end of either axis are empty in every slice."""

    @property
    def pixel_mm2(self) -> float:
        """Area of a pixel."""
        return self.spacing[0] * self.spacing[1]


def outlines(stack: BoolArray, sampling: SliceSampling) -> Iterator[Outlines]:
    """The components (8 neighbours) of the slices of a stack (nk, ni, nj), the first of every slice, then the second.

    The slices have the plane's empty border.

    At the centre of a disc of 5 mm the function is ρ² = 25 mm², to the pixels' precision:

    >>> i, j = np.ogrid[-12:13, -10:11]
    >>> (part,) = outlines((i**2 + (1.2 * j) ** 2 < 25)[None], SliceSampling((1.0, 1.2), (1.0, 1.0), (3, 3)))
    >>> part.slices.tolist(), bool(abs(part.parabolic[0, 12, 10] - 25) < 2)
    ([0], True)
    """
    import cc3d

    # The slices one under the other: their empty borders keep the components of one from those of the next.
    labels, count = cc3d.connected_components(_as_one_image(stack.view(np.uint8)), connectivity=8, return_N=True)
    if count == 0:
        return
    labels = labels.reshape(stack.shape)
    filled = np.flatnonzero(stack.any(axis=(1, 2)))
    highest = labels[filled].max(axis=(1, 2)).astype(np.int64)  # they are numbered from slice to slice
    first = np.concatenate([[1], highest[:-1] + 1])
    for rank in range(int((highest - first).max()) + 1):
        has = first + rank <= highest
        pixels = labels[filled[has]] == (first[has] + rank)[:, None, None]
        yield _outlines_of(filled[has], pixels, sampling)


def _outlines_of(slices: IntArray, pixels: BoolArray, sampling: SliceSampling) -> Outlines:
    area = np.count_nonzero(pixels, axis=(1, 2)) * sampling.pixel_mm2
    distance = resample(_edge_distance(pixels, area, sampling), (1.0, *sampling.steps))
    rho = np.sqrt(area / np.pi).astype(np.float32)[:, None, None]
    return Outlines(slices, pixels, distance, 2 * rho * distance - distance * distance)


def _edge_distance(pixels: BoolArray, area_mm2: FloatArray, sampling: SliceSampling) -> Float32Array:
    """(n, ni, nj): signed distance in mm to an edge without pixel steps that keeps each outline's area."""
    from scipy.ndimage import gaussian_filter

    width = float(np.sqrt(sampling.pixel_mm2))
    signed = _signed_distance(pixels, sampling)
    signed -= np.float32(width / 2)  # from pixel centres to the pixels' edge
    np.negative(signed, out=signed, where=~pixels)
    share = np.interp(signed.max(axis=(1, 2)) / width, THIN_PIXELS, (0, 1)).astype(np.float32)[:, None, None]
    distance = gaussian_filter(signed, (0, *(SMOOTHING_PIXELS * width / s for s in sampling.spacing)))
    if share.min() < 1:
        distance = signed + share * (distance - signed)
    # Smoothing pulls a curved edge inward: one Newton step on the level gives the area back.
    smoothed_area = np.clip(distance / np.float32(width) + np.float32(0.5), 0, 1).sum(axis=(1, 2)) * sampling.pixel_mm2
    perimeter = np.count_nonzero(np.abs(distance) < width, axis=(1, 2)) * sampling.pixel_mm2 / (2 * width)
    distance += ((area_mm2 - smoothed_area) / np.maximum(perimeter, width)).astype(np.float32)[:, None, None]
    # Of an outline thinner than the smoothing that is not enough: a pixel's centre lies half a pixel inside its edge.
    lift = np.maximum(0, np.float32(width / 2) - distance.max(axis=(1, 2)))
    return np.asarray(distance + lift[:, None, None])


def _signed_distance(pixels: BoolArray, sampling: SliceSampling) -> Float32Array:
    """(n, ni, nj): distance in mm of each pixel's centre to the nearest one on the other side of its slice's outline.

    Outside no more than leads out of the image and through the empty border again: what lies further may be the next
    slice's, and shapes nothing.
    """
    import edt

    # Two labels, so that one call gives the distance on both sides.
    labels = _as_one_image(pixels.view(np.uint8) + np.uint8(1))
    distance = edt.edt(labels, anisotropy=sampling.spacing, parallel=THREADS).reshape(pixels.shape)
    steps = [np.minimum(np.arange(n), np.arange(n)[::-1]) + 1 for n in pixels.shape[1:]]
    ways = [(n + empty) * s for n, empty, s in zip(steps, sampling.border, sampling.spacing, strict=True)]
    furthest = np.minimum.outer(*ways).astype(np.float32)
    return np.asarray(np.minimum(distance, furthest, out=distance, where=~pixels))


def _as_one_image(stack: IntArray) -> IntArray:
    """(n · ni, nj): the slices (n, ni, nj) one under the other."""
    return stack.reshape(-1, stack.shape[2])


def resample(values: Float32Array, steps: tuple[float, ...]) -> Float32Array:
    """An array at every `steps` elements (one each axis, fractions too), by linear interpolation.

    >>> resample(np.array([[0, 4, 8]], dtype=np.float32), (1.0, 0.5)).tolist()
    [[0.0, 2.0, 4.0, 6.0, 8.0]]
    """
    for axis, step in enumerate(steps):
        if step == 1:
            continue
        where = np.minimum(np.arange(0, values.shape[axis] - 1 + step, step), values.shape[axis] - 1)
        below = np.minimum(where.astype(np.intp), values.shape[axis] - 2)
        shape = [-1 if a == axis else 1 for a in range(values.ndim)]
        t = (where - below).astype(np.float32).reshape(shape)
        low, high = values.take(below, axis=axis), values.take(below + 1, axis=axis)
        values = low + t * (high - low)
    return values
