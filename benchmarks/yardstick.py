"""A fixed piece of NumPy and SciPy work: what other times are divided by, so that two machines can be compared.

It smooths, sorts, gathers and multiplies arrays of a few megabytes, as the measurements do, and is none of their code.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter
from timing import processor_seconds


class Ratio(NamedTuple):
    """A call's processor seconds and how many yardsticks they are, medians over rounds of the two in turn."""

    seconds: float
    yardsticks: float


def yardstick() -> float:
    """One pass of the fixed work; its result, which nobody needs."""
    data = np.random.default_rng(7).random((96, 112, 48), dtype=np.float32)
    smooth = gaussian_filter(data, (2.0, 1.5, 1.0))
    order = np.argsort(smooth, axis=None)
    picked = data.ravel()[order].reshape(data.shape)
    square = smooth.reshape(96, -1)[:, :2000]
    return float((square @ square.T).sum() + np.exp(picked).mean())


def against_yardstick(call: Callable[[], Any], rounds: int) -> Ratio:
    """The call and the yardstick in turn, so that both meet the same machine; each runs once uncounted."""
    call()
    yardstick()
    taken = [(processor_seconds(call), processor_seconds(yardstick)) for _ in range(rounds)]
    return Ratio(statistics.median(own for own, _ in taken), statistics.median(own / fixed for own, fixed in taken))
