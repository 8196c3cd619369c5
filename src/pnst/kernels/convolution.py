"""What a small convolutional network does to float32 volumes of channels (c, ni, nj, nk), in array operations."""

from __future__ import annotations

import numpy as np

from pnst.typing import Float32Array

EPSILON = np.float32(1e-5)
"""Added to a channel's variance before its root: none is divided by nothing."""


def convolve(x: Float32Array, weight: Float32Array, bias: Float32Array) -> Float32Array:
    """Convolution with kernels (c_out, c_in, n, n, n), n odd, as networks have it (not mirrored), zeros outside.

    A kernel that takes the next voxel along k, and a bias of 1:

    >>> kernel = np.zeros((1, 1, 3, 3, 3), dtype=np.float32)
    >>> kernel[0, 0, 1, 1, 2] = 1
    >>> x = np.arange(4, dtype=np.float32).reshape(1, 1, 1, 4)
    >>> convolve(x, kernel, np.ones(1, dtype=np.float32)).ravel().tolist()
    [2.0, 3.0, 4.0, 1.0]
    """
    side = weight.shape[-1]
    pad = side // 2
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side, side), axis=(1, 2, 3))
    columns = windows.transpose(0, 4, 5, 6, 1, 2, 3).reshape(-1, x[0].size)
    out = weight.reshape(len(weight), -1) @ columns
    out += bias[:, None]
    return np.asarray(out.reshape(len(weight), *x.shape[1:]), dtype=np.float32)


def normalise(x: Float32Array, scale: Float32Array, shift: Float32Array) -> Float32Array:
    """Each channel to mean 0 and variance 1, times `scale` (c,) plus `shift` (c,) (Ulyanov et al., arXiv 1607.08022).

    >>> x = np.array([[[[1.0, 3.0]]]], dtype=np.float32)
    >>> normalise(x, np.ones(1, np.float32), np.zeros(1, np.float32)).ravel().round(3).tolist()
    [-1.0, 1.0]
    """
    flat = x.reshape(len(x), -1)
    centred = flat - flat.mean(axis=1, keepdims=True)
    centred *= (scale / np.sqrt((centred * centred).mean(axis=1) + EPSILON))[:, None]
    centred += shift[:, None]
    return np.asarray(centred.reshape(x.shape))


def leaky(x: Float32Array, slope: float = 0.01) -> Float32Array:
    """x where it is positive, else that share of it.

    >>> leaky(np.array([2.0, -2.0], dtype=np.float32), 0.5).tolist()
    [2.0, -1.0]
    """
    return np.asarray(np.maximum(x, np.float32(slope) * x))


def halve(x: Float32Array) -> Float32Array:
    """The greatest of every 2 × 2 × 2 voxels; each side is even.

    >>> halve(np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)).tolist()
    [[[[7.0]]]]
    """
    c, ni, nj, nk = x.shape
    return np.asarray(x.reshape(c, ni // 2, 2, nj // 2, 2, nk // 2, 2).max(axis=(2, 4, 6)))


def double(x: Float32Array) -> Float32Array:
    """Twice as many voxels along each side, linear between the centres, constant beyond the outermost.

    >>> double(np.array([0.0, 4.0], dtype=np.float32).reshape(1, 1, 1, 2))[0, 0, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    for axis in (1, 2, 3):
        x = _double(x, axis)
    return x


def _double(x: Float32Array, axis: int) -> Float32Array:
    along = np.moveaxis(x, axis, -1)
    before = np.concatenate([along[..., :1], along[..., :-1]], axis=-1)
    after = np.concatenate([along[..., 1:], along[..., -1:]], axis=-1)
    near, far = np.float32(0.75), np.float32(0.25)
    pairs = np.stack([near * along + far * before, near * along + far * after], axis=-1)
    return np.asarray(np.moveaxis(pairs.reshape(*along.shape[:-1], -1), -1, axis))
