"""Closed triangle meshes: areas, normals, moments and diameters. Coordinates in mm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Mesh:
    """A closed triangle mesh: `vertices` (n, 3) in mm, `faces` (m, 3) vertex numbers, all turning one way round."""

    vertices: FloatArray
    faces: IntArray

    @cached_property
    def _corners(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        # Relative to the middle: far from the origin the volume sum would lose its digits.
        centred = self.vertices - self._middle
        a, b, c = (centred[self.faces[:, n]] for n in range(3))
        return a, b, c

    @property
    def _middle(self) -> FloatArray:
        return np.asarray((self.vertices.min(axis=0) + self.vertices.max(axis=0)) / 2)

    @cached_property
    def _cross(self) -> FloatArray:
        """(m, 3): normal of each face, twice its area long, outward whatever the handedness of the coordinates."""
        a, b, c = self._corners
        cross = np.cross(b - a, c - a)
        return np.asarray(cross * np.sign(np.einsum("ni,ni->", a, cross)))

    @cached_property
    def _tetrahedra(self) -> FloatArray:
        """(m,): signed volume of the tetrahedron from each face to the middle, in mm³."""
        return np.asarray(np.einsum("ni,ni->n", self._corners[0], self._cross) / 6)

    @cached_property
    def volume_mm3(self) -> float:
        """Enclosed volume, by the divergence theorem."""
        return float(self._tetrahedra.sum())

    @cached_property
    def area_mm2(self) -> float:
        """Total area."""
        return float(np.linalg.norm(self._cross, axis=1).sum() / 2)

    @cached_property
    def centroid(self) -> FloatArray:
        """(3,): centre of the enclosed volume."""
        a, b, c = self._corners
        weighted = np.einsum("n,ni->i", self._tetrahedra, a + b + c) / 4
        return np.asarray(weighted / self.volume_mm3 + self._middle)

    @cached_property
    def vertex_areas(self) -> FloatArray:
        """(n,): a third of the area of the faces round each vertex; they sum to the area."""
        thirds = np.repeat(np.linalg.norm(self._cross, axis=1) / 6, 3)
        return np.asarray(
            np.bincount(self.faces.ravel(), weights=thirds, minlength=len(self.vertices)), dtype=np.float64
        )

    @cached_property
    def vertex_normals(self) -> FloatArray:
        """(n, 3): outward unit normals, the area-weighted mean of the faces round each vertex."""
        count = len(self.vertices)
        flat = self.faces.ravel()
        sums = [np.bincount(flat, weights=np.repeat(self._cross[:, d], 3), minlength=count) for d in range(3)]
        normals = np.stack(sums, axis=1)
        return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30))

    @cached_property
    def edges(self) -> IntArray:
        """(e, 2): the vertex numbers of every edge, once each."""
        a, b, c = self.faces.T
        low, high = np.minimum([a, b, c], [b, c, a]).ravel(), np.maximum([a, b, c], [b, c, a]).ravel()
        keys = np.unique(low.astype(np.int64) * len(self.vertices) + high)
        return np.stack([keys // len(self.vertices), keys % len(self.vertices)], axis=1)

    @cached_property
    def axes(self) -> tuple[FloatArray, FloatArray]:
        """Semi-axes (3,) in mm, longest first, and unit directions (3, 3, one a column) of the equal-moment ellipsoid.

        The ellipsoid whose volume distribution has the same second moments; semi-axis = √(5 λ).
        """
        a, b, c = (corner + (self._middle - self.centroid) for corner in self._corners)
        signed = np.einsum("ni,ni->n", a, self._cross) / 6
        # Second moments of a tetrahedron with one corner at the origin: (Σ vᵢvᵢᵀ + ssᵀ) V/20, s = Σ vᵢ.
        moments = sum(np.einsum("n,ni,nj->ij", signed, v, v) for v in (a, b, c, a + b + c)) / (20 * self.volume_mm3)
        values, directions = np.linalg.eigh(moments)
        return np.sqrt(5 * np.maximum(values[::-1], 0)), np.asarray(directions[:, ::-1])


def longest_diameter(points: FloatArray) -> tuple[float, FloatArray]:
    """Greatest distance between two of the points (n, 3), and those two points (2, 3).

    The width of the set is greatest along the diameter: extreme points in 400 directions give every candidate, and
    the best few are improved by taking the extremes along their own direction until nothing changes.
    """
    heights = fibonacci_directions(400).astype(np.float32) @ (points - points.mean(axis=0)).astype(np.float32).T
    top, bottom = heights.argmax(axis=1), heights.argmin(axis=1)
    lengths = np.linalg.norm(points[top] - points[bottom], axis=1)
    best, pair = 0.0, (0, 0)
    for start in np.argsort(lengths)[::-1][:12]:
        p, q, length = int(top[start]), int(bottom[start]), float(lengths[start])
        while length > best:
            best, pair = length, (p, q)
            heights_along = points @ (points[p] - points[q])
            far_p = int(np.argmax(np.linalg.norm(points - points[q], axis=1)))
            far_q = int(np.argmax(np.linalg.norm(points - points[far_p], axis=1)))
            along = int(heights_along.argmax()), int(heights_along.argmin())
            p, q = max((far_p, far_q), along, key=lambda two: float(np.linalg.norm(points[two[0]] - points[two[1]])))
            length = float(np.linalg.norm(points[p] - points[q]))
    return best, points[list(pair)]


def fibonacci_directions(count: int) -> FloatArray:
    """(count, 3): unit vectors spread evenly over a half sphere, so that each line is met once."""
    n = np.arange(count) + 0.5
    z = n / count
    angle = np.pi * (1 + np.sqrt(5)) * n
    radius = np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def hull_volume(points: FloatArray) -> float:
    """Volume of the convex hull of points (n, 3), in mm³."""
    from scipy.spatial import ConvexHull

    return float(ConvexHull(points).volume)


def thinned(mesh: Mesh, cell_mm: float) -> tuple[IntArray, FloatArray]:
    """One vertex a cell of the given size, and the surface area (mm²) that it stands for."""
    cells = np.floor((mesh.vertices - mesh.vertices.min(axis=0)) / cell_mm).astype(np.int64)
    size = cells.max(axis=0) + 1
    keys = (cells[:, 0] * size[1] + cells[:, 1]) * size[2] + cells[:, 2]
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    areas = np.bincount(group.ravel(), weights=mesh.vertex_areas)
    return first, np.asarray(areas, dtype=np.float64)
