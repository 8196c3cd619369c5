"""How far points lie from a structure that a mask shows: a bone, a vessel, a muscle, of whatever shape.

In each slice the signed distance to the outline, pixel steps smoothed off; between slices by a cubic (shape-based
interpolation, Raya & Udupa 1990, IEEE TMI 9:32), so that thick slices leave no steps. Where that function is zero lie
the points of the surface, to which distances are taken in space. `kernels.surface` is for one round body; this is for
structures that fork, have holes and go on beyond the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pnst.kernels.outline import resample
from pnst.kernels.surface import interpolate_between_slices
from pnst.typing import BoolArray, Float32Array, FloatArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

SMOOTHING_PIXELS = 0.5
"""SD of the in-plane smoothing of the distance. A line one pixel wide is still there; its ridge falls to 0 at 0.8."""
STEP_MM = 0.7
"""Points of the surface lie about so far from each other, or as far as pixels do: it trades accuracy for time."""
SLOPE_MM = 1.5
"""What leads into a structure is told from its level this far off along each axis: less would follow single voxels."""
SQUARE_BESIDE = 0.14
"""Mean square distance along the surface to the nearest of its points, in squares of their step."""
CUT_OFF_MM = 4.0
"""Beyond this, or the distance of two slices, or the structure's own depth, a slice's distance says nothing more: so
that flat faces and lines that lie along the slices end half-way to the next one."""
OTHER_SLICE = 1e6
"""mm between slices for a distance that is to stay within each."""


@dataclass(frozen=True, eq=False)
class StructureSurface:
    """The surface of a mask (ni, nj, nk), as points; lengths in mm along the mask's own axes."""

    level: Float32Array
    """(mi, mj, mk) positive inside, in mm of a slice's plane, no further from 0 than `CUT_OFF_MM` or a slice."""
    step: FloatArray
    """(3,) mm between its samples; the first lies on the mask's first voxel."""
    reach_mm: float

    @cached_property
    def points(self) -> FloatArray:
        """(n, 3) where the lines between neighbouring samples cross the surface."""
        inside, crossings = self.level > 0, []
        for axis in range(3):
            ahead = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
            behind = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
            at = np.argwhere(inside[ahead] != inside[behind])
            before, after = self.level[behind][tuple(at.T)], self.level[ahead][tuple(at.T)]
            place = at.astype(np.float64)
            place[:, axis] += before / (before - after)
            crossings.append(place * self.step)
        return np.concatenate(crossings)

    @cached_property
    def _tree(self) -> cKDTree:
        from scipy.spatial import cKDTree

        return cKDTree(self.points)

    def inside(self, places: FloatArray) -> BoolArray:
        """(n,) whether places (n, 3) in mm from the mask's first voxel lie within the surface; the border goes on."""
        return self.levels(places) > 0

    def inward(self, places: FloatArray) -> FloatArray:
        """(n, 3) unit vectors that lead straight into the structure from places (n, 3) near its surface; 0 where
        nothing tells.
        """
        around = places[:, None] + SLOPE_MM * np.concatenate([np.eye(3), -np.eye(3)])
        levels = self.levels(around.reshape(-1, 3)).reshape(-1, 6)
        slope = levels[:, :3] - levels[:, 3:]
        length = np.linalg.norm(slope, axis=1, keepdims=True)
        return np.asarray(slope / np.maximum(length, 1e-9) * (length > 1e-6))

    def levels(self, places: FloatArray) -> FloatArray:
        """(n,) `level` at places (n, 3) in mm from the mask's first voxel, trilinear; the border goes on."""
        from scipy.ndimage import map_coordinates

        return np.asarray(map_coordinates(self.level, (places / self.step).T, order=1, mode="nearest"))

    def distance(self, places: FloatArray) -> FloatArray:
        """(n,) mm from places (n, 3) in mm from the mask's first voxel to the surface, negative inside.

        Never more than `reach_mm` on either side.
        """
        away = np.full(len(places), self.reach_mm)
        if len(self.points):
            near, _ = self._tree.query(places, distance_upper_bound=self.reach_mm)
            along = SQUARE_BESIDE * float(np.mean(self.step**2))
            away = np.minimum(np.sqrt(np.maximum(near**2 - along, 0)), self.reach_mm)
        return np.where(self.inside(places), -away, away)


def structure_surface(mask: BoolArray, spacing: Sequence[float], reach_mm: float) -> StructureSurface:
    """The surface of a mask (ni, nj, nk) with `spacing` (3,) in mm; where the array ends the structure goes on.

    Flat faces across the slices lie half-way between the last slice and the next.

    A ball of 10 mm in slices of 4 mm, from 12 mm off its centre along each axis, and from 8 mm:

    >>> i, j, k = np.ogrid[-14:15, -14:15, -5:6]
    >>> ball = structure_surface(i**2 + j**2 + (4 * k) ** 2 < 100, (1.0, 1.0, 4.0), reach_mm=5.0)
    >>> apart = ball.distance(np.array([14.0, 14.0, 20.0]) + np.concatenate([12 * np.eye(3), 8 * np.eye(3)]))
    >>> bool(np.abs(apart - [2, 2, 2, -2, -2, -2]).max() < 0.6)
    True
    """
    through = int(np.argmax(spacing))
    order = [through, *(axis for axis in range(3) if axis != through)]
    sk, si, sj = (float(spacing[axis]) for axis in order)
    level = _in_plane_distance(np.ascontiguousarray(mask.transpose(order)), (si, sj), max(CUT_OFF_MM, sk))
    level = interpolate_between_slices(level, max(1, round(sk / STEP_MM)))
    sides = np.array([sk / max(1, round(sk / STEP_MM)), si, sj])
    steps = tuple(_dividing(max(1.0, STEP_MM / s), n) for s, n in zip(sides, level.shape, strict=True))
    back = np.argsort(order)
    return StructureSurface(resample(level, steps).transpose(back), (np.array(steps) * sides)[back], reach_mm)


def _dividing(step: float, count: int) -> float:
    """About that step, so that a whole number of them leads from the first to the last of so many elements."""
    return (count - 1) / max(1, round((count - 1) / step)) if count > 1 else 1.0


def _in_plane_distance(stack: BoolArray, pixel: tuple[float, float], cut_off_mm: float) -> Float32Array:
    """(nk, ni, nj) signed distance in mm within each slice to its outline, positive inside, cut off there or before."""
    import edt
    from scipy.ndimage import gaussian_filter

    width = float(np.sqrt(pixel[0] * pixel[1]))
    distance = edt.edt(stack.view(np.uint8) + np.uint8(1), anisotropy=(OTHER_SLICE, *pixel))
    distance -= np.float32(width / 2)  # from pixel centres to the pixels' edge
    deepest = float(distance.max(where=stack, initial=width / 2))
    np.minimum(distance, np.float32(min(cut_off_mm, deepest)), out=distance)
    np.negative(distance, out=distance, where=~stack)
    sigma = (0, *(SMOOTHING_PIXELS * width / side for side in pixel))
    return np.asarray(gaussian_filter(distance, sigma, mode="nearest"))
