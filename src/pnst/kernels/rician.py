"""Noise of magnitude signal: what it does to a signal's logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]

NOISE_MEAN = float(np.sqrt(2) * np.exp(-np.euler_gamma / 2))
"""exp(mean of ln R) of pure noise of SD 1: where a geometric mean of directions ends."""


def log_bias(ratio: FloatArray, count: float) -> FloatArray:
    """What noise adds to the mean of ln S, for signals of `ratio` noise SDs that were fitted to `count` measurements.

    Of a magnitude R about a true signal A in noise of SD 1 the mean of ln R is ln A + E₁(A²/2)/2 exactly (that of the
    logarithm of a non-central χ² of two degrees): it falls so fast that ln S hardly knows magnitude noise above 3 SD.
    A fitted signal scatters, and E₁ is steep: 1/count beside A² keeps the correction from feeding on that (ours).
    """
    from scipy.special import exp1

    return np.asarray(exp1((ratio**2 + 1 / count) / 2) / 2)


def floor_signal(directions: int, floor_sd: float) -> float:
    """Noise SDs under which the geometric mean of so many directions is no signal; `floor_sd` is that of one.

    Noise alone has the geometric mean `NOISE_MEAN`; averaging narrows what lies above it by √directions.
    """
    return float(NOISE_MEAN * (floor_sd / NOISE_MEAN) ** (1 / np.sqrt(directions)))
