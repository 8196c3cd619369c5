"""Thin bright or dark lines in profiles across a surface."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pnst.typing import FloatArray


class Lines(NamedTuple):
    """The line that stands out most in each of n profiles."""

    position: FloatArray
    """(n,) mm from the surface, outward."""
    prominence: FloatArray
    """(n,) how far its crest lies above the higher of its two flanks, in the image's unit; 0 without a line."""
    width: FloatArray
    """(n,) mm at half of that; infinite where a flank does not fall that far within reach."""


def brightest_lines(offsets: FloatArray, profiles: FloatArray, within_mm: float, flank_mm: float) -> Lines:
    """The brightest line of each profile (n, m) whose crest lies within a distance of the surface.

    `offsets` (m,) evenly spaced, in mm along the outward normal, 0 at the surface. A flank is the lowest value within
    `flank_mm` of the crest on its side. Dark lines are the bright ones of the profiles turned upside down.

    A line of 2 mm and 100 between 50 and 20 stands 50 above its flanks:

    >>> x = np.linspace(-6, 6, 49)
    >>> profile = np.where(x < -0.1, 50.0, np.where(x < 1.9, 100.0, 20.0))
    >>> lines = brightest_lines(x, profile[None], 3.0, 3.0)
    >>> lines.prominence.tolist(), lines.width.round(1).tolist(), lines.position.round(1).tolist()
    ([50.0], [2.0], [0.9])
    """
    from scipy.ndimage import minimum_filter1d

    step = float(offsets[1] - offsets[0])
    reach, rows = max(1, round(flank_mm / step)), np.arange(len(profiles))
    size = reach + 1
    inner = minimum_filter1d(profiles, size, axis=1, origin=size // 2 - (1 - size % 2), mode="nearest")
    outer = minimum_filter1d(profiles, size, axis=1, origin=-(size // 2), mode="nearest")
    height = profiles - np.maximum(inner, outer)
    at = np.where(np.abs(offsets) <= within_mm, height, -np.inf).argmax(axis=1)
    prominence = np.maximum(height[rows, at], 0.0)
    half = profiles[rows, at] - prominence / 2
    back, forth = (_until_below(profiles, at, half, way, reach) for way in (-1, 1))
    position = offsets[at] + step * (forth - back) / 2
    return Lines(np.where(np.isfinite(position), position, offsets[at]), prominence, step * (back + forth))


def _until_below(profiles: FloatArray, at: FloatArray, level: FloatArray, way: int, reach: int) -> FloatArray:
    """(n,): how many samples one goes from `at` (n,) until a profile falls to its level (n,); infinite if it does not
    within reach.
    """
    rows, last = np.arange(len(profiles))[:, None], profiles.shape[1] - 1
    values = profiles[rows, np.clip(at[:, None] + way * np.arange(reach + 1), 0, last)]
    below = values <= level[:, None]
    first = np.maximum(below.argmax(axis=1), 1)
    before, after = values[rows[:, 0], first - 1], values[rows[:, 0], first]
    share = (before - level) / np.maximum(before - after, 1e-30)
    return np.asarray(np.where(below.any(axis=1), first - 1 + np.clip(share, 0, 1), np.inf))
