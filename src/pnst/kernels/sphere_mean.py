"""Means of a map over a sphere about each voxel, of what of the sphere lies in a body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import BoolArray, FloatArray

CELLS_PER_RADIUS = 16
"""A sphere is drawn in cells of at most this share of its radius: its volume is right to 0.3 %."""


def sphere_weights(radius_mm: float, spacing: Sequence[float]) -> FloatArray:
    """(odd, odd, odd) float32: the share of each voxel that lies within a sphere about the middle one's centre.

    The voxels of a sphere of 5 mm make up 4/3·π·5³ mm³, to 0.3 %:

    >>> weights = sphere_weights(5.0, (1.0, 2.0, 2.5))
    >>> weights.shape, bool(abs(weights.sum() * 1.0 * 2.0 * 2.5 / (4 / 3 * np.pi * 125) - 1) < 0.003)
    ((11, 5, 5), True)
    """
    counts = [int(np.ceil(radius_mm / side - 0.5)) for side in spacing]
    cells = [max(1, int(np.ceil(CELLS_PER_RADIUS * side / radius_mm))) for side in spacing]
    axes = [
        ((np.arange((2 * n + 1) * c) + 0.5) / c - n - 0.5) * side
        for n, c, side in zip(counts, cells, spacing, strict=True)
    ]
    i, j, k = (np.square(axis) for axis in axes)
    within = (i[:, None, None] + j[:, None] + k <= radius_mm**2).astype(np.float32)
    blocks = within.reshape([side for n, c in zip(counts, cells, strict=True) for side in (2 * n + 1, c)])
    return np.asarray(blocks.mean(axis=(1, 3, 5)))


class SphereMean:
    """Means over a sphere about each voxel of a body, of what of the sphere lies in the body.

    `inside` (ni, nj, nk) is the body, `weights` those of `sphere_weights`. What depends on these alone is worked out
    once, so that many maps of one body cost one Fourier transform each.

    A 'sphere' of three voxels in a row; at the ends one of them lies outside the body:

    >>> mean = SphereMean(np.ones((3, 1, 1), dtype=bool), np.ones((3, 1, 1)))
    >>> mean(np.array([1.0, 3.0, 8.0]).reshape(3, 1, 1)).ravel().round(4).tolist()
    [2.0, 4.0, 5.5]
    """

    def __init__(self, inside: BoolArray, weights: FloatArray) -> None:
        from scipy.fft import next_fast_len, rfftn

        self.inside = inside
        self._first = tuple(n // 2 for n in weights.shape)
        self._shape = [next_fast_len(n + m - 1, real=True) for n, m in zip(inside.shape, weights.shape, strict=True)]
        self._spectrum = rfftn(weights.astype(np.float32), self._shape)
        self._total_weight = self._convolved(inside.astype(np.float32))

    def __call__(self, values: FloatArray) -> FloatArray:
        """(ni, nj, nk) float32: the means of `values`, which are finite inside; NaN outside the body."""
        total = self._convolved(np.where(self.inside, values, 0).astype(np.float32))
        out = np.full(self.inside.shape, np.nan, dtype=np.float32)
        np.divide(total, self._total_weight, out=out, where=self.inside)
        return out

    def _convolved(self, data: FloatArray) -> FloatArray:
        from scipy.fft import irfftn, rfftn

        full = irfftn(rfftn(data, self._shape) * self._spectrum, self._shape)
        i, j, k = (slice(first, first + n) for first, n in zip(self._first, data.shape, strict=True))
        return np.asarray(full[i, j, k])
