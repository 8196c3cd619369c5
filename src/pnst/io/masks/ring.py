"""Closed polygons in mm: whether one lies inside another, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pnst.typing import BoolArray, FloatArray

ROUNDING_MM = 0.02
"""Points closer than this are one point: files round to 0.01 mm."""

_CHUNK = 200_000
"""Pairs of a point and an edge that are held at once: it bounds memory alone."""


@dataclass(frozen=True, eq=False)
class Ring:
    """A closed polygon (n, 2) in mm, and a tree of its points that tells which of another's are near."""

    points: FloatArray

    @cached_property
    def tree(self) -> Any:
        """Of its points."""
        from scipy.spatial import cKDTree

        return cKDTree(self.points)

    @cached_property
    def longest(self) -> float:
        """Its longest edge."""
        return float(np.linalg.norm(self.points - np.roll(self.points, -1, axis=0), axis=1).max())

    def near(self, other: Ring) -> FloatArray:
        """The points, and the middles of edges, that are so near to another's points that its edges may touch there."""
        middles = (self.points + np.roll(self.points, -1, axis=0)) / 2
        samples = np.concatenate([self.points, middles])
        distance, _ = other.tree.query(
            samples, distance_upper_bound=self.longest / 4 + other.longest / 2 + 2 * ROUNDING_MM
        )
        return np.asarray(samples[np.isfinite(distance)])

    def lies_inside(self, outer: Ring) -> tuple[bool, int]:
        """Whether it lies wholly inside another without touching it, and how many comparisons that took."""
        if not outer.holds(self.points[:1])[0]:
            return False, len(outer.points)
        mine, theirs = self.near(outer), outer.near(self)
        cost = len(mine) * len(outer.points) + len(theirs) * len(self.points)
        if not len(mine):
            return True, cost
        apart = outer.holds(mine).all() and (outer.distances(mine) > ROUNDING_MM).all()
        return bool(apart and not self.holds(theirs).any()), cost

    def holds(self, points: FloatArray) -> BoolArray:
        """Whether each point (n, 2) lies inside, by the even-odd rule."""
        a, b = self.points, np.roll(self.points, -1, axis=0)
        rise = np.where(a[:, 1] == b[:, 1], 1.0, b[:, 1] - a[:, 1])
        results = [np.zeros(0, dtype=bool)]
        for part in _parts(points, len(a)):
            x, y = part[:, :1], part[:, 1:]
            crossed = (a[:, 1] <= y) != (b[:, 1] <= y)
            right = x < a[:, 0] + (y - a[:, 1]) / rise * (b[:, 0] - a[:, 0])
            results.append((crossed & right).sum(axis=1) % 2 == 1)
        return np.concatenate(results)

    def distances(self, points: FloatArray) -> FloatArray:
        """(n,): the distance of each point (n, 2) from the edges."""
        along = np.roll(self.points, -1, axis=0) - self.points
        squared = np.maximum((along**2).sum(axis=1), 1e-12)
        results = [np.zeros(0)]
        for part in _parts(points, len(along)):
            x, y = part[:, :1] - self.points[:, 0], part[:, 1:] - self.points[:, 1]
            share = ((x * along[:, 0] + y * along[:, 1]) / squared).clip(0, 1)
            x, y = x - share * along[:, 0], y - share * along[:, 1]
            results.append(np.sqrt((x * x + y * y).min(axis=1)))
        return np.concatenate(results)


def _parts(points: FloatArray, edges: int) -> list[FloatArray]:
    size = max(1, _CHUNK // max(edges, 1))
    return [points[at : at + size] for at in range(0, len(points), size)]
