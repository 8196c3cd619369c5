"""The connected region of a given size in which a map is lowest."""

from __future__ import annotations

import numpy as np

from pnst.typing import BoolArray, FloatArray

THRESHOLD_STEPS = 1024
"""The threshold of the region is right to this share of the body's voxels (exactly in smaller bodies)."""


def lowest_region(values: FloatArray, size: int) -> BoolArray:
    """The lowest connected `size` voxels (26 neighbours) of a map (ni, nj, nk), NaN where it is unknown.

    A threshold rises until one connected component holds that many voxels; the lowest ones of that component count.
    The largest component where none is that large.

    1 is lowest, but has no neighbour under 9:

    >>> lowest_region(np.array([[[1.0, 9, 3, 2, 9]]]), 2).astype(int).tolist()
    [[[0, 0, 1, 1, 0]]]
    """
    known = np.isfinite(values)
    ordered = np.sort(values[known])
    low, high = min(size, ordered.size) - 1, ordered.size - 1
    filled = np.where(known, values, np.inf)
    while high - low > ordered.size // THRESHOLD_STEPS:
        middle = (low + high) // 2
        _, count = _largest_component(filled <= ordered[middle])
        low, high = (low, middle) if count >= size else (middle + 1, high)
    component, _ = _largest_component(filled <= ordered[high])
    inner = filled[component]
    chosen = np.zeros(inner.size, dtype=bool)
    chosen[np.argsort(inner, kind="stable")[:size]] = True
    out = np.zeros(values.shape, dtype=bool)
    out[component] = chosen
    return out


def _largest_component(mask: BoolArray) -> tuple[BoolArray, int]:
    import cc3d

    labels = cc3d.connected_components(mask.astype(np.uint8), connectivity=26)
    counts = np.bincount(labels.ravel())
    counts[0] = 0
    label = int(counts.argmax())
    return np.asarray(labels == label), int(counts[label])
