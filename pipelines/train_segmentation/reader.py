"""A reader who knows the lesion: prompts that a radiologist might draw on it, exact or off by some millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Grid
from pnst.segmentation.prompt import Line, Point
from pnst.typing import BoolArray, FloatArray

MIN_VOXELS = 8
"""A slice with fewer voxels of the lesion has no line."""


@dataclass(frozen=True, eq=False)
class Reader:
    """Draws on the slices of a lesion's mask, in canonical order, slices along the last axis."""

    mask: BoolArray
    """(ni, nj, nk)."""
    grid: Grid

    @cached_property
    def slices(self) -> list[int]:
        """Those that hold the lesion, from the lowest."""
        return [int(k) for k in np.flatnonzero(self.mask.any(axis=(0, 1)))]

    @cached_property
    def extent_mm(self) -> tuple[float, float]:
        """z of the lowest and the highest side of its voxels, in slices that may be tilted."""
        z = self.grid.to_world(np.argwhere(self.mask))[:, 2]
        half = abs(float(self.grid.affine[2, 2])) / 2
        return float(z.min()) - half, float(z.max()) + half

    @cached_property
    def lines(self) -> dict[int, Line]:
        """Slice → its longest diameter, with the longest one across it."""
        return {k: self._line(k) for k in self.slices if self.mask[:, :, k].sum() >= MIN_VOXELS}

    @cached_property
    def main(self) -> int:
        """The slice with the longest diameter."""
        return max(self.lines, key=lambda k: self.lines[k].length_mm)

    def slice_at(self, share: float) -> int:
        """The slice at a share of the extent, of those that have a line."""
        wanted = self.slices[0] + share * (self.slices[-1] - self.slices[0])
        return min(self.lines, key=lambda k: abs(k - wanted))

    def middle(self, k: int) -> Point:
        """The centre of the section in a slice."""
        i, j = np.argwhere(self.mask[:, :, k]).mean(axis=0)
        x, y, z = self.grid.to_world([i, j, k]).tolist()
        return Point((x, y, z))

    def one(self, k: int | None = None) -> Line:
        """The line of a slice (of the longest diameter) with the lesion's extent."""
        line = self.lines[self.main if k is None else k]
        return Line(line.p_ras_mm, line.q_ras_mm, line.short_axis, self.extent_mm)

    def _line(self, k: int) -> Line:
        inside = np.argwhere(self.mask[:, :, k])
        corners = np.concatenate([inside + step for step in ((-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5))])
        points = self.grid.to_world(np.column_stack([corners, np.full(len(corners), k)]))
        p, q = _farthest(points)
        along = (q - p) / np.linalg.norm(q - p)
        across = np.cross(np.asarray(self.grid.directions)[:, 2], along)
        a, b = _longest_chord(points, along, across)
        return Line(tuple(p), tuple(q), (tuple(a), tuple(b)))


def _farthest(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    from scipy.spatial import ConvexHull

    flat = points - points.mean(axis=0)
    plane = np.linalg.svd(flat, full_matrices=False)[2][:2]
    hull = points[ConvexHull(flat @ plane.T).vertices]
    apart = np.linalg.norm(hull[:, None] - hull[None], axis=-1)
    i, j = np.unravel_index(int(apart.argmax()), apart.shape)
    return hull[i], hull[j]


def _longest_chord(points: FloatArray, along: FloatArray, across: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The ends of the longest chord across a line, in steps of 1 mm along it."""
    at, off = points @ along, points @ across
    best = (0.0, points[0], points[0])
    for step in np.unique(np.round(at)):
        here = np.flatnonzero(np.round(at) == step)
        low, high = here[off[here].argmin()], here[off[here].argmax()]
        length = float(off[high] - off[low])
        if length > best[0]:
            on_line = points[low] + along * (at[here].mean() - at[low])
            best = (length, on_line, on_line + across * length)
    return best[1], best[2]


def moved(rng: np.random.Generator, point: FloatArray | tuple[float, ...], most_mm: float, dims: int = 2) -> FloatArray:
    """A point (3,) moved in its slice (dims 2) or in any direction (3), evenly within a disc or ball."""
    step = np.zeros(3)
    direction = rng.normal(size=dims)
    step[:dims] = direction / np.linalg.norm(direction) * most_mm * rng.uniform() ** (1 / dims)
    return np.asarray(point) + step


def shaky(rng: np.random.Generator, line: Line, most_mm: float, dims: int = 2) -> Line:
    """The line with every end moved; its extent's ends as well where `dims` is 3."""
    ends = [tuple(moved(rng, end, most_mm, dims)) for end in (line.p_ras_mm, line.q_ras_mm)]
    short = line.short_axis and tuple(tuple(moved(rng, end, most_mm, dims)) for end in line.short_axis)
    extent = line.craniocaudal_mm
    if extent is not None and dims == 3:
        extent = (extent[0] + rng.uniform(-most_mm, most_mm), extent[1] + rng.uniform(-most_mm, most_mm))
    return Line(ends[0], ends[1], short, extent)


def any_prompt(rng: np.random.Generator, reader: Reader, exact: bool = False) -> list[Line | Point]:
    """One line, a line and clicks, or lines at several levels, in any good slice; off by up to 5 mm unless `exact`."""
    longest = reader.lines[reader.main].length_mm
    good = [k for k, line in reader.lines.items() if line.length_mm > 0.88 * longest]
    main = int(rng.choice(good))
    size = (reader.mask.sum() * reader.grid.voxel_volume_mm3 * 3 / 4 / np.pi) ** (1 / 3)
    off = 0.0 if rng.uniform() < (1.0 if exact else 0.6) else min(rng.uniform(0, 5), 0.2 * size)
    low, high = reader.extent_mm
    kind = rng.choice(["line", "clicks", "lines"], p=[0.6, 0.15, 0.25])
    shares = [rng.uniform(0.08, 0.3), rng.uniform(0.7, 0.92), rng.uniform(0.3, 0.7)][: int(rng.choice([2, 2, 3]))]
    others = sorted({reader.slice_at(share) for share in shares} - {main}) if kind != "line" else []
    others = [k for k in others if abs(k - main) >= 2]
    others = [k for before, k in zip([-9, *others], others, strict=False) if k - before >= 2]
    slack = min(off, 0.1 * (high - low))
    levels = [reader.middle(k).ras_mm[2] for k in (main, *others)]
    extent = (
        min(low + rng.uniform(-slack, slack), min(levels) - 1.5),
        max(high + rng.uniform(-slack, slack), max(levels) + 1.5),
    )
    line = shaky(rng, reader.lines[main], 0.6 * off)
    prompt: list[Line | Point] = [Line(line.p_ras_mm, line.q_ras_mm, line.short_axis, extent)]
    for k in others:
        if kind == "lines":
            prompt.append(shaky(rng, reader.lines[k], off))
        else:
            prompt.append(Point(tuple(moved(rng, reader.middle(k).ras_mm, off))))
    return prompt
