"""Smoothing of an image within a region, by normalised convolution: what lies outside takes no part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import BoolArray, FloatArray

TRUNCATE = 2.5
"""The smoothing kernel ends after this many SDs: 1 % of its weight lies beyond."""


def smooth_within(data: FloatArray, inside: BoolArray, sigmas: Sequence[float]) -> FloatArray:
    """`data` (ni, nj, nk) smoothed over the voxels `inside` alone, float32; NaN elsewhere. `sigmas` (3,) in voxels.

    What lies outside takes no part:

    >>> data = np.array([1.0, 1.0, 100.0]).reshape(3, 1, 1)
    >>> smooth_within(data, data < 50, (1.0, 0.0, 0.0)).ravel().round(6).tolist()
    [1.0, 1.0, nan]
    """
    from scipy.ndimage import gaussian_filter

    weight = gaussian_filter(inside.astype(np.float32), sigmas, truncate=TRUNCATE, mode="constant")
    value = np.where(inside, data, 0).astype(np.float32)
    value = gaussian_filter(value, sigmas, truncate=TRUNCATE, mode="constant")
    out = np.full(data.shape, np.nan, dtype=np.float32)
    np.divide(value, weight, out=out, where=inside)
    return out
