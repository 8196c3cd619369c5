"""Closed outlines made into pixels: a pixel is inside when its centre is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.typing import BoolArray, FloatArray, IntArray

MAX_CROSSINGS = 2_000_000
"""Crossings of edges with rows that are held at once: it bounds memory alone."""


def even_odd(polygons: Sequence[FloatArray], shape: tuple[int, int]) -> BoolArray:
    """Pixels (nu, nv) whose centres lie inside an odd number of polygons, each (n, 2) in pixel indices (u, v).

    A square from 0.5 to 2.5 holds two by two centres:

    >>> int(even_odd([np.array([[0.5, 0.5], [2.5, 0.5], [2.5, 2.5], [0.5, 2.5]])], (5, 4)).sum())
    4
    """
    return np.asarray(windings(polygons, shape) % 2 == 1)


def windings(polygons: Sequence[FloatArray], shape: tuple[int, int]) -> IntArray:
    """(nu, nv): how often the polygons, each (n, 2) in pixel indices, run round the centre of each pixel.

    Every edge is crossed by the rows v with v_low ≤ v < v_high; a crossing at u counts for all pixels from there on.
    """
    start = np.concatenate(polygons)
    end = np.concatenate([np.roll(polygon, -1, axis=0) for polygon in polygons])
    swap = (start[:, 1] > end[:, 1]) | ((start[:, 1] == end[:, 1]) & (start[:, 0] > end[:, 0]))
    # One order for each edge, whichever way it runs, so that the edges of a keyhole cancel to the last bit.
    low, high = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
    first = np.ceil(low[:, 1]).clip(0, shape[1]).astype(int)
    count = np.ceil(high[:, 1]).clip(0, shape[1]).astype(int) - first
    turns = np.zeros((shape[0] + 1, shape[1]), dtype=np.int32)
    part = np.cumsum(count) // MAX_CROSSINGS
    for edges in np.split(np.arange(len(low)), np.flatnonzero(np.diff(part)) + 1):
        _add_crossings(turns, low[edges], high[edges], np.where(swap, -1, 1)[edges], first[edges], count[edges])
    return np.cumsum(turns, axis=0)[:-1]


def _add_crossings(
    turns: IntArray, low: FloatArray, high: FloatArray, sign: IntArray, first: IntArray, count: IntArray
) -> None:
    edge = np.repeat(np.arange(len(low)), count)
    row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    slope = (high[edge, 0] - low[edge, 0]) / (high[edge, 1] - low[edge, 1])
    column = np.ceil(low[edge, 0] + (row - low[edge, 1]) * slope).clip(0, len(turns) - 1).astype(int)
    np.add.at(turns, (column, row), sign[edge])
