"""Masks by formula, for numbers that other tools were asked for once. NumPy alone: their interpreters have no pnst."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Spacing = tuple[float, float, float]


def solids() -> dict[str, tuple[npt.NDArray[np.bool_], Spacing]]:
    """Name → mask (ni, nj, nk) and spacing in mm."""
    return {
        "tilted ellipsoid": (_ellipsoid((31, 37, 41), (0.9, 1.0, 1.1)), (0.9, 1.0, 1.1)),
        "ellipsoid in thick slices": (_ellipsoid((44, 49, 13), (0.6, 0.7, 4.0)), (0.6, 0.7, 4.0)),
        "box": (_box((9, 13, 17)), (0.7, 1.3, 2.9)),
        "two balls": (_two_balls((47, 29, 31)), (0.8, 0.9, 1.2)),
        "ring": (_ring((41, 43, 15)), (1.0, 0.9, 1.3)),
    }


def _points(shape: tuple[int, int, int], spacing: Spacing) -> npt.NDArray[np.float64]:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1)
    return np.asarray((index - (np.array(shape) - 1) / 2 + (0.13, -0.21, 0.32)) * spacing)


def _ellipsoid(shape: tuple[int, int, int], spacing: Spacing) -> npt.NDArray[np.bool_]:
    c, s = np.cos(0.5), np.sin(0.5)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    return np.asarray(((_points(shape, spacing) @ turn / (11.3, 13.1, 16.7)) ** 2).sum(axis=-1) < 1)


def _box(shape: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=bool)
    mask[2:6, 3:9, 2:14] = True
    return mask


def _two_balls(shape: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    points = _points(shape, (0.8, 0.9, 1.2))
    left, right = (((points - (x, 0.4, -0.3)) ** 2).sum(axis=-1) < 9.2**2 for x in (-6.9, 7.2))
    return np.asarray(left | right)


def _ring(shape: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    points = _points(shape, (1.0, 0.9, 1.3))
    across = np.hypot(points[..., 0], points[..., 1]) - 13.4
    return np.asarray(across**2 + points[..., 2] ** 2 < 4.7**2)
