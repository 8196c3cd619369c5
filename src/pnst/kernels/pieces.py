"""Pieces of another tissue inside a body: off its edge, smoothed within it, each bounded at half its own step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import AnyArray, BoolArray, FloatArray, IntArray

TRUNCATE = 2.5
"""The smoothing kernel ends after this many SDs: 1 % of its weight lies beyond."""


def eroded(mask: BoolArray) -> BoolArray:
    """A mask (ni, nj, nk) less its edge voxels: those with one of their 6 neighbours outside (or beyond the array)."""
    return np.asarray(~dilated(~np.pad(mask, 1))[1:-1, 1:-1, 1:-1])


def dilated(labels: AnyArray, steps: Sequence[int] = (1, 1, 1)) -> AnyArray:
    """Labels or a mask (ni, nj, nk) spread to the 6 neighbours, `steps` (3,) times along each axis.

    Where two labels meet, the greater one stays.
    """
    for step in range(max(steps)):
        out = labels.copy()
        for axis in (axis for axis in range(3) if steps[axis] > step):
            ahead = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
            behind = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
            np.maximum(out[ahead], labels[behind], out=out[ahead])
            np.maximum(out[behind], labels[ahead], out=out[behind])
        labels = out
    return labels


def smoothed_within(data: FloatArray, inside: BoolArray, sigmas: Sequence[float]) -> FloatArray:
    """`data` (ni, nj, nk) smoothed over the voxels `inside` alone, float32; NaN elsewhere. `sigmas` (3,) in voxels."""
    from scipy.ndimage import gaussian_filter

    weight = gaussian_filter(inside.astype(np.float32), sigmas, truncate=TRUNCATE, mode="constant")
    value = np.where(inside, data, 0).astype(np.float32)
    value = gaussian_filter(value, sigmas, truncate=TRUNCATE, mode="constant")
    out = np.full(data.shape, np.nan, dtype=np.float32)
    np.divide(value, weight, out=out, where=inside)
    return out


def bounded_pieces(
    seeds: BoolArray, data: FloatArray, level: float, allowed: BoolArray, reach: Sequence[int]
) -> IntArray:
    """The connected pieces (26 neighbours) of `seeds` (ni, nj, nk), numbered from 1, each bounded at half its step.

    A piece's step leads from `level`, that of the body round it, to the median of `data` over its own seeds. Its voxels
    are those `allowed` ones within `reach` (3,) voxels of its seeds that lie beyond half of that: where partial volume
    puts the border, whatever the threshold and the smoothing were that found the piece.
    """
    import cc3d

    out = np.zeros(seeds.shape, dtype=np.int32)
    if not seeds.any():
        return out
    hit = [np.flatnonzero(seeds.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    box = tuple(slice(max(0, int(at[0]) - n), int(at[-1]) + 1 + n) for at, n in zip(hit, reach, strict=True))
    labels = cc3d.connected_components(seeds[box].astype(np.uint8), connectivity=26).astype(np.int32)
    part = np.asarray(data[box], dtype=np.float32)
    steps = np.concatenate([[1.0], piece_medians(labels, part) - level]).astype(np.float32)
    near = np.where(allowed[box], dilated(labels, reach), 0)
    out[box] = np.where((part - np.float32(level)) * np.sign(steps[near]) > np.abs(steps[near]) / 2, near, 0)
    return out


def piece_medians(pieces: IntArray, data: FloatArray) -> FloatArray:
    """(n,): the median of `data` (ni, nj, nk) over each of the pieces 1 … n, NaN left out; NaN where nothing is."""
    from scipy.ndimage import median

    count = int(pieces.max(initial=0))
    where = (pieces > 0) & np.isfinite(data)
    medians = np.full(count, np.nan)
    present = np.unique(pieces[where])
    if present.size:
        medians[present - 1] = median(data[where], pieces[where], present)
    return medians
