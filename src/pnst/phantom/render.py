"""Partial volume: means over boxes, split only where tissues meet.

A slice is looked at in blocks of voxels; a block near a border is split, and so are its parts near one, down to cells.
Far from every border a box is pure and is looked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod

import numpy as np

from pnst.image import Grid
from pnst.phantom.layers import blend, clearance
from pnst.phantom.scene import Scene
from pnst.phantom.threads import threads
from pnst.typing import FloatArray, IntArray

CELL_MM = 0.7
"""Voxels are split into cells of at most this side; within a cell borders are taken as flat."""

BLOCK = 4
"""Voxels of a block in plane, along each axis."""

SLOPE = 1.25
"""A distance in the scene changes by at most this many mm a mm: irregular fronts are no true distances."""

_CHUNK = 25_000
"""Boxes looked at together: bounds the memory that their layers take."""


@dataclass(frozen=True)
class _Split:
    """How a box is divided."""

    counts: tuple[int, int, int]
    kept: bool
    """In plane, the parts are kept apart (pixels); else, and along the slice direction, averaged."""


@dataclass(frozen=True, eq=False)
class Renderer:
    """The means of a scene over the boxes of one grid."""

    scene: Scene
    grid: Grid
    table: FloatArray
    """(tissues, columns): what each pure tissue is worth in each column."""
    to_patient: Callable[[FloatArray], FloatArray] = lambda points: points
    """Where RAS points (n, 3) of the image lie in the patient at rest."""
    stretch: float = 1.0
    """At most how many mm of patient one mm of image shows."""
    thickness_mm: float | None = None
    """Slice thickness; None: the slices touch."""
    fineness: int = 1
    """Pixels a voxel in plane, along each axis."""

    def slices(self) -> Iterator[FloatArray]:
        """(ni · fineness, nj · fineness, columns) float32, slice by slice; several at once where there are cores."""
        _ = self.scene.distance  # made once, before the threads ask for it
        with ThreadPoolExecutor(threads()) as pool:
            yield from pool.map(self.slice, range(self.grid.shape[2]))

    def slice(self, k: int) -> FloatArray:
        """(ni · fineness, nj · fineness, columns) float32: the means over the pixels of one slice."""
        ni, nj, _ = self.grid.shape
        di, dj, dk = self.grid.spacing
        blocks = -(-ni // BLOCK), -(-nj // BLOCK)
        i, j = (np.arange(n) * BLOCK + (BLOCK - 1) / 2 for n in blocks)
        centres = np.stack(np.meshgrid(i * di, j * dj, [k * dk], indexing="ij"), axis=-1).reshape(-1, 3)
        size = np.array([BLOCK * di, BLOCK * dj, dk if self.thickness_mm is None else self.thickness_mm])
        means = self._means(centres, size, self._splits(size))
        side = BLOCK * self.fineness
        image = means.reshape(-1, *blocks, side, side).swapaxes(2, 3).reshape(-1, blocks[0] * side, blocks[1] * side)
        return np.moveaxis(image[:, : ni * self.fineness, : nj * self.fineness], 0, -1)

    def _splits(self, size: FloatArray) -> list[_Split]:
        """Blocks into slabs of a quarter of them, these into cells as wide as a voxel, these into pixels and cells."""
        pixel = size[:2] / BLOCK / self.fineness
        ci, cj, ck = (int(np.ceil(side / CELL_MM - 1e-9)) for side in (*pixel, size[2]))
        slabs, cells = (1, 1) if ck == 1 else (-(-ck // 2), 2)
        half = BLOCK // 2
        kept = (half, half, slabs), (BLOCK // half, BLOCK // half, cells), (self.fineness, self.fineness, 1)
        splits = [*(_Split(counts, True) for counts in kept), _Split((ci, cj, 1), False)]
        return [split for split in splits if split.counts != (1, 1, 1)]

    def _means(self, centres: FloatArray, size: FloatArray, splits: Sequence[_Split]) -> FloatArray:
        """(columns, n, a, b) float32: the means over the pixels (a, b) of boxes, centres (n, 3) in mm along i, j, k.

        Columns come first so that none depends on which others there are, to the last bit.
        """
        pure, near = self._look(centres, size, leaf=not splits)
        a, b = (prod(split.counts[axis] for split in splits if split.kept) for axis in (0, 1))
        out = np.repeat(pure, a * b, axis=1).reshape(*pure.shape, a, b)
        if len(near):
            out[:, near] = self._parts(centres[near], size, splits)
        return out

    def _parts(self, centres: FloatArray, size: FloatArray, splits: Sequence[_Split]) -> FloatArray:
        """As `_means`, by way of the boxes' parts."""
        counts = np.asarray(splits[0].counts)
        steps = [((np.arange(n) + 0.5) / n - 0.5) * side for n, side in zip(counts, size, strict=True)]
        offsets = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
        parts = self._means((centres[:, None] + offsets).reshape(-1, 3), size / counts, splits[1:])
        columns, _, a, b = parts.shape
        apart = parts.reshape(columns, len(centres), *counts, a, b).mean(axis=4)
        if not splits[0].kept:
            return np.asarray(apart.mean(axis=(2, 3)))
        return np.asarray(apart.swapaxes(3, 4).reshape(columns, len(centres), counts[0] * a, counts[1] * b))

    def _look(self, centres: FloatArray, size: FloatArray, *, leaf: bool) -> tuple[FloatArray, IntArray]:
        """(columns, n) float32, the worth of the tissues at the centres; and which boxes lie near a border."""
        axes = self.grid.directions
        cell_mm = float(np.prod(size)) ** (1 / 3)
        reach = SLOPE * self.stretch * float(np.linalg.norm(size)) / 2
        tissue_means = np.zeros((self.table.shape[1], len(centres)), dtype=np.float32)
        near = np.zeros(len(centres), dtype=bool)
        for start in range(0, len(centres), _CHUNK):
            part = slice(start, start + _CHUNK)
            layers = self.scene.layers(self.to_patient(centres[part] @ axes.T + self.grid.affine[:3, 3]))
            for share, values in zip(blend(layers, cell_mm).T, self.table, strict=True):
                if share.any():
                    tissue_means[:, part] += np.multiply.outer(values, share).astype(np.float32)
            if not leaf:
                near[part] = clearance(layers) < reach
        return tissue_means, np.flatnonzero(near)
