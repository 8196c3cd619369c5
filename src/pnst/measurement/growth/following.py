"""Which outlines of several dates are one lesion: by what they share once they lie in one frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from pnst.study import Lesion
from pnst.typing import FloatArray

Track = tuple[int | None, ...]
"""One lesion through the dates: its place among each date's lesions, None where it is not there."""


@dataclass(frozen=True)
class Followed:
    """Every lesion through the dates, in the order in which they first come."""

    tracks: tuple[Track, ...]
    shared: tuple[tuple[int, int, int, int, float], ...] = ()
    """Further overlaps: date and lesion, of the earlier date and of the later, and the share of the smaller one."""


def follow(dates: Sequence[Sequence[Lesion]], least_overlap: float) -> Followed:
    """Lesions of each date, in one frame, put to those of the dates before by the greatest total overlap.

    A lesion is looked for where it was last seen. What shares too little with every known lesion is a new one.

    Two balls; the second date has the first of them, 2 mm off, and a new one far away:

    >>> from pnst.image import Grid, Mask
    >>> def ball(x, y):
    ...     i, j, k = np.ogrid[:60, :50, :15]
    ...     inside = (i - x) ** 2 + (j - y) ** 2 + (2 * (k - 7)) ** 2 < 64
    ...     return Lesion("1", Mask(inside, Grid(inside.shape, np.diag([1.0, 1.0, 2.0, 1.0]))), "simulation")
    >>> follow([[ball(15, 15), ball(45, 15)], [ball(15, 40), ball(15, 17)]], 0.2).tracks
    ((0, 1), (1, None), (None, 0))
    """
    tracks: list[list[int | None]] = [[index] for index in range(len(dates[0]))]
    shared: list[tuple[int, int, int, int, float]] = []
    for date, lesions in enumerate(dates[1:], start=1):
        seen = [_last_seen(track) for track in tracks]
        overlaps = overlap_matrix([dates[when][index] for when, index in seen], lesions)
        chosen = _assigned(overlaps, least_overlap)
        for place, track in enumerate(tracks):
            track.append(chosen.get(place))
        later = (index for index in range(len(lesions)) if index not in chosen.values())
        tracks += [[*[None] * date, index] for index in later]
        for place, index in zip(*np.nonzero(overlaps >= least_overlap), strict=True):
            if chosen.get(int(place)) != index:
                shared.append((*seen[place], date, int(index), float(overlaps[place, index])))
    return Followed(tuple(tuple(track) for track in tracks), tuple(shared))


def overlap_matrix(earlier: Sequence[Lesion], later: Sequence[Lesion]) -> FloatArray:
    """(n, m): how much of the smaller of two lesions lies in the other."""
    return np.array([[overlap_of(one, other) for other in later] for one in earlier]).reshape(len(earlier), len(later))


def overlap_of(one: Lesion, other: Lesion) -> float:
    """The share of the smaller lesion that lies in the other, 0 to 1, counted on the grid of the smaller one."""
    apart = np.maximum(one.world_box[0], other.world_box[0]) > np.minimum(one.world_box[1], other.world_box[1])
    if apart.any():
        return 0.0
    small, large = sorted((one, other), key=lambda lesion: lesion.mask.volume_mm3)
    part = large.part_on(small.mask.grid)
    if part is None:
        return 0.0
    box, inside = part
    return float(np.count_nonzero(inside & small.mask.data[box]) / small.mask.count)


def _last_seen(track: Sequence[int | None]) -> tuple[int, int]:
    """Date and place of a lesion where it was last there."""
    return next((date, index) for date, index in reversed(list(enumerate(track))) if index is not None)


def _assigned(overlaps: FloatArray, least: float) -> dict[int, int]:
    """Row → column of the greatest total overlap, of pairs that share enough."""
    enough = np.where(overlaps >= least, overlaps, 0.0)
    rows, columns = linear_sum_assignment(-enough)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if enough[row, column] > 0}
