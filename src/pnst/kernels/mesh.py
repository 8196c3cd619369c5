"""Closed triangle meshes: volume, area, normals and moments. Coordinates in mm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pnst.typing import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree


@dataclass(frozen=True, eq=False)
class Mesh:
    """A closed triangle mesh: `vertices` (n, 3) in mm, `faces` (m, 3) vertex numbers, all turning one way round.

    A box of 2 × 3 × 4 mm:

    >>> vertices = np.indices((2, 2, 2)).reshape(3, 8).T * (2.0, 3.0, 4.0)
    >>> quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    >>> mesh = Mesh(vertices, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]))
    >>> mesh.volume_mm3, mesh.area_mm2, mesh.centroid.tolist()
    (24.0, 52.0, [1.0, 1.5, 2.0])
    """

    vertices: FloatArray
    faces: IntArray

    def __repr__(self) -> str:
        return f"Mesh({len(self.vertices)} vertices, {len(self.faces)} faces, {self.volume_mm3 / 1000:.3g} ml)"

    @cached_property
    def tree(self) -> cKDTree:
        """Its vertices, for who looks for those that are near."""
        from scipy.spatial import cKDTree

        return cKDTree(self.vertices)

    @cached_property
    def _middle(self) -> FloatArray:
        return np.asarray((self.vertices.min(axis=0) + self.vertices.max(axis=0)) / 2)

    @cached_property
    def _corners(self) -> FloatArray:
        """(3, 3, m): coordinate, corner and face, relative to the middle: far from it the sums would lose digits."""
        centred = np.ascontiguousarray((self.vertices - self._middle).T)
        return np.asarray(centred.take(self.faces.T, axis=1))

    @cached_property
    def _cross(self) -> FloatArray:
        """(3, m): normal of each face, twice its area long, outward whatever the handedness of the coordinates."""
        a, b, c = self._corners.swapaxes(0, 1)
        cross = _cross(b - a, c - a)
        return np.asarray(cross * np.sign(np.einsum("in,in->", a, cross)))

    @cached_property
    def _twice_areas(self) -> FloatArray:
        return np.asarray(np.sqrt(np.einsum("in,in->n", self._cross, self._cross)))

    @property
    def face_areas(self) -> FloatArray:
        """(m,): area of each face in mm²."""
        return np.asarray(self._twice_areas / 2)

    @cached_property
    def _tetrahedra(self) -> FloatArray:
        """(m,): signed volume of the tetrahedron from each face to the middle, in mm³."""
        return np.asarray(np.einsum("in,in->n", self._corners[:, 0], self._cross) / 6)

    @cached_property
    def volume_mm3(self) -> float:
        """Enclosed volume, by the divergence theorem."""
        return float(self._tetrahedra.sum())

    @cached_property
    def area_mm2(self) -> float:
        """Total area."""
        return float(self._twice_areas.sum() / 2)

    @cached_property
    def centroid(self) -> FloatArray:
        """(3,): centre of the enclosed volume."""
        return np.asarray(self._corners.sum(axis=1) @ self._tetrahedra / (4 * self.volume_mm3) + self._middle)

    @cached_property
    def vertex_areas(self) -> FloatArray:
        """(n,): a third of the area of the faces round each vertex; they sum to the area."""
        thirds = np.repeat(self._twice_areas / 6, 3)
        return np.asarray(
            np.bincount(self.faces.ravel(), weights=thirds, minlength=len(self.vertices)), dtype=np.float64
        )

    @cached_property
    def vertex_normals(self) -> FloatArray:
        """(n, 3): outward unit normals, the area-weighted mean of the faces round each vertex."""
        count, flat = len(self.vertices), self.faces.ravel()
        sums = [np.bincount(flat, weights=np.repeat(part, 3), minlength=count) for part in self._cross]
        normals = np.stack(sums, axis=1)
        return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30))

    @cached_property
    def edges(self) -> IntArray:
        """(e, 2): the vertex numbers of every edge, once each: its two faces run along it in opposite directions."""
        start = np.ascontiguousarray(self.faces.T)
        end = start[[1, 2, 0]]
        rising = start < end
        return np.stack([start[rising], end[rising]], axis=1)

    @cached_property
    def axes(self) -> tuple[FloatArray, FloatArray]:
        """Semi-axes (3,) in mm, longest first, and unit directions (3, 3, one a column) of the equal-moment ellipsoid.

        The ellipsoid whose volume distribution has the same second moments; semi-axis = √(5 λ).
        """
        corners, signed = self._corners, self._tetrahedra
        # Second moments of a tetrahedron with one corner at the origin: (Σ vᵢvᵢᵀ + ssᵀ) V/20, s = Σ vᵢ.
        points = np.concatenate([corners.swapaxes(0, 1), corners.sum(axis=1)[None]])
        moments = sum((part * signed) @ part.T for part in points) / (20 * self.volume_mm3)
        offset = self.centroid - self._middle
        values, directions = np.linalg.eigh(moments - np.outer(offset, offset))
        return np.sqrt(5 * np.maximum(values[::-1], 0)), np.asarray(directions[:, ::-1])


def _cross(u: FloatArray, v: FloatArray) -> FloatArray:
    """(3, m): cross products of the columns of two (3, m)."""
    return np.stack([u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]])


def subsample_vertices(mesh: Mesh, cell_mm: float, axes: FloatArray) -> tuple[IntArray, FloatArray]:
    """One vertex a cell of the given size, the one nearest to the middle of what it stands for, and that area (mm²).

    The cells lie along `axes` (3, 3), unit columns, about the body's middle: turning the axes with the body, swapping
    them, or turning one round chooses the same vertices.

    An octahedron in one cell: one vertex stands for the area of all.

    >>> from pnst.kernels.mask_mesh import mask_mesh
    >>> mesh = mask_mesh(np.ones((1, 1, 1), dtype=bool), (2.0, 3.0, 4.0))
    >>> chosen, areas = subsample_vertices(mesh, 10.0, np.eye(3))
    >>> len(chosen), bool(np.isclose(areas[0], mesh.area_mm2))
    (1, True)
    """
    vertices, weights = mesh.vertices, mesh.vertex_areas
    along = vertices @ axes
    cells = np.floor((along - (along.min(axis=0) + along.max(axis=0)) / 2) / cell_mm + 0.5).astype(np.int64)
    cells -= cells.min(axis=0)
    size = cells.max(axis=0) + 1
    _, group = np.unique((cells[:, 0] * size[1] + cells[:, 1]) * size[2] + cells[:, 2], return_inverse=True)
    group = group.ravel()
    areas = np.bincount(group, weights=weights)
    sums = [np.bincount(group, weights=weights * vertices[:, axis]) for axis in range(3)]
    middle = np.stack(sums, axis=1) / np.maximum(areas, 1e-30)[:, None]
    order = np.lexsort((((vertices - middle[group]) ** 2).sum(axis=1), group))
    chosen = order[np.searchsorted(group[order], np.arange(len(areas)))]
    return chosen, np.asarray(areas, dtype=np.float64)
