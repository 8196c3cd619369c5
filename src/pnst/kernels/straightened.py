"""What lies along a centre line, straightened: sections across the line stacked to a box of even cells.

Distances in the box are those in space but for the bend: at u mm from a line that bends with the radius R they are
u/R too long or too short along it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.centre_line import CentreLine, section_offsets, sections
from pnst.kernels.sampling import sample
from pnst.typing import AnyArray, BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class StraightBox:
    """A box of cells along a line: sections at `arc` (n,) mm, evenly apart, each (m, m) pixels.

    A cell lies at its place in RAS, and that place in its cell:

    >>> from pnst.kernels.centre_line import line_through
    >>> line = line_through(np.array([[0.0, 0, 0], [0, 0, 20.0]]))
    >>> box = StraightBox(line, np.array([4.0, 6.0, 8.0]), half_width_mm=3.0, pixel_mm=1.0)
    >>> box.shape, box.cell_mm3
    ((3, 7, 7), 2.0)
    >>> box.index(np.array([[2.0, -1.0, 7.0]])).tolist()
    [[1.5, 5.0, 2.0]]
    """

    line: CentreLine
    arc: FloatArray
    half_width_mm: float
    pixel_mm: float

    @property
    def step_mm(self) -> float:
        """Between two sections."""
        return float(self.arc[1] - self.arc[0])

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n, m, m)."""
        side = section_offsets(self.half_width_mm, self.pixel_mm).shape[0]
        return len(self.arc), side, side

    @property
    def cell_mm3(self) -> float:
        """Volume of a cell on the line."""
        return self.step_mm * self.pixel_mm**2

    def cut(self, data: AnyArray, affine: FloatArray) -> FloatArray:
        """(n, m, m): an image or mask (ni, nj, nk) in the box, trilinear, 0 beyond it; `affine` (4, 4) index to mm."""
        return np.nan_to_num(sections(data, affine, self.line, self.arc, self.half_width_mm, self.pixel_mm))

    def index(self, points: FloatArray) -> FloatArray:
        """(k, 3): the fractional cell of points (k, 3) in mm."""
        arc, beside = self.line.project(points)
        middle = (self.shape[1] - 1) / 2
        return np.concatenate([((arc - self.arc[0]) / self.step_mm)[:, None], beside / self.pixel_mm + middle], axis=1)

    def distance(self, region: BoolArray) -> FloatArray:
        """(n, m, m): mm from each cell to the border of a region, negative inside it; infinite where there is none.

        >>> from pnst.kernels.centre_line import line_through
        >>> line = line_through(np.array([[0.0, 0, 0], [0, 0, 20.0]]))
        >>> box = StraightBox(line, np.array([4.0, 6.0, 8.0]), half_width_mm=3.0, pixel_mm=1.0)
        >>> region = np.zeros(box.shape, dtype=bool)
        >>> region[:, :3] = True
        >>> box.distance(region)[1, :, 3].tolist()
        [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5]
        """
        import edt

        if not region.any():
            return np.full(self.shape, np.inf)
        sides = (self.step_mm, self.pixel_mm, self.pixel_mm)
        out, within = (
            edt.edt(np.ascontiguousarray(part).view(np.uint8), anisotropy=sides) for part in (~region, region)
        )
        half = self.pixel_mm / 2
        return np.asarray(np.where(region, half - within, out - half), dtype=np.float64)

    def distance_to(self, shares: FloatArray, points: FloatArray) -> FloatArray:
        """(k,): mm from points (k, 3) to the surface where a region's shares (n, m, m) are a half, negative inside.

        By the nearest of the surface's vertices (marching cubes): finer than `distance`, whose border runs between
        cells. Infinite where there is no surface in the box.

        >>> from pnst.kernels.centre_line import line_through
        >>> line = line_through(np.array([[0.0, 0, 0], [0, 0, 20.0]]))
        >>> box = StraightBox(line, np.array([4.0, 6.0, 8.0]), half_width_mm=3.0, pixel_mm=1.0)
        >>> shares = np.zeros(box.shape)
        >>> shares[:, :3] = 1
        >>> box.distance_to(shares, np.array([[1.0, 0.0, 6.0], [-1.0, 0.0, 6.0]])).round(6).tolist()
        [1.5, -0.5]
        """
        from scipy.spatial import cKDTree
        from skimage.measure import marching_cubes

        if not (shares.min() < 0.5 < shares.max()):
            return np.full(len(points), np.inf)
        sides = self.step_mm, self.pixel_mm, self.pixel_mm
        # Its own normals point down the slope, out of the region, whichever way round the line's frame is.
        vertices, _, normals, _ = marching_cubes(shares, 0.5, spacing=sides)
        place = self.index(points) * sides
        _, nearest = cKDTree(vertices).query(place)
        apart = place - vertices[nearest]
        along = np.einsum("ki,ki->k", apart, normals[nearest])
        far = np.linalg.norm(apart, axis=1)
        # Its vertices are not the surface: what lies aside of the nearest by less than they are apart is no distance.
        aside = np.minimum(far**2 - along**2, (self.pixel_mm / 2) ** 2)
        return np.asarray(np.sign(along) * np.sqrt(far**2 - aside))

    def at(self, values: FloatArray, points: FloatArray, beyond: float) -> FloatArray:
        """(k,): values (n, m, m) of the box at points (k, 3) in mm, trilinear; `beyond` outside the box."""
        near = sample(np.where(np.isfinite(values), values, 1e6), self.index(points))
        return np.where(np.isnan(near), beyond, near)
