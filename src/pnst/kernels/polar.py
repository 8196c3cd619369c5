"""Borders of a tube round its line, ray by ray: from a dark middle to a bright ring, and out of the ring."""

from __future__ import annotations

import numpy as np

from pnst.kernels.centre_line import CentreLine
from pnst.typing import FloatArray

RAYS = 36
RADIUS_STEP_MM = 0.25
WINDOW = 2, 3
"""Half widths of the running median, in sections and rays."""
BORROWED = 0.02
"""What a section's neighbours say of its shift and widening counts so much as what is seen in itself …"""
HELD = 0.1
"""… and that it is not moved, as much as a tenth of a ray."""


def polar_points(line: CentreLine, arc: FloatArray, reach_mm: float) -> FloatArray:
    """(n, `RAYS`, k, 3): points round the line at lengths (n,) along it, on rays from it outward.

    >>> from pnst.kernels.centre_line import line_through
    >>> line = line_through(np.array([[0.0, 0, 0], [0, 0, 9.0]]))
    >>> points = polar_points(line, np.array([4.0]), 2.0)
    >>> points.shape, points[0, 0, -1].round(6).tolist()
    ((1, 36, 9, 3), [2.0, 0.0, 4.0])
    """
    angles = 2 * np.pi * np.arange(RAYS) / RAYS
    radii = np.arange(round(reach_mm / RADIUS_STEP_MM) + 1) * RADIUS_STEP_MM
    beside = radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)[:, None]
    points, frames = line.at(np.asarray(arc, dtype=np.float64))
    return np.asarray(points[:, None, None] + np.einsum("nij,akj->naki", frames[..., :2], beside))


def first_crossing(values: FloatArray, level: FloatArray, start: FloatArray, rising: bool) -> FloatArray:
    """(n,) index along each row (n, k) where it first crosses its level (n,) upward or downward after `start` (n,).

    Linear between samples; NaN where it does not.

    >>> rows = np.array([[0.0, 1.0, 3.0, 3.0], [0.0, 0.0, 0.0, 0.0]])
    >>> first_crossing(rows, np.array([2.0, 2.0]), np.zeros(2), rising=True).tolist()
    [1.5, nan]
    """
    above = values >= level[:, None] if rising else values <= level[:, None]
    ticks = np.arange(values.shape[1])
    hit = above & (ticks > start[:, None])
    at = np.where(hit.any(axis=1), hit.argmax(axis=1), 1)
    rows = np.arange(len(values))
    before, after = values[rows, at - 1], values[rows, at]
    step = after - before
    share = np.clip(np.where(step != 0, (level - before) / np.where(step != 0, step, 1.0), 1.0), 0, 1)
    return np.where(hit.any(axis=1), at - 1 + share, np.nan)


def completed_radii(radii: FloatArray) -> FloatArray:
    """Radii (n, `RAYS`) with their gaps (NaN) filled: the outline of all sections, moved and widened as each is seen.

    The median outline, a shift and a widening by least squares over the rays of a section that are known, and along
    the line over as many neighbours as it takes.

    >>> angles = 2 * np.pi * np.arange(RAYS) / RAYS
    >>> radii = np.full((9, RAYS), 5.0) + 0.5 * np.cos(2 * angles)
    >>> radii[4] += 0.8 * np.cos(angles) + 0.3
    >>> gaps = radii.copy()
    >>> gaps[4, :14] = np.nan
    >>> bool(np.abs(completed_radii(gaps) - radii).max() < 0.2)
    True
    """
    from scipy.ndimage import gaussian_filter1d

    known = np.isfinite(radii)
    if not known.any():
        return radii
    shape = median_of(radii.T)
    shape = np.where(np.isfinite(shape), shape, np.median(radii[known]))
    angles = 2 * np.pi * np.arange(RAYS) / RAYS
    moves = np.stack([np.cos(angles), np.sin(angles), np.ones(RAYS)], axis=-1)
    rest = np.where(known, radii - shape, 0.0)
    normal = np.einsum("nr,ri,rj->nij", known.astype(np.float64), moves, moves)
    right = rest @ moves
    near = gaussian_filter1d(np.concatenate([normal.reshape(-1, 9), right], axis=1), 2.0, axis=0, mode="nearest")
    normal, right = normal + BORROWED * near[:, :9].reshape(-1, 3, 3), right + BORROWED * near[:, 9:]
    fitted = np.linalg.solve(normal + HELD * np.eye(3), right[..., None])[..., 0] @ moves.T
    return np.where(known, radii, shape + fitted)


def median_of(rows: FloatArray) -> FloatArray:
    """(n,) the lower median of what is known (finite) in each row (n, k); NaN where nothing is.

    >>> median_of(np.array([[3.0, np.nan, 1.0, 2.0], [np.nan] * 4])).tolist()
    [2.0, nan]
    """
    ordered = np.sort(rows, axis=-1)  # what is not known comes last
    last = np.maximum(np.isfinite(ordered).sum(axis=-1) - 1, 0)
    return np.asarray(np.take_along_axis(ordered, last[..., None] // 2, axis=-1)[..., 0])


def smooth_radii(radii: FloatArray, sd_sections: float, sd_rays: float) -> FloatArray:
    """Radii (n, `RAYS`), gaps (NaN) filled and outliers taken off: a running median, then a Gaussian, round and along.

    >>> radii = np.full((7, 36), 5.0)
    >>> radii[3, 4], radii[2, 10] = np.nan, 9.0
    >>> bool(np.allclose(smooth_radii(radii, 1.0, 1.0), 5.0))
    True
    """
    from scipy.ndimage import gaussian_filter

    rows, rays = WINDOW
    padded = np.pad(np.pad(radii, ((rows, rows), (0, 0)), mode="edge"), ((0, 0), (rays, rays)), mode="wrap")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * rows + 1, 2 * rays + 1))
    middle = median_of(windows.reshape(*radii.shape, -1))
    middle = np.where(np.isfinite(middle), middle, median_of(radii.reshape(1, -1)))
    return np.asarray(gaussian_filter(middle, (sd_sections, sd_rays), mode=("nearest", "wrap")))
