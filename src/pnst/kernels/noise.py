"""Noise of an image, from the image itself."""

from __future__ import annotations

import numpy as np

from pnst.kernels.statistics import median
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
    inner = tuple(slice(None) if axis == slice_axis else slice(1, -1) for axis in range(3))
    values = data.astype(np.float32, copy=False)
    with np.errstate(invalid="ignore"):
        for axis in range(3):
            if axis != slice_axis:
                values = _second_difference(values, axis)
    response = values[where[inner]]
    response = np.abs(response[np.isfinite(response)])
    if response.size < 30:
        return float("nan")
    return float(median(response) / (0.6745 * 6))


def _second_difference(values: AnyArray, axis: int) -> AnyArray:
    """Shorter by 2 along the axis: the ends have no second neighbour."""
    along = np.moveaxis(values, axis, 0)
    difference = along[:-2] - 2 * along[1:-1]
    difference += along[2:]
    return np.moveaxis(difference, 0, axis)
