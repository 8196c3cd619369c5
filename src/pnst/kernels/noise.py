"""Noise of an image, from the image itself."""

from __future__ import annotations

import numpy as np

from pnst.typing import AnyArray, BoolArray, Float32Array


def noise_sd(data: AnyArray, where: BoolArray, slice_axis: int) -> float:
    """Standard deviation of the noise in the voxels `where` (ni, nj, nk); NaN when there are under 30.

    Those that hold no finite number are left out, and so are their neighbours in the slice.

    The in-plane mask [1 −2 1; −2 4 −2; 1 −2 1] is blind to constant and linear signal and multiplies white noise by
    6 (Immerkær 1996, Comput Vis Image Underst 64:300); the median absolute value ignores the edges that remain.

    >>> noise = np.random.default_rng(0).normal(700, 5, (30, 32, 20))
    >>> round(noise_sd(noise, np.ones(noise.shape, dtype=bool), slice_axis=2))
    5
    """
    values = data.astype(np.float32, copy=False)
    for axis in range(3):
        if axis != slice_axis:
            values, where = _second_difference(values, axis), _part(where, axis, 1, -1)
    response = values[where]
    response = np.abs(response[np.isfinite(response)])
    if response.size < 30:
        return float("nan")
    return float(np.median(response) / (0.6745 * 6))


def _second_difference(values: Float32Array, axis: int) -> Float32Array:
    """[1 −2 1] along an axis, whose first and last place are left out."""
    with np.errstate(invalid="ignore"):
        difference = _part(values, axis, 0, -2) - 2 * _part(values, axis, 1, -1)
        difference += _part(values, axis, 2, None)
    return np.asarray(difference)


def _part(array: AnyArray, axis: int, start: int, stop: int | None) -> AnyArray:
    """The places from `start` to `stop` along one axis."""
    return array[(slice(None),) * axis + (slice(start, stop),)]
