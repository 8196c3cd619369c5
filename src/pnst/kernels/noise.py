"""Noise of an image, from the image itself."""

from __future__ import annotations

import numpy as np

from pnst.typing import AnyArray, BoolArray


def noise_sd(data: AnyArray, where: BoolArray, slice_axis: int) -> float:
    """Standard deviation of the noise in the voxels `where` (ni, nj, nk); NaN when there are under 30.

    Those that hold no finite number are left out, and so are their neighbours in the slice.

    The in-plane mask [1 −2 1; −2 4 −2; 1 −2 1] is blind to constant and linear signal and multiplies white noise by
    6 (Immerkær 1996, Comput Vis Image Underst 64:300); the median absolute value ignores the edges that remain.

    >>> noise = np.random.default_rng(0).normal(700, 5, (30, 32, 20))
    >>> round(noise_sd(noise, np.ones(noise.shape, dtype=bool), slice_axis=2))
    5
    """
    i, j = (axis for axis in range(3) if axis != slice_axis)
    values = data.astype(np.float32, copy=False)
    for axis in (i, j):
        with np.errstate(invalid="ignore"):
            values = np.roll(values, 1, axis) - 2 * values + np.roll(values, -1, axis)
    inner = np.zeros(data.shape, dtype=bool)
    box = [slice(None)] * 3
    box[i] = box[j] = slice(1, -1)
    inner[tuple(box)] = True
    response = np.abs(values[where & inner & np.isfinite(values)])
    if response.size < 30:
        return float("nan")
    return float(np.median(response) / (0.6745 * 6))
