"""Noise of magnitude images."""

from __future__ import annotations

import numpy as np

from pnst.phantom.kspace import band_limited
from pnst.typing import FloatArray


def rician(
    signal: FloatArray, sigma: float, rng: np.random.Generator, *, acquired: float = 1.0, averages: int = 1
) -> FloatArray:
    """(ni, nj, …) float32: magnitude of a signal with complex Gaussian noise of standard deviation σ in each channel.

    `averages` magnitudes are averaged: bright tissue grows less noisy by √averages, but the floor in the dark stays at
    σ√(π/2). Noise has the acquired frequencies alone where k-space was filled with zeros.
    """
    if sigma == 0:
        return signal

    def noise() -> FloatArray:
        white = rng.standard_normal(signal.shape, dtype=np.float32)
        return np.asarray(band_limited(white, acquired) * np.float32(sigma))

    total = np.zeros(signal.shape, dtype=np.float32)
    for _ in range(averages):
        total += np.hypot(signal + noise(), noise())
    return np.asarray(total / np.float32(averages))
