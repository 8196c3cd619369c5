"""The outlines of one slice put together: united, with holes only where one says so.

A hole is an outline wholly inside another (not touching it), the loop of a keyhole, or an outline of the type that is
combined by exclusive or (DICOM PS3.3 C.8.8.6.3). Outlines that cross or touch are strokes of one drawing, and an
outline that is stored again is the same one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.errors import GeometryError
from pnst.io.masks.raster import windings
from pnst.io.masks.ring import ROUNDING_MM, Ring
from pnst.typing import BoolArray, FloatArray

MAX_COPY_PIXELS = 0.5
"""Outlines nowhere further apart than this share of a pixel are one outline: the points of a copy may differ, and a
wall that thin is no wall."""

MAX_OUTLINES = 2000
"""Outlines of one region on one slice: each is compared with every other."""

MAX_POINTS = 600
"""Points of an outline that are compared with those of another: thinning costs accuracy on very dense ones alone."""

MAX_COMPARISONS = 100_000_000
PAIR_COST = 5000
"""Pairs of a point and an edge, for one slice, and what a pair of outlines costs at least: seconds. No drawing comes
near."""

Window = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class Outline:
    """One closed outline of a slice."""

    points: FloatArray
    """(n, 2) in pixel indices."""
    xor: bool = False
    """Combined with the others by exclusive or."""

    @cached_property
    def low(self) -> FloatArray:
        """Its least indices."""
        return np.asarray(self.points.min(axis=0))

    @cached_property
    def high(self) -> FloatArray:
        """Its greatest indices."""
        return np.asarray(self.points.max(axis=0))

    def mm(self, pixel_mm: FloatArray) -> FloatArray:
        """(n, 2): its points in mm, thinned out evenly where they are many."""
        return np.asarray(self.points[:: 1 + (len(self.points) - 1) // MAX_POINTS] * pixel_mm)

    def area_and_length(self, pixel_mm: FloatArray) -> tuple[float, float]:
        """mm² and mm."""
        here = (self.points - self.low) * pixel_mm
        there = np.roll(here, -1, axis=0)
        area = abs(float(here[:, 0] @ there[:, 1] - here[:, 1] @ there[:, 0])) / 2
        return area, float(np.linalg.norm(there - here, axis=1).sum())

    def window(self, shape: tuple[int, int]) -> Window:
        """The pixels of an image of this shape that it may hold."""
        low = np.floor(self.low).clip(0, shape).astype(int)
        high = (np.ceil(self.high) + 1).clip(0, shape).astype(int)
        return slice(low[0], high[0]), slice(low[1], high[1])


def fill_outlines(
    outlines: Sequence[Outline], shape: tuple[int, int], pixel_mm: tuple[float, float]
) -> tuple[BoolArray, Counter[str]]:
    """The pixels (nu, nv) inside the outlines of one slice, and how many were "repeated", a "hole" or "united".

    Raises `GeometryError` for more outlines than a drawing has.

    Two squares of 4 × 4 pixels that overlap by 2 × 4 are 6 × 4 pixels, not two pieces of 2 × 4:

    >>> square = np.array([[0.5, 0.5], [4.5, 0.5], [4.5, 4.5], [0.5, 4.5]])
    >>> inside, counts = fill_outlines([Outline(square), Outline(square + [2, 0])], (9, 7), (1.0, 1.0))
    >>> int(inside.sum()), dict(counts)
    (24, {'united': 1})
    """
    if len(outlines) > MAX_OUTLINES:
        raise _too_many(f"{len(outlines)} contours of one region on one slice")
    pixel = np.asarray(pixel_mm)
    distinct = _distinct(outlines, pixel)
    counts = Counter({"repeated": len(outlines) - len(distinct)})
    inside = np.zeros(shape, dtype=bool)
    for outline, part in _pieces([o for o in distinct if not o.xor], shape, pixel, counts):
        window = inside[outline.window(shape)]
        counts["united"] += bool((window & part).any())
        window |= part
    for outline in (o for o in distinct if o.xor):
        inside[outline.window(shape)] ^= fill_outline(outline, shape, pixel)
    return inside, +counts


def fill_outline(outline: Outline, shape: tuple[int, int], pixel_mm: FloatArray) -> BoolArray:
    """The pixels inside one outline, in its window.

    Where it runs round a place twice it is a brush's stroke over itself, except for a keyhole, whose channel is walked
    there and back: that place is its hole.
    """
    u, v = outline.window(shape)
    turns = windings([outline.points - (u.start, v.start)], (u.stop - u.start, v.stop - v.start))
    twice = (turns != 0) & (turns % 2 == 0)
    if twice.any() and _has_channel(outline.points * pixel_mm):
        return np.asarray(turns % 2 == 1)
    return np.asarray(turns != 0)


def _has_channel(points: FloatArray) -> bool:
    """Whether some edge of an outline (n, 2) in mm is walked in both directions."""
    from scipy.spatial import cKDTree

    ends = np.concatenate([points, np.roll(points, -1, axis=0)], axis=1)
    ends = ends[np.linalg.norm(ends[:, :2] - ends[:, 2:], axis=1) > 2 * ROUNDING_MM]
    if not len(ends):
        return False
    distance, _ = cKDTree(ends).query(ends[:, [2, 3, 0, 1]], distance_upper_bound=ROUNDING_MM)
    return bool(np.isfinite(distance).any())


def _distinct(outlines: Sequence[Outline], pixel_mm: FloatArray) -> list[Outline]:
    """The outlines without copies of earlier ones."""
    tolerance = MAX_COPY_PIXELS * float(pixel_mm.min())
    kept: list[Outline] = []
    boxes = np.empty((len(outlines), 4))
    for outline in outlines:
        box = np.concatenate([outline.low * pixel_mm, outline.high * pixel_mm])
        near = np.flatnonzero(np.abs(boxes[: len(kept)] - box).max(axis=1) <= tolerance)
        if not any(_is_copy(outline, kept[n], pixel_mm, tolerance) for n in near):
            boxes[len(kept)] = box
            kept.append(outline)
    return kept


def _is_copy(one: Outline, other: Outline, pixel_mm: FloatArray, tolerance: float) -> bool:
    (area, length), (other_area, other_length) = (o.area_and_length(pixel_mm) for o in (one, other))
    if one.xor != other.xor or abs(area - other_area) > tolerance * max(length, other_length):
        return False
    here, there = Ring(one.mm(pixel_mm)), Ring(other.mm(pixel_mm))
    return all((a.distances(b.points) <= tolerance).all() for a, b in ((here, there), (there, here)))


def _pieces(
    outlines: Sequence[Outline], shape: tuple[int, int], pixel_mm: FloatArray, counts: Counter[str]
) -> Iterator[tuple[Outline, BoolArray]]:
    """Each outline that is no other's hole, with the pixels inside it less its holes (which may hold islands)."""
    outlines = sorted(outlines, key=lambda o: float(np.prod(o.high - o.low)))
    inner = _nesting(outlines, pixel_mm)
    holes = {n: inner[n] - {m for child in inner[n] for m in inner[child]} for n in inner}
    outer_count = Counter(hole for own in holes.values() for hole in own)
    parts: dict[int, BoolArray] = {}
    for n, outline in enumerate(outlines):  # from small to large: holes come before what they lie in
        part = fill_outline(outline, shape, pixel_mm)
        u, v = outline.window(shape)
        for hole in holes[n]:
            at_u, at_v = outlines[hole].window(shape)
            part[at_u.start - u.start : at_u.stop - u.start, at_v.start - v.start : at_v.stop - v.start] &= ~parts[hole]
            outer_count[hole] -= 1
            if not outer_count[hole]:
                del parts[hole]
        if outer_count[n]:
            counts["hole"] += 1
            parts[n] = part
        else:
            yield outline, part


