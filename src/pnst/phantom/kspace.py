"""Truncated k-space in plane, and images displaced by a part of a pixel."""

from __future__ import annotations

import numpy as np

from pnst.typing import FloatArray

FINENESS = 2
"""Cells a voxel in plane from which k-space is made; what lies beyond folds back, weakened (docs/phantom.md)."""


def truncate(cells: FloatArray, shape: tuple[int, int], acquired: float) -> FloatArray:
    """(ni, nj, n): what a scanner makes of means over fine cells (a, b, n) that acquires only the low frequencies.

    k-space is that of the cells ÷ that of a cell's box, cut off at `acquired` × the Nyquist frequency of `shape`;
    the rest is zeros. Cosine transforms: beyond the field of view the object goes on as in a mirror, so that its end
    does not ring.
    """
    from scipy.fft import dctn, idctn

    spectrum = dctn(cells, axes=(0, 1), norm="ortho")[: shape[0], : shape[1]]
    for axis, (few, many) in enumerate(zip(shape, cells.shape[:2], strict=True)):
        order = np.arange(few)  # half waves across the field of view
        weight = np.where(order < acquired * few, 1 / np.sinc(order / (2 * many)), 0.0)
        spectrum = spectrum * np.expand_dims(weight * np.sqrt(few / many), (1 - axis, 2)).astype(cells.dtype)
    return np.asarray(idctn(spectrum, axes=(0, 1), norm="ortho"))


def band_limited(noise: FloatArray, acquired: float) -> FloatArray:
    """White noise (ni, nj, …) of the acquired frequencies alone, its variance kept: neighbours are alike."""
    from scipy.fft import dctn, idctn

    if acquired == 1:
        return noise
    spectrum = dctn(noise, axes=(0, 1), norm="ortho")
    kept = [int(np.ceil(acquired * n)) for n in noise.shape[:2]]
    spectrum[kept[0] :] = 0
    spectrum[:, kept[1] :] = 0
    scale = np.sqrt(noise.shape[0] * noise.shape[1] / (kept[0] * kept[1]))
    return np.asarray(idctn(spectrum, axes=(0, 1), norm="ortho") * scale.astype(noise.dtype))


def displaced(image: FloatArray, pixels: float, axis: int) -> FloatArray:
    """The image moved by a number of pixels along an axis; each is shared between the two it comes to lie on.

    What leaves at one end enters at the other: give the image a margin.
    """
    whole = int(np.floor(pixels))
    part = np.asarray(pixels - whole, dtype=image.dtype)
    moved = np.roll(image, whole, axis)
    return moved if part == 0 else np.asarray((1 - part) * moved + part * np.roll(moved, 1, axis))
