"""Noise of magnitude images."""

from __future__ import annotations

import numpy as np

from pnst.image import FloatArray
from pnst.phantom.kspace import band_limited


def rician(
    signal: FloatArray, sigma: float, rng: np.random.Generator, *, acquired: float = 1.0, averages: int = 1
) -> FloatArray:
    """Magnitude of a signal (ni, nj, …) with complex Gaussian noise of standard deviation σ in each channel.

    `averages` magnitudes are averaged: bright tissue grows less noisy by √averages, but the floor in the dark stays at
    σ√(π/2). Noise has the acquired frequencies alone where k-space was filled with zeros.
    """
    if sigma == 0:
        return signal
    total = np.zeros(signal.shape)
    for _ in range(averages):
        real = signal + band_limited(rng.normal(scale=sigma, size=signal.shape), acquired)
        total += np.hypot(real, band_limited(rng.normal(scale=sigma, size=signal.shape), acquired))
    return total / averages
