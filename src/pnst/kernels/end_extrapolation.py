"""How a lesion ends beyond its last slices: each outline's function extrapolated into the empty slices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pnst.kernels.outline import Outlines
from pnst.typing import BoolArray, Float32Array

MAX_END_SLICES = 4
"""Slices that may be extrapolated beyond the end of each component."""
FLATTENING = ((0.3, 0.8), (0.1, 1.0))
"""Share of the last slice's depth that the quadratic carries into the empty slice → least drop below 0 there, in the
same unit: 0.1 leaves a round end where it is, 1.0 puts a flat one half-way between the two slices."""
OUTSIDE = np.float32(-1e5)


def extrapolate_ends(stack: BoolArray, parts: Sequence[Outlines], spacing: float) -> Float32Array:
    """The outlines' function on every slice of a stack (nk, ni, nj) and on MAX_END_SLICES more at either end.

    Each component is extrapolated beyond the slices where it ends; `spacing` is that of the slices in mm.

    A cylinder of three slices ends half-way to the next: the sign changes there with the same value on either side.

    >>> from pnst.kernels.outline import SliceSampling, outlines
    >>> disc = np.hypot(*np.ogrid[-14:15, -14:15]) < 8
    >>> parts = list(outlines(np.stack([disc] * 3), SliceSampling((1.0, 1.0), (1.0, 1.0), (3, 3))))
    >>> profile = extrapolate_ends(np.stack([disc] * 3), parts, 4.0)[:, 14, 14]
    >>> (profile[2:9] / profile[5]).round(2).tolist()
    [-1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0]
    """
    count = len(stack)
    empty = np.zeros((2, *stack.shape[1:]), dtype=bool)
    pixels = np.concatenate([stack, empty])  # the last one serves slice −1, too
    slices = np.full((count + 2 * MAX_END_SLICES, *parts[0].parabolic.shape[1:]), OUTSIDE)
    for part in parts:
        where = part.slices + MAX_END_SLICES
        slices[where] = np.maximum(slices[where], part.parabolic)
    extended = slices.copy()
    for part in parts:
        for toward in (-1, 1):
            overlaps = [(part.pixels & pixels[part.slices + toward * n]).any(axis=(1, 2)) for n in (1, -1)]
            further = np.clip(part.slices - 2 * toward, -1, count)
            overlaps.append((part.pixels & pixels[further]).any(axis=(1, 2)))
            for n in np.flatnonzero(~overlaps[0]):
                k = int(part.slices[n]) + MAX_END_SLICES
                behind = [slices[k - toward * back] for back in (1, 2) if overlaps[back][n]]
                ends = _slices_beyond(part.distance[n], part.parabolic[n], behind, spacing)
                for steps, end in enumerate(ends, start=1):
                    np.maximum(extended[k + toward * steps], end, out=extended[k + toward * steps])
    return extended


def _slices_beyond(
    distance: Float32Array, last: Float32Array, behind: list[Float32Array], spacing: float
) -> Iterator[Float32Array]:
    """What a component's function continues to, 1 … MAX_END_SLICES slices beyond its last one.

    Quadratic from the last three slices; with fewer, the curvature is that of a ball (−2 per mm²). The next slice
    is known to be empty: an end that the quadratic would carry on into it is flat, and lies half a slice beyond the
    last one, as the edge of its voxels does. No end grows sideways by more than 1.5 slices.
    """
    ball = np.float32(-2 * spacing**2)
    if not behind:
        slope, bend = np.zeros_like(last) - ball / 2, np.full_like(last, ball)
    else:
        slope = last - behind[0]
        bend = np.minimum(slope - (behind[0] - behind[1]), 0) if len(behind) == 2 else np.full_like(last, ball)
    near = distance > -1.5 * spacing
    deepest = np.unravel_index(int(np.argmax(last)), last.shape)
    carried_on = float((last + slope + bend)[deepest] / last[deepest])
    drop = np.float32(np.interp(carried_on, *FLATTENING))
    before, below = last, np.where(near, -drop * np.maximum(last, 0) - np.float32(1e-3), last + ball / 2)
    for n in range(1, MAX_END_SLICES + 1):
        end = np.minimum(last + n * slope + (n * (n + 1) // 2) * bend, below)
        yield end
        if before.max() < 0:
            return  # two slices wholly outside: the cubic between the slices sees no further
        before, below = end, np.where(near, end, end + ball / 2)