def _nesting(outlines: Sequence[Outline], pixel_mm: FloatArray) -> dict[int, set[int]]:
    """For each outline (from small to large) those wholly inside it."""
    low = np.array([o.low for o in outlines]).reshape(-1, 2)
    high = np.array([o.high for o in outlines]).reshape(-1, 2)
    rings = [Ring(o.mm(pixel_mm)) for o in outlines]
    outer: dict[int, set[int]] = {}
    budget = MAX_COMPARISONS
    for n in reversed(range(len(outlines))):
        outer[n] = set()
        for m in np.flatnonzero(((low < low[n]) & (high > high[n])).all(axis=1)).tolist():
            if m in outer[n]:
                continue
            inside, cost = rings[n].lies_inside(rings[m])
            budget -= PAIR_COST + cost
            if budget < 0:
                raise _too_many(f"{len(outlines)} contours of very many points on one slice")
            if inside:
                outer[n] |= {m} | outer[m]  # what holds its holder holds it too
    return {n: {m for m in outer if n in outer[m]} for n in outer}


def _too_many(got: str) -> GeometryError:
    return GeometryError(
        "the contours cannot be made into a mask",
        got=got,
        expected=f"at most {MAX_OUTLINES} contours of one region on one slice, as a drawing has",
        remedy="give a label map instead of contours",
    )
