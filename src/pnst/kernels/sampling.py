"""Values of an image between its voxels, along rays."""

from __future__ import annotations

import numpy as np

from pnst.typing import AnyArray, BoolArray, FloatArray


def sample(data: AnyArray, index: FloatArray) -> FloatArray:
    """Trilinear values of `data` (ni, nj, nk) at fractional indices (..., 3); NaN beyond the outermost centres.

    Half-way along i and k of 12 i + 4 j + k, and beyond the last centre:

    >>> data = np.arange(24.0).reshape(2, 3, 4)
    >>> sample(data, np.array([[0.5, 1.0, 1.5], [0.0, 0.0, 3.5]])).tolist()
    [11.5, nan]
    """
    from scipy.ndimage import map_coordinates

    flat = np.moveaxis(index, -1, 0).reshape(3, -1)
    values = map_coordinates(data, flat, order=1, mode="constant", cval=np.nan, output=np.float32)
    return np.asarray(values.reshape(index.shape[:-1]))


def nearest(mask: BoolArray, index: FloatArray) -> BoolArray:
    """Whether the voxel of `mask` (ni, nj, nk) nearest to fractional indices (..., 3) is set; not outside.

    >>> mask = np.arange(4).reshape(4, 1, 1) == 2
    >>> nearest(mask, np.array([[1.6, 0.0, 0.2], [1.4, 0.0, 0.0], [2.0, 0.0, 0.6]])).tolist()
    [True, False, False]
    """
    at = np.floor(index + 0.5).astype(np.intp)
    within = ((at >= 0) & (at < mask.shape)).all(axis=-1)
    at = np.where(within[..., None], at, 0)
    return np.asarray(within & mask[at[..., 0], at[..., 1], at[..., 2]])


def rays(points: FloatArray, directions: FloatArray, offsets: FloatArray) -> FloatArray:
    """(n, m, 3): the points (n, 3) moved along their unit directions (n, 3) by each offset (m,), in mm.

    >>> rays(np.array([[1.0, 2, 3]]), np.array([[0.0, 0, 1]]), np.array([-1.0, 4.0])).tolist()
    [[[1.0, 2.0, 2.0], [1.0, 2.0, 7.0]]]
    """
    return np.asarray(points[:, None, :] + offsets[None, :, None] * directions[:, None, :])
