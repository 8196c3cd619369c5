"""Connected components of another tissue inside a body, each bounded at half of its own contrast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.kernels.morphology import dilate
from pnst.typing import BoolArray, FloatArray, IntArray


def bounded_components(
    seeds: BoolArray, data: FloatArray, level: float, allowed: BoolArray, reach: Sequence[int]
) -> IntArray:
    """The connected components (26 neighbours) of `seeds` (ni, nj, nk), numbered from 1, each bounded at half its step.

    A component's step leads from `level`, that of the body round it, to the median of `data` over its own seeds. Its
    voxels are those `allowed` ones within `reach` (3,) voxels of its seeds that lie beyond half of that: where partial
    volume puts the border, whatever the threshold and the smoothing were that gave the seeds.

    A seed of 30 in a body of 10 is bounded at 20: a neighbour of 21 belongs to it, one of 19 does not.

    >>> data = np.full((5, 4, 3), 10.0)
    >>> data[1:4, 1, 1] = 19, 30, 21
    >>> labels = bounded_components(data == 30, data, 10.0, np.ones(data.shape, dtype=bool), (1, 1, 1))
    >>> labels[:, 1, 1].tolist()
    [0, 0, 1, 1, 0]
    """
    import cc3d

    out = np.zeros(seeds.shape, dtype=np.int32)
    if not seeds.any():
        return out
    hit = [np.flatnonzero(seeds.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    box = tuple(slice(max(0, int(at[0]) - n), int(at[-1]) + 1 + n) for at, n in zip(hit, reach, strict=True))
    labels = cc3d.connected_components(seeds[box].astype(np.uint8), connectivity=26).astype(np.int32)
    part = np.asarray(data[box], dtype=np.float32)
    steps = np.concatenate([[1.0], component_medians(labels, part) - level]).astype(np.float32)
    near = np.where(allowed[box], dilate(labels, reach), 0)
    out[box] = np.where((part - np.float32(level)) * np.sign(steps[near]) > np.abs(steps[near]) / 2, near, 0)
    return out


def component_medians(labels: IntArray, data: FloatArray) -> FloatArray:
    """(n,): the median of `data` (ni, nj, nk) over each of the components 1 … n, NaN left out; NaN where nothing is.

    >>> component_medians(np.array([[[1, 1, 1, 2]]]), np.array([[[3.0, 9.0, 4.0, 7.0]]])).tolist()
    [4.0, 7.0]
    """
    from scipy.ndimage import median

    count = int(labels.max(initial=0))
    where = (labels > 0) & np.isfinite(data)
    medians = np.full(count, np.nan)
    present = np.unique(labels[where])
    if present.size:
        medians[present - 1] = median(data[where], labels[where], present)
    return medians
