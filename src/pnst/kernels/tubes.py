"""Tubes: how tubular a set of voxels is, how long and how wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pnst.typing import BoolArray, FloatArray, IntArray

CENTRED = 2.0
"""A path keeps to the middle of a tube: its cost per mm falls with this power of the distance to the wall."""
SMOOTHED = 1
"""A path's steps from voxel to voxel are smoothed so many times over three of them."""
SAMPLE = 400
"""Linearity is averaged over about so many voxels of a body: it costs time alone."""


@dataclass(frozen=True)
class Tube:
    """One body as a tube."""

    length_mm: float
    """Of the axis, without the ends' half calibres."""
    calibre_mm: float
    """Of the round tube of that length and the body's volume."""
    ends: IntArray
    """(2, 3) the voxels in which it ends."""


def linearity(points: FloatArray, voxel: FloatArray, radius_mm: float) -> float:
    """How tubular a body is: 1 a line, 0 a plate or a ball, from the second moments within a radius of its voxels.

    The mean of (λ₁ − λ₂) ÷ λ₁ over its voxels, λ the moments' eigenvalues. `points` (n, 3) are voxels' centres in mm,
    `voxel` (3, 3) their sides, one a column: a voxel is a box, no point.

    >>> line = np.arange(9)[:, None] * [0.0, 0.0, 1.0]
    >>> plate = np.stack(np.meshgrid(np.arange(9.0), np.arange(9.0), [0.0]), axis=-1).reshape(-1, 3)
    >>> [round(linearity(body, np.eye(3), 3.0), 1) for body in (line, plate)]
    [1.0, 0.4]
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(points)
    some = points[:: max(1, len(points) // SAMPLE)]
    near = tree.query_ball_point(some, radius_mm)
    counts = np.array([len(one) for one in near])
    members = points[np.concatenate(near)] - np.repeat(some, counts, axis=0)
    row = np.repeat(np.arange(len(some)), counts)
    first = np.stack([np.bincount(row, members[:, a], len(some)) for a in range(3)], axis=1) / counts[:, None]
    products = [np.bincount(row, members[:, a] * members[:, b], len(some)) for a in range(3) for b in range(3)]
    second = np.stack(products, axis=1).reshape(-1, 3, 3) / counts[:, None, None]
    moments = second - first[:, :, None] * first[:, None, :] + voxel @ voxel.T / 12
    values = np.linalg.eigvalsh(moments)
    return float(np.mean((values[:, 2] - values[:, 1]) / values[:, 2]))


def tube(body: BoolArray, spacing: Sequence[float], volume_mm3: float) -> Tube:
    """Length and calibre of a connected body (ni, nj, nk) of a known volume, as if it were one round tube.

    The axis is the path between the two voxels that lie farthest apart along the body; a tube of calibre d with round
    ends, T from tip to tip, has the volume π/4·d²·(T − d/3), and its axis is T − d long.

    A bar of 2 × 2 × 20 mm: as wide as the round one of the same section:

    >>> body = np.zeros((4, 4, 22), dtype=bool)
    >>> body[1:3, 1:3, 1:21] = True
    >>> one = tube(body, (1.0, 1.0, 1.0), 80.0)
    >>> round(one.calibre_mm, 1), bool(abs(one.length_mm - (20 - 2.3)) < 1)
    (2.3, True)
    """
    import edt
    from scipy.sparse.csgraph import dijkstra

    depth = edt.edt(np.pad(body, 1).astype(np.uint8), anisotropy=tuple(spacing))[1:-1, 1:-1, 1:-1]
    index = np.argwhere(body)
    plain, centred = _graph(body, index, spacing, depth[body])
    start = int(np.argmax(_finite(dijkstra(plain, indices=0))))
    before = dijkstra(centred, indices=start, return_predecessors=True)[1]
    end = int(np.argmax(_finite(dijkstra(plain, indices=start))))
    path = [end]
    while path[-1] != start and before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    points: FloatArray = index[path].astype(np.float64) * np.asarray(spacing)
    tip = _length(points) + _end_mm(points, spacing)
    calibre = float(np.sqrt(4 * volume_mm3 / (np.pi * tip)))
    for _ in range(8):
        calibre = float(np.sqrt(4 * volume_mm3 / (np.pi * max(tip - calibre / 3, tip / 3))))
    return Tube(max(tip - calibre, 0.0), calibre, index[[end, start]])


def _finite(distance: FloatArray) -> FloatArray:
    return np.where(np.isfinite(distance), distance, -1.0)


def _graph(body: BoolArray, index: IntArray, spacing: Sequence[float], depth: FloatArray) -> tuple[Any, Any]:
    """The voxels (n, 3) of a body as a graph of 26 neighbours: by distance in mm, and by one that keeps to the middle;
    `depth` (n,) is each voxel's distance to the wall.
    """
    from scipy.sparse import csr_array

    number = np.full(np.asarray(body.shape) + 2, -1)
    number[1:-1, 1:-1, 1:-1][body] = np.arange(len(index))
    rows, columns, lengths = [], [], []
    for shift in np.argwhere(np.ones((3, 3, 3)))[14:] - 1:
        other = number[tuple((index + 1 + shift).T)]
        here = np.flatnonzero(other >= 0)
        rows.append(here)
        columns.append(other[here])
        lengths.append(np.full(len(here), float(np.linalg.norm(shift * np.asarray(spacing)))))
    i, j, mm = np.concatenate(rows), np.concatenate(columns), np.concatenate(lengths)
    cost = mm * ((depth.max() / depth[i]) ** CENTRED + (depth.max() / depth[j]) ** CENTRED) / 2
    both = (np.concatenate([i, j]), np.concatenate([j, i]))
    size = (len(index), len(index))
    return csr_array((np.tile(mm, 2), both), shape=size), csr_array((np.tile(cost, 2), both), shape=size)


def _length(points: FloatArray) -> float:
    """Of a path through points (n, 3), its steps smoothed; the ends stay."""
    for _ in range(SMOOTHED):
        if len(points) > 2:
            inner = (points[:-2] + points[1:-1] + points[2:]) / 3
            points = np.concatenate([points[:1], inner, points[-1:]])
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _end_mm(points: FloatArray, spacing: Sequence[float]) -> float:
    """What lies beyond the middles of the last voxels at both ends: half a voxel along the path each."""
    if len(points) < 2:
        return float(min(spacing))
    steps = np.stack([points[1] - points[0], points[-2] - points[-1]])
    way = np.abs(steps) / np.linalg.norm(steps, axis=1, keepdims=True)
    return float((way @ np.asarray(spacing)).sum() / 2)
