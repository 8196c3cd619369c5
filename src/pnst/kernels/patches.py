"""Means and medians over the neighbourhood of points on a surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MIN_NORMAL_COSINE = 0.7
"""Points whose normals have a lesser cosine lie round a bend, or on the other side of a thin body."""
NEIGHBOURS = 12


def averaging_operator(points: FloatArray, normals: FloatArray, weights: FloatArray, radius_mm: float) -> csr_array:
    """(n, n): the operator that averages over the points within a radius on the same side, by weight.

    `points` and unit `normals` (n, 3), `weights` (n,) > 0.

    (1 · 8 + 3 · 4) ÷ 4 = 5 for the two that are near; the third is alone:

    >>> points, normals = np.array([[0.0, 0, 0], [1, 0, 0], [5, 0, 0]]), np.tile([0.0, 0, 1], (3, 1))
    >>> average = averaging_operator(points, normals, np.array([1.0, 3.0, 2.0]), radius_mm=2.0)
    >>> (average @ np.array([8.0, 4.0, 1.0])).tolist()
    [5.0, 5.0, 1.0]
    """
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    pairs = cKDTree(points).query_pairs(radius_mm, output_type="ndarray")
    pairs = pairs[np.einsum("ni,ni->n", normals[pairs[:, 0]], normals[pairs[:, 1]]) > MIN_NORMAL_COSINE]
    own = np.arange(len(points))
    rows, columns = np.concatenate([own, *pairs.T]), np.concatenate([own, *pairs.T[::-1]])
    total = np.bincount(rows, weights=weights[columns], minlength=len(points))
    return csr_array((weights[columns] / total[rows], (rows, columns)), shape=(len(points), len(points)))


def local_median(
    values: FloatArray, known: BoolArray, points: FloatArray, normals: FloatArray, radius_mm: float
) -> FloatArray:
    """(n,): median of the known values of the nearest `NEIGHBOURS` points within a radius on the same side.

    Takes single wrong values off and leaves the border between two regions where it is. Unknown values stay.

    The outlier 9 goes; at the end, of two values, the mean is taken:

    >>> points, normals = np.arange(4)[:, None] * [1.0, 0, 0], np.tile([0.0, 0, 1], (4, 1))
    >>> local_median(np.array([1.0, 9, 1, 1]), np.ones(4, dtype=bool), points, normals, 1.5).tolist()
    [5.0, 1.0, 1.0, 1.0]
    """
    from scipy.spatial import cKDTree

    reach, near = cKDTree(points).query(points, k=min(NEIGHBOURS, len(points)), distance_upper_bound=radius_mm)
    near = np.where(np.isfinite(reach), near, np.arange(len(points))[:, None])
    same = np.isfinite(reach) & known[near]
    same &= np.einsum("ni,nki->nk", normals, normals[near]) > MIN_NORMAL_COSINE
    same[:, 0] = True
    ordered = np.sort(np.where(same, values[near], np.inf), axis=1)
    count = same.sum(axis=1)
    rows = np.arange(len(points))
    middle = (ordered[rows, (count - 1) // 2] + ordered[rows, count // 2]) / 2
    return np.where(known, middle, values)


def local_quantile(
    values: FloatArray, points: FloatArray, spacing_mm: float, radius_mm: float, share: float
) -> FloatArray:
    """(n,): that quantile of the values (n,) at about `NEIGHBOURS` points spread over a radius round each point.

    `spacing_mm` is the distance between neighbouring `points` (n, 3).

    The greatest value within 2 mm, on a line of points 1 mm apart:

    >>> local_quantile(np.arange(5.0), np.arange(5)[:, None] * [1.0, 0, 0], 1.0, 2.1, 1.0).tolist()
    [2.0, 3.0, 4.0, 4.0, 4.0]
    """
    from scipy.spatial import cKDTree

    apart = radius_mm * np.sqrt(np.pi / NEIGHBOURS)
    few = np.arange(0, len(points), max(1, round((apart / spacing_mm) ** 2)))
    reach, neighbours = cKDTree(points[few]).query(points, k=NEIGHBOURS, distance_upper_bound=radius_mm)
    known = np.isfinite(reach)
    ordered = np.sort(np.append(values[few], np.inf)[np.where(known, neighbours, len(few))], axis=1)
    last = np.maximum(known.sum(axis=1) - 1, 0)
    chosen = ordered[np.arange(len(points)), np.rint(share * last).astype(int)]
    return np.where(known.any(axis=1), chosen, values)
