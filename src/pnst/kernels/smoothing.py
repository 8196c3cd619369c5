"""Smoothing of an image by normalised convolution: what lies outside a region, or is unknown, takes no part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pnst.kernels.box import Box, bounding_box
from pnst.typing import BoolArray, FloatArray

TRUNCATE = 2.5
"""The smoothing kernel ends after this many SDs: 1 % of its weight lies beyond."""
FULL_TRUNCATE = 4.0
"""Where a whole image is smoothed: 0.006 % of its weight lies beyond."""


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


def smooth_known(data: FloatArray, sigmas: Sequence[float]) -> FloatArray:
    """`data` (ni, nj, nk) smoothed where it is finite, float32; next to what is not, those that are decide.

    `sigmas` (3,) in voxels. What is not finite is left without a meaning.

    >>> data = np.array([1.0, 1.0, np.nan, 1.0]).reshape(4, 1, 1)
    >>> smooth_known(data, (1.0, 0.0, 0.0)).ravel()[[0, 1, 3]].round(6).tolist()
    [1.0, 1.0, 1.0]
    """
    from scipy.ndimage import gaussian_filter

    known = np.isfinite(data)
    if known.all():
        return np.asarray(gaussian_filter(data, sigmas, truncate=FULL_TRUNCATE))
    smooth = gaussian_filter(np.where(known, data, np.float32(0)), sigmas, truncate=FULL_TRUNCATE)
    for box in _round_gaps(~known, sigmas):  # elsewhere the weight is 1
        weight = gaussian_filter(known[box].astype(np.float32), sigmas, truncate=FULL_TRUNCATE)
        np.divide(smooth[box], weight, out=smooth[box], where=known[box])
    return np.asarray(smooth)


def _round_gaps(gaps: BoolArray, sigmas: Sequence[float]) -> Iterator[Box]:
    """Boxes that hold all gaps with twice the kernel's reach round them: one for each layer that is smoothed by itself.

    Twice: the filter mirrors a box at its faces, and what it sees from there must be whole.
    """
    layered = next((axis for axis, sigma in enumerate(sigmas) if sigma == 0), None)
    boxes = [bounding_box(gaps) or ()] if layered is None else _layer_boxes(gaps, layered)
    pads = [2 * int(FULL_TRUNCATE * sigma + 0.5) for sigma in sigmas]
    for box in boxes:
        yield tuple(slice(max(0, side.start - pad), side.stop + pad) for side, pad in zip(box, pads, strict=True))


def _layer_boxes(gaps: BoolArray, layered: int) -> Iterator[Box]:
    """The smallest box round the gaps of each layer that has some, from their shadows on two sides."""
    first, second = (axis for axis in range(3) if axis != layered)
    shadows: dict[int, BoolArray] = {
        first: np.any(gaps, axis=(second,), keepdims=True),
        second: np.any(gaps, axis=(first,), keepdims=True),
    }
    for layer in np.flatnonzero(shadows[first].any(axis=first)).tolist():
        box = [slice(layer, layer + 1)] * 3
        for axis, shadow in shadows.items():
            hit = np.flatnonzero(shadow.take(layer, axis=layered))
            box[axis] = slice(int(hit[0]), int(hit[-1]) + 1)
        yield tuple(box)
