"""The calibre of a tube, or of a tree of tubes, along its course, from what a ball round each place of its axis holds.

A ball of radius R on the axis of a tube of radius r holds V = 4/3·π·(R³ − (R² − r²)^1.5) of it. A sphere inscribed into
voxels is too small by half a voxel or more; volumes are not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pnst.typing import BoolArray, FloatArray

FIRST_BALL_MM = 8.0
BALL_RADII = 2.5
"""Radius of the ball in radii of the tube: long enough to tell its direction, short enough for its bends."""
BALL_MM = (5.0, 25.0)
"""But within these limits."""
PASSES = 3
"""Times that the ball is fitted to the tube, and its centre moved onto the axis."""
CENTRED = 0.15
"""The centre of mass lies this near to the middle of a ball, in its radii; at an end or a fork it does not."""
MAX_WIDTH_RATIO = 0.6
"""Width ÷ length, by standard deviations, of what a ball holds of one tube; where two cross it is wider."""


class Calibres(NamedTuple):
    """At n places of the axis."""

    centres: FloatArray
    """(n, 3) mm."""
    diameter_mm: FloatArray
    """(n,)."""
    single: BoolArray
    """(n,) whether there is one tube, going on both ways: no end, no fork, no crossing."""


def local_calibres(points: FloatArray, volumes: FloatArray, seeds: FloatArray) -> Calibres:
    """The calibre near each seed (n, 3) of what points (m, 3) in mm fill, each standing for a volume (m,) in mm³.

    A tube of 6 mm, but for its ends:

    >>> i, j, k = np.indices((9, 9, 41)).reshape(3, -1)
    >>> tube = np.stack([i, j, k], axis=1)[(i - 4) ** 2 + (j - 4) ** 2 <= 9].astype(float)
    >>> seeds = np.array([[4.0, 5.0, 20.0], [5.0, 4.0, 14.0], [4.0, 4.0, 0.0]])
    >>> local = local_calibres(tube, np.ones(len(tube)), seeds)
    >>> local.diameter_mm[:2].round(1).tolist(), local.single.tolist()
    ([6.1, 6.1], [True, True, False])
    """
    tube = _Tube(points, volumes)
    centres = np.array(seeds, dtype=np.float64)
    ball = np.full(len(centres), FIRST_BALL_MM)
    for _ in range(PASSES):
        mean, volume, _ = tube.held(centres, ball / 2)
        centres = np.where(volume[:, None] > 0, mean, centres)
        _, volume, _ = tube.held(centres, ball)
        ball = np.clip(BALL_RADII * _radius(volume, ball), *BALL_MM)
    mean, volume, width_ratio = tube.held(centres, ball)
    single = np.linalg.norm(mean - centres, axis=1) < CENTRED * ball
    single &= width_ratio < MAX_WIDTH_RATIO
    return Calibres(centres, 2 * _radius(volume, ball), single)


def _radius(volume: FloatArray, ball: FloatArray) -> FloatArray:
    """Of the tube of which a ball on its axis holds that volume; at most the ball's own."""
    left = np.maximum(ball**3 - 3 * volume / (4 * np.pi), 0) ** (2 / 3)
    return np.asarray(np.sqrt(np.maximum(ball**2 - left, 0)))


class _Tube:
    """Points with their volumes, and the sums of them that balls ask for."""

    def __init__(self, points: FloatArray, volumes: FloatArray) -> None:
        self._middle = points.mean(axis=0)
        self._points = points - self._middle
        x, y, z = self._points.T
        terms = [np.ones(len(x)), x, y, z, x * x, x * y, x * z, y * y, y * z, z * z]
        self._terms = np.stack(terms, axis=1) * volumes[:, None]

    def held(self, centres: FloatArray, ball: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What each ball holds: its centre of mass (n, 3), its volume (n,) and its width ÷ length (n,)."""
        from scipy.spatial.distance import cdist

        near = cdist(centres - self._middle, self._points) <= ball[:, None]
        sums = near.astype(np.float64) @ self._terms
        volume = sums[:, 0]
        mean, square = (part / np.maximum(volume, 1e-9)[:, None] for part in (sums[:, 1:4], sums[:, 4:]))
        moments = square[:, [[0, 1, 2], [1, 3, 4], [2, 4, 5]]] - mean[:, :, None] * mean[:, None, :]
        spread = np.sqrt(np.maximum(np.linalg.eigvalsh(moments), 0))
        return mean + self._middle, volume, np.asarray(spread[:, 1] / np.maximum(spread[:, 2], 1e-9))
