"""Noise of magnitude signal: what it does to a signal's logarithm."""

from __future__ import annotations

import numpy as np

from pnst.typing import FloatArray

NOISE_GEOMETRIC_MEAN = float(np.sqrt(2) * np.exp(-np.euler_gamma / 2))
"""exp(mean of ln R) of pure noise of SD 1: where a geometric mean of directions ends."""

MAX_LOG_BIAS = 0.12
"""The bias of ln S at 1.4 noise SDs: below, a signal is lost in its noise: better flagged than corrected (ours)."""


def log_bias(ratio: FloatArray) -> FloatArray:
    """What noise adds to the mean of ln S, for signals of `ratio` noise SDs; at most `MAX_LOG_BIAS`.

    Of a magnitude R about a true signal A in noise of SD 1 the mean of ln R is ln A + E₁(A²/2)/2 exactly (that of the
    logarithm of a non-central χ² of two degrees): it falls so fast that ln S hardly knows magnitude noise above 3 SD.

    E₁(2)/2 = 0.0489/2 at two noise SDs, nothing at six:

    >>> log_bias(np.array([2.0, 6.0])).round(4).tolist()
    [0.0245, 0.0]
    """
    from scipy.special import exp1

    return np.asarray(np.minimum(exp1(ratio**2 / 2) / 2, MAX_LOG_BIAS))


def noise_floor(directions: int, floor_sd: float) -> float:
    """Noise SDs under which the geometric mean of so many directions is no signal; `floor_sd` is that of one.

    Noise alone has the geometric mean `NOISE_GEOMETRIC_MEAN`; averaging narrows what lies above it by √directions.

    Of four directions, half-way by logarithm to that of noise: √(3 · 1.0597).

    >>> round(noise_floor(1, 3.0), 3), round(noise_floor(4, 3.0), 3)
    (3.0, 1.783)
    """
    return float(NOISE_GEOMETRIC_MEAN * (floor_sd / NOISE_GEOMETRIC_MEAN) ** (1 / np.sqrt(directions)))


def channel_sd(sd: float, level: float) -> float:
    """SD of the noise in each channel, from the SD of magnitudes and their mean level in the same unit.

    At high signal they are the same; of noise alone the magnitudes' is 0.655 of it (Koay and Basser 2006, JMR 179:317).

    Noise alone, of SD 1 in each channel: its magnitudes have the mean √(π/2) and the SD √(2 − π/2).

    >>> round(channel_sd(float(np.sqrt(2 - np.pi / 2)), float(np.sqrt(np.pi / 2))), 2)
    1.0
    """
    from scipy.special import i0e, i1e

    ratio = np.linspace(0, 6, 241)
    quarter = ratio**2 / 4
    mean = np.sqrt(np.pi / 2) * ((1 + 2 * quarter) * i0e(quarter) + 2 * quarter * i1e(quarter))
    narrowed = np.sqrt(2 + ratio**2 - mean**2)
    return sd / float(np.interp(level / sd, mean / narrowed, narrowed)) if sd > 0 else sd
