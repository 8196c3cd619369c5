"""An array on one grid, read at the voxel centres of another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import AnyArray, Float32Array, FloatArray

MAX_OFF_AXIS = 1e-3
"""A grid whose rows run along those of another to this share of a voxel is read an axis at a time: the direction
cosines of a header are rounded."""
COARSE_STEP = 0.5
"""A smooth array is interpolated at places this many of its voxels apart: between its voxels it is flat."""


def trilinear(
    data: AnyArray, shape: Sequence[int], to_data: FloatArray, fill: float, smooth: bool = False
) -> Float32Array:
    """Trilinear values of `data` (ni, nj, nk) at the voxel centres of a grid of this `shape`, float32; `fill` beyond
    the outermost centres of the data.

    `to_data` (4, 4) leads from the grid's index space to that of the data. Of `smooth` data, a grid that is turned and
    much finer is read at places up to `COARSE_STEP` of the data's voxels apart, and is linear between them.

    Half-way along i, and beyond the last centre along k, of 12 i + 4 j + k:

    >>> data = np.arange(24.0).reshape(2, 3, 4)
    >>> to_data = np.diag([0.5, 1.0, 2.0, 1.0])
    >>> trilinear(data, (2, 1, 3), to_data, np.nan).tolist()
    [[[0.0, 2.0, nan]], [[6.0, 8.0, nan]]]
    """
    from scipy.ndimage import affine_transform

    data = data.astype(np.float32, copy=False)
    if _runs_along(to_data, shape):
        return _along_axes(data, shape, np.diag(to_data)[:3], to_data[:3, 3], fill)
    apart = np.linalg.norm(to_data[:3, :3], axis=0)
    strides = np.where(np.asarray(shape) > 1, np.maximum(COARSE_STEP // apart, 1), 1) if smooth else np.ones(3)
    coarse = tuple((np.ceil((np.asarray(shape) - 1) / strides) + 1).astype(int).tolist())
    values = affine_transform(
        data, to_data[:3, :3] * strides, to_data[:3, 3], coarse, order=1, mode="constant", cval=fill
    )
    return values if (strides == 1).all() else _along_axes(values, shape, 1 / strides, np.zeros(3), fill)


def nearest_voxels(data: AnyArray, shape: Sequence[int], to_data: FloatArray, fill: float) -> AnyArray:
    """The voxel of `data` (ni, nj, nk) nearest to each voxel centre of a grid; arguments as for `trilinear`.

    >>> nearest_voxels(np.arange(4).reshape(4, 1, 1), (3, 1, 1), np.diag([1.4, 1.0, 1.0, 1.0]), -1).ravel().tolist()
    [0, 1, 3]
    """
    from scipy.ndimage import affine_transform

    if _runs_along(to_data, shape):
        return _nearest_along_axes(data, shape, np.diag(to_data)[:3], to_data[:3, 3], fill)
    source = data.view(np.uint8) if data.dtype == np.bool_ else data
    out = affine_transform(
        source, to_data[:3, :3], to_data[:3, 3], tuple(shape), order=0, mode="constant", cval=fill, prefilter=False
    )
    return np.asarray(out.view(np.bool_) if data.dtype == np.bool_ else out)


def _runs_along(to_data: FloatArray, shape: Sequence[int]) -> bool:
    """Whether the grid's rows run along those of the data, over its whole length."""
    turn = to_data[:3, :3]
    return bool((np.abs(turn - np.diag(np.diag(turn))) @ np.asarray(shape)).max() < MAX_OFF_AXIS)


def _along_axes(
    data: Float32Array, shape: Sequence[int], scale: FloatArray, shift: FloatArray, fill: float
) -> Float32Array:
    """`trilinear` on a grid whose voxel i lies at scale · i + shift of each axis."""
    for axis in reversed(range(3)):
        count = data.shape[axis]
        if scale[axis] == 1 and shift[axis] == 0 and shape[axis] == count:
            continue
        where = scale[axis] * np.arange(shape[axis]) + shift[axis]
        first = np.clip(where.astype(int), 0, max(count - 2, 0))
        share = (where - first).astype(np.float32)[tuple(slice(None) if a == axis else None for a in range(3))]
        after = np.minimum(first + 1, count - 1)
        data = data.take(first, axis=axis) * (1 - share) + data.take(after, axis=axis) * share
        data[(slice(None),) * axis + ((where < 0) | (where > count - 1),)] = fill
    return data


def _nearest_along_axes(
    data: AnyArray, shape: Sequence[int], scale: FloatArray, shift: FloatArray, fill: float
) -> AnyArray:
    """`nearest_voxels` on a grid whose voxel i lies at scale · i + shift of each axis."""
    for axis, count in enumerate(data.shape):
        where = scale[axis] * np.arange(shape[axis]) + shift[axis]
        data = data.take(np.clip(np.floor(where + 0.5).astype(int), 0, count - 1), axis=axis)
        data[(slice(None),) * axis + ((where < 0) | (where > count - 1),)] = fill
    return data
