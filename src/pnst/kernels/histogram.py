"""Modes of a distribution of intensities. Nothing here depends on the intensities' scale or offset.

Millions of values are sorted once, which takes less time than two of their quantiles do: each quantile is then a look
at two of them, and each count a search.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pnst.typing import FloatArray, IntArray

BINS = 256
ENDS = (0.002, 0.998)
"""The quantiles between which the histogram lies."""
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


def modes(ordered: FloatArray, min_prominence: float, min_share: float) -> list[Mode]:
    """The modes of values (n,) in ascending order, lowest first; none of fewer than 256 values.

    Two thirds of the values about 100, one third about 200:

    >>> rng = np.random.default_rng(0)
    >>> values = np.concatenate([rng.normal(100, 5, 20_000), rng.normal(200, 5, 10_000)])
    >>> [(round(mode.value), round(mode.share, 2)) for mode in modes(np.sort(values), 0.15, 0.005)]
    [(100, 0.67), (200, 0.33)]
    """
    from scipy.ndimage import gaussian_filter1d

    if ordered.size < BINS:
        return []
    low, high = quantiles(ordered, ENDS)
    if not high > low:
        return [Mode(float(low), float(low), float(high), 1.0)]  # an image without noise
    edges = np.linspace(low, high, BINS + 1)
    width = edges[1] - edges[0]
    smooth = gaussian_filter1d(np.pad(_counts(ordered, edges), 1), SMOOTHING_BINS, mode="constant")
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


def quantiles(ordered: FloatArray, shares: Sequence[float]) -> FloatArray:
    """(k,): the quantiles of values (n,) in ascending order, as `np.quantile` finds them; NaN of none.

    >>> quantiles(np.array([1.0, 2.0, 4.0]), (0.0, 0.75)).tolist()
    [1.0, 3.0]
    """
    if not ordered.size:
        return np.full(len(shares), np.nan)
    at = np.asarray(shares, dtype=np.float64) * (ordered.size - 1)
    below = np.minimum(at.astype(np.intp), max(ordered.size - 2, 0))
    low, high = ordered[below], ordered[np.minimum(below + 1, ordered.size - 1)]
    return np.asarray(
        np.where(at - below < 0.5, low + (high - low) * (at - below), high - (high - low) * (below + 1 - at))
    )


def bin_width(ordered: FloatArray) -> float:
    """Width of a bin of the histogram of values (n,) in ascending order.

    >>> bin_width(np.array([0.0, 256.0])) == (0.998 - 0.002)
    True
    """
    low, high = quantiles(ordered, ENDS)
    return float(high - low) / BINS


def _counts(ordered: FloatArray, edges: FloatArray) -> FloatArray:
    """(k − 1,): how many values (n,) in ascending order lie from each edge (k,) to the next; as `np.histogram`."""
    cuts = [*(bisect_left(ordered, edge) for edge in edges[:-1]), bisect_right(ordered, edges[-1])]
    return np.diff(cuts).astype(np.float64)


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
