"""The area of an opening that bone surrounds, also where its border has gaps."""

from __future__ import annotations

import numpy as np

from pnst.kernels.sampling import sample
from pnst.typing import FloatArray

ANGLES = 72
RADIAL_STEP = 0.5
"""Of the rays, in samples."""
LEAK_RATIO, LEAK_RAYS = 1.4, 6
"""A ray that is this many times as long as the median of so many on either side has left through a gap."""
PASSES = 4
"""Times that the rays' centre is moved to the middle of what they bound."""


def opening_areas(
    shares: FloatArray, centre: tuple[float, float], sides_mm: tuple[float, float], reach_mm: float
) -> tuple[FloatArray, FloatArray]:
    """Of n planes with the shares of bone (n, p, q): the area in mm² of the opening round `centre`, and how much of its
    border is bone (n,).

    `centre` in samples of the plane, `sides_mm` of a sample. Rays from the middle of the opening end where bone begins;
    between them the radius goes on from the nearest ones that meet bone within the reach. NaN where none does.

    A square of 7 samples of 1 × 2 mm:

    >>> plane = np.ones((1, 15, 15))
    >>> plane[0, 4:11, 4:11] = 0
    >>> area, border = opening_areas(plane, (6.0, 8.0), (1.0, 2.0), 12.0)
    >>> bool(abs(area[0] / 98 - 1) < 0.03), border.tolist()
    (True, [1.0])
    """
    count = len(shares)
    angles = 2 * np.pi * np.arange(ANGLES) / ANGLES
    ticks = np.arange(RADIAL_STEP, reach_mm / min(sides_mm), RADIAL_STEP) * min(sides_mm)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    middle = np.tile(np.asarray(centre, dtype=np.float64) * sides_mm, (count, 1))
    for _ in range(PASSES):
        radius = _radii(shares, middle, directions * 1.0, ticks, np.asarray(sides_mm))
        radius = _without_leaks(radius)
        known = np.isfinite(radius)
        filled = _closed(radius, angles)
        area = 0.5 * (filled**2).sum(axis=1) * (2 * np.pi / ANGLES)
        shift = (filled[..., None] ** 3 * directions).sum(axis=1) * (2 * np.pi / ANGLES) / 3
        with np.errstate(invalid="ignore", divide="ignore"):
            move = np.nan_to_num(shift / area[:, None])
        middle = middle + move
    return area, known.mean(axis=1)


def _radii(
    shares: FloatArray, middle: FloatArray, directions: FloatArray, ticks: FloatArray, sides: FloatArray
) -> FloatArray:
    """(n, angles): mm along each ray to bone; NaN where it meets none."""
    places = middle[:, None, None] + ticks[:, None] * directions[:, None]
    plane = np.broadcast_to(np.arange(len(shares))[:, None, None], places.shape[:-1])
    index = np.concatenate([plane[..., None], places / sides], axis=-1)
    values = np.nan_to_num(sample(shares.astype(np.float32), index))
    filled = values >= 0.5
    at = filled.argmax(axis=-1)
    after = np.take_along_axis(values, at[..., None], axis=-1)[..., 0]
    before = np.where(at > 0, np.take_along_axis(values, np.maximum(at - 1, 0)[..., None], axis=-1)[..., 0], 0.0)
    step = float(ticks[0])
    radius = ticks[at] - step * (after - 0.5) / np.maximum(after - before, 1e-6)
    return np.where(filled.any(axis=-1), np.maximum(radius, 0.0), np.nan)


def _without_leaks(radius: FloatArray) -> FloatArray:
    """(n, angles): NaN where a ray has left through a gap and met bone beyond."""
    rounded = np.concatenate([radius[:, -LEAK_RAYS:], radius, radius[:, :LEAK_RAYS]], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(np.nan_to_num(rounded, nan=np.inf), 2 * LEAK_RAYS + 1, axis=1)
    return np.where(radius > LEAK_RATIO * np.median(windows, axis=-1), np.nan, radius)


def _closed(radius: FloatArray, angles: FloatArray) -> FloatArray:
    """(n, angles): gaps bridged from either side, round the circle; NaN where there is nothing but gap."""
    out = radius.copy()
    for row in out:
        known = np.isfinite(row)
        if known.any() and not known.all():
            row[~known] = np.interp(angles[~known], angles[known], row[known], period=2 * np.pi)
    return out
