"""The back of a vertebral body as a height over the canal's line, and how deep it is hollowed."""

from __future__ import annotations

import numpy as np

from pnst.typing import BoolArray, FloatArray, IntArray

FILLED = 0.5


def first_crossing(shares: FloatArray, start: int, step_mm: float) -> FloatArray:
    """(...) mm from sample `start` along the last axis to where shares (..., n) first rise to a half, between samples.

    NaN where they never do, and where they are there from the start.

    >>> first_crossing(np.array([[0.0, 0.0, 0.25, 0.75], [0.0, 0.0, 0.0, 0.1], [1.0, 1, 1, 1]]), 1, 2.0).tolist()
    [3.0, nan, nan]
    """
    ahead = shares[..., start:]
    filled = ahead >= FILLED
    at = filled.argmax(axis=-1)
    known = filled.any(axis=-1) & (at > 0)
    here = np.maximum(at, 1)[..., None]
    after = np.take_along_axis(ahead, here, axis=-1)[..., 0]
    before = np.take_along_axis(ahead, here - 1, axis=-1)[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        place = here[..., 0] - 1 + (FILLED - before) / (after - before)
    return np.where(known, step_mm * place, np.nan)


def smoothed_wall(wall: FloatArray, sd: tuple[float, float]) -> FloatArray:
    """A wall (n, m) smoothed by a Gaussian of that SD in samples along each axis; NaN stays and weighs nothing.

    >>> smoothed_wall(np.array([[1.0, np.nan, 3.0], [1.0, 1.0, 3.0]]), (0.0, 0.0)).tolist()
    [[1.0, nan, 3.0], [1.0, 1.0, 3.0]]
    """
    from scipy.ndimage import gaussian_filter

    known = np.isfinite(wall)
    weight = gaussian_filter(known.astype(np.float64), sd, mode="constant")
    sums = gaussian_filter(np.where(known, wall, 0.0), sd, mode="constant")
    return np.where(known, sums / np.maximum(weight, 1e-9), np.nan)


def hollow_depth(wall: FloatArray) -> FloatArray:
    """(n, m) how far a wall (n, m) lies beyond the chord of the rims on either side along its first axis.

    The chord is the convex hull of each column on the canal's side. NaN where the wall is.

    A flat wall with a dent, and one that bulges:

    >>> hollow_depth(np.array([[0.0, 0.0], [0.0, -1.0], [2.0, -1.0], [0.0, 0.0]])).T.tolist()
    [[0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """
    depth = np.full(wall.shape, np.nan)
    for column in range(wall.shape[1]):
        at = np.flatnonzero(np.isfinite(wall[:, column]))
        if at.size:
            rims = _lower_hull(at, wall[at, column])
            depth[at, column] = wall[at, column] - np.interp(at, at[rims], wall[at[rims], column])
    return depth


def mean_across(depth: FloatArray, columns: int) -> FloatArray:
    """(n, m) the mean of so many columns side by side (an odd number); NaN where one of them is NaN or missing.

    >>> mean_across(np.array([[1.0, 2.0, 6.0, np.nan, 1.0]]), 3).tolist()
    [[nan, 3.0, nan, nan, nan]]
    """
    out = np.full(depth.shape, np.nan)
    if depth.shape[1] >= columns:
        windows = np.lib.stride_tricks.sliding_window_view(depth, columns, axis=1)
        out[:, columns // 2 : depth.shape[1] - columns // 2] = windows.mean(axis=-1)
    return out


def _lower_hull(at: IntArray, heights: FloatArray) -> list[int]:
    """The points of a graph that its convex hull from below rests on (Andrew's monotone chain)."""
    hull: list[int] = []
    for n in range(len(at)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (heights[b] - heights[a]) * (at[n] - at[a]) < (heights[n] - heights[a]) * (at[b] - at[a]):
                break
            hull.pop()
        hull.append(n)
    return hull


def runs(there: BoolArray) -> list[tuple[int, int]]:
    """First and last + 1 of every run of true elements (n,).

    >>> runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    change = np.diff(np.concatenate([[False], there, [False]]).astype(np.int8))
    return list(zip(np.flatnonzero(change == 1).tolist(), np.flatnonzero(change == -1).tolist(), strict=True))
