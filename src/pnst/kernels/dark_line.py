"""Whether a dark line runs between two brighter tissues: the cortex of a bone, between what touches it and marrow."""

from __future__ import annotations

import numpy as np

from pnst.typing import FloatArray


def darkest_share(
    offsets: FloatArray, profiles: FloatArray, line_mm: tuple[float, float], dense_below: float = 0.3
) -> FloatArray:
    """(n,) the least value of each profile (n, m) where the line may lie ÷ the darker of the two sides.

    `offsets` (m,) in mm rise from one tissue, before `line_mm`, into the other. The first side's level is its mean, the
    second one's the brightest value beyond the darkest. Without a line a blurred edge falls below neither side: 1. What
    stays under `dense_below` of the first side to the end is all line: dense bone.

    30 between 300 and 800; no line; dark to the end:

    >>> offsets = np.arange(-3.0, 5.0)
    >>> line = np.array([300, 300, 300, 30, 800, 800, 800, 800.0])
    >>> edge = np.array([300, 300, 300, 500, 800, 800, 800, 800.0])
    >>> dense = np.array([300, 300, 300, 60, 60, 60, 60, 60.0])
    >>> darkest_share(offsets, np.stack([line, edge, dense]), (-1.0, 3.0)).tolist()
    [0.1, 1.0, 0.2]
    """
    start, stop = line_mm
    before = profiles[:, offsets < start].mean(axis=1)
    place = np.where((offsets >= start) & (offsets <= stop), profiles, np.inf).argmin(axis=1)
    ahead = np.arange(len(offsets)) >= place[:, None]
    beyond = np.where(ahead, profiles, -np.inf).max(axis=1)
    level = np.where(beyond < dense_below * before, before, np.minimum(before, beyond))
    least = profiles[np.arange(len(profiles)), place]
    return np.asarray(np.maximum(least, 0) / np.maximum(level, 1e-30))
