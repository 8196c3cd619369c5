"""Modes of a distribution of intensities. Nothing here depends on the intensities' scale or offset."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pnst.typing import FloatArray, IntArray

BINS = 256
SMOOTHING_BINS = 2.5
"""Resolution of the histogram: bins between its ends, and the SD of its smoothing. More take time and noise."""


class Mode(NamedTuple):
    """A peak of the histogram."""

    value: float
    low: float
    high: float
    """The valleys (or the ends) on either side."""
    share: float
    """Share of all values between them."""


def modes(values: FloatArray, min_prominence: float, min_share: float) -> list[Mode]:
    """The modes of `values` (n,), lowest first; none of fewer than 256 values.

    Two thirds of the values about 100, one third about 200:

    >>> rng = np.random.default_rng(0)
    >>> values = np.concatenate([rng.normal(100, 5, 20_000), rng.normal(200, 5, 10_000)])
    >>> [(round(mode.value), round(mode.share, 2)) for mode in modes(values, 0.15, 0.005)]
    [(100, 0.67), (200, 0.33)]
    """
    from scipy.ndimage import gaussian_filter1d

    if values.size < BINS:
        return []
    low, high = np.percentile(values, (0.2, 99.8))
    if not high > low:
        return [Mode(float(low), float(low), float(high), 1.0)]  # an image without noise
    counts, edges = np.histogram(values, bins=BINS, range=(low, high))
    width = edges[1] - edges[0]
    smooth = gaussian_filter1d(np.pad(counts.astype(float), 1), SMOOTHING_BINS, mode="constant")
    peaks = np.flatnonzero((smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:])) + 1
    peaks = peaks[[_prominence(smooth, peak) >= min_prominence * smooth[peak] for peak in peaks.tolist()]]
    prominent = []
    for peak, left, right in zip(peaks.tolist(), *_valleys(smooth, peaks), strict=True):
        share = smooth[left:right].sum() / smooth.sum()
        if share >= min_share:
            a, b, c = smooth[peak - 1 : peak + 2]
            shift = 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c < 0 else 0.0
            where = [edges[0] + (n - 0.5) * width for n in (peak + shift, left, right)]
            prominent.append(Mode(float(where[0]), float(where[1]), float(where[2]), float(share)))
    return prominent


def _prominence(smooth: FloatArray, peak: int) -> float:
    """How far one must descend from a peak before one can climb higher; to 0 where nothing is higher."""
    dips = []
    for side in (smooth[peak::-1], smooth[peak:]):
        higher = np.flatnonzero(side > side[0])
        dips.append(side[: higher[0]].min() if higher.size else 0.0)
    return float(smooth[peak] - max(dips))


def _valleys(smooth: FloatArray, peaks: IntArray) -> tuple[list[int], list[int]]:
    """The lowest bin on the left and on the right of each peak, towards its neighbour or the end."""
    dips = [a + int(np.argmin(smooth[a:b])) for a, b in pairwise(peaks.tolist())]
    return [0, *dips][: len(peaks)], [*dips, len(smooth)][: len(peaks)]


def sd_below(values: FloatArray, mode: float, floor: float) -> float:
    """SD about the mode, from the values between `floor` and the mode: what lies above may be disease.

    0 when nothing lies there: an image without noise.

    Both values below 10 lie 3 under it:

    >>> sd_below(np.array([7.0, 7.0, 13.0, 99.0]), mode=10, floor=0)
    3.0
    """
    below = values[(values <= mode) & (values >= floor)]
    return float(np.sqrt(np.mean((below - mode) ** 2))) if below.size else 0.0
