"""The darkest parts of a map inside a body: means over a sphere, and the darkest connected region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import BoolArray, FloatArray

FINENESS = 16
"""A sphere is drawn in cells of at most this share of its radius: its volume is right to 0.3 %."""
RESOLUTION = 1024
"""The threshold of the darkest region is found to this share of the body's voxels (exactly in smaller bodies)."""


def sphere_shares(radius_mm: float, spacing: Sequence[float]) -> FloatArray:
    """(odd, odd, odd) float32: the share of each voxel that lies within a sphere about the middle one's centre."""
    counts = [int(np.ceil(radius_mm / side - 0.5)) for side in spacing]
    cells = [max(1, int(np.ceil(FINENESS * side / radius_mm))) for side in spacing]
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

    `inside` (ni, nj, nk) is the body, `shares` those of `sphere_shares`. What depends on these alone is worked out
    once, so that many maps of one body cost one Fourier transform each.
    """

    def __init__(self, inside: BoolArray, shares: FloatArray) -> None:
        from scipy.fft import next_fast_len, rfftn

        self.inside = inside
        self._first = tuple(n // 2 for n in shares.shape)
        self._shape = [next_fast_len(n + m - 1, real=True) for n, m in zip(inside.shape, shares.shape, strict=True)]
        self._spectrum = rfftn(shares.astype(np.float32), self._shape)
        self._weight = self._convolved(inside.astype(np.float32))

    def __call__(self, values: FloatArray) -> FloatArray:
        """(ni, nj, nk) float32: the means of `values`, which are finite inside; NaN outside the body."""
        total = self._convolved(np.where(self.inside, values, 0).astype(np.float32))
        out = np.full(self.inside.shape, np.nan, dtype=np.float32)
        np.divide(total, self._weight, out=out, where=self.inside)
        return out

    def _convolved(self, data: FloatArray) -> FloatArray:
        from scipy.fft import irfftn, rfftn

        full = irfftn(rfftn(data, self._shape) * self._spectrum, self._shape)
        i, j, k = (slice(first, first + n) for first, n in zip(self._first, data.shape, strict=True))
        return np.asarray(full[i, j, k])


def darkest_region(values: FloatArray, size: int) -> BoolArray:
    """The darkest connected `size` voxels (26 neighbours) of a map (ni, nj, nk), NaN where it is unknown.

    A threshold rises until one connected piece holds that many voxels; the darkest ones of that piece count. The
    largest piece where none is that large.
    """
    known = np.isfinite(values)
    ordered = np.sort(values[known])
    low, high = min(size, ordered.size) - 1, ordered.size - 1
    filled = np.where(known, values, np.inf)
    while high - low > ordered.size // RESOLUTION:
        middle = (low + high) // 2
        _, largest = _largest_piece(filled <= ordered[middle])
        low, high = (low, middle) if largest >= size else (middle + 1, high)
    piece, _ = _largest_piece(filled <= ordered[high])
    inner = filled[piece]
    chosen = np.zeros(inner.size, dtype=bool)
    chosen[np.argsort(inner, kind="stable")[:size]] = True
    out = np.zeros(values.shape, dtype=bool)
    out[piece] = chosen
    return out


def _largest_piece(mask: BoolArray) -> tuple[BoolArray, int]:
    import cc3d

    labels = cc3d.connected_components(mask.astype(np.uint8), connectivity=26)
    counts = np.bincount(labels.ravel())
    counts[0] = 0
    largest = int(counts.argmax())
    return np.asarray(labels == largest), int(counts[largest])
