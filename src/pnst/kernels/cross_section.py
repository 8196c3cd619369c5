"""Sections of a tube and of what deforms it: the outline that it would have, its hull and its middle."""

from __future__ import annotations

import numpy as np

from pnst.typing import BoolArray, FloatArray


def interpolated_outlines(below: FloatArray, above: FloatArray, place: FloatArray) -> BoolArray:
    """(n, m, m): outlines between two sections (m, m) of shares, at `place` (n,) from 0 (below) to 1 (above).

    Shape-based (Raya & Udupa 1990, IEEE TMI 9:32): the signed distances to both outlines are averaged. A section's
    outline holds as many pixels as its shares add up to: at half of a share a small round one, blurred, would be too
    small. An outline that is empty counts as the other one.

    Half-way between squares of 3 and of 7 pixels lies one of 5:

    >>> small, large = np.zeros((9, 9)), np.zeros((9, 9))
    >>> small[3:6, 3:6] = large[1:8, 1:8] = 1
    >>> interpolated_outlines(small, large, np.array([0.0, 0.5, 1.0]))[:, 4].sum(axis=1).tolist()
    [3, 5, 7]
    """
    from scipy.ndimage import distance_transform_edt

    filled = [_of_area(part) for part in (below, above)]
    filled = [part if part.any() else other for part, other in zip(filled, filled[::-1], strict=True)]
    low, high = (distance_transform_edt(part) - distance_transform_edt(~part) for part in filled)
    share = place[:, None, None]
    return np.asarray(low * (1 - share) + high * share > 0)


def _of_area(section: FloatArray) -> BoolArray:
    """The pixels with the greatest shares, as many as all shares add up to."""
    count = min(int(np.rint(section.sum())), section.size)
    if count == 0:
        return np.zeros(section.shape, dtype=bool)
    return np.asarray(section >= max(np.partition(section, -count, axis=None)[-count], np.finfo(np.float32).eps))


def hulls(sections: BoolArray) -> BoolArray:
    """(n, m, m): each section with its dents filled: its convex hull; of fewer than three pixels the section itself.

    The dent of a horseshoe is filled:

    >>> horseshoe = np.ones((1, 5, 5), dtype=bool)
    >>> horseshoe[0, 1:4, 2:] = False
    >>> bool(hulls(horseshoe).all())
    True
    """
    from scipy.spatial import ConvexHull, QhullError

    out = sections.copy()
    for number in np.flatnonzero(sections.any(axis=(1, 2))).tolist():
        at = np.argwhere(sections[number])
        low, high = at.min(axis=0), at.max(axis=0)
        try:
            planes = ConvexHull(at).equations
        except (QhullError, ValueError):
            continue
        box = np.stack(np.meshgrid(*[np.arange(a, b + 1) for a, b in zip(low, high, strict=True)], indexing="ij"), -1)
        within = (box @ planes[:, :2].T + planes[:, 2] <= 1e-9).all(axis=-1)
        out[number, low[0] : high[0] + 1, low[1] : high[1] + 1] = within
    return out


def centroids(sections: FloatArray) -> FloatArray:
    """(n, 2): the middle of each section (n, m, m) of shares in pixels from its own; NaN of an empty one.

    >>> section = np.zeros((1, 5, 5))
    >>> section[0, 1, 3:] = 1
    >>> centroids(section).tolist()
    [[-1.0, 1.5]]
    """
    middle = (sections.shape[1] - 1) / 2
    ticks = np.arange(sections.shape[1]) - middle
    total = sections.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        sums = np.stack([sections.sum(axis=2) @ ticks, sections.sum(axis=1) @ ticks], axis=1)
        return np.asarray(sums / total[:, None])
