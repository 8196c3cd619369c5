"""How far points lie from a structure that a mask shows: a bone, a vessel, a muscle, of whatever shape.

In each slice the signed distance to the outline, pixel steps smoothed off; between slices linearly (shape-based
interpolation, Raya & Udupa 1990, IEEE TMI 9:32), so that thick slices leave no steps. Where that function is zero lie
the points of the surface, to which distances are taken in space. `kernels.surface` is for one round body; this is for
structures that fork, have holes and go on beyond the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pnst.kernels.outline import resample
from pnst.typing import BoolArray, Float32Array, FloatArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

SMOOTHING_PIXELS = 0.5
"""SD of the in-plane smoothing of the distance. A line one pixel wide is still there; its ridge falls to 0 at 0.8."""
STEP_MM = 0.7
"""Points of the surface lie about so far from each other, or as far as pixels do: it trades accuracy for time."""
OTHER_SLICE = 1e6
"""mm between slices for a distance that is to stay within each."""


@dataclass(frozen=True, eq=False)
class StructureSurface:
    """The surface of a mask (ni, nj, nk), as points; lengths in mm along the mask's own axes."""

    level: Float32Array
    """(mi, mj, mk) positive inside, in mm of a slice's plane, no further than `reach_mm` from 0."""
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
        from scipy.ndimage import map_coordinates

        values = map_coordinates(self.level, (places / self.step).T, order=1, mode="nearest")
        return np.asarray(values > 0)

    def distance(self, places: FloatArray) -> FloatArray:
        """(n,) mm from places (n, 3) in mm from the mask's first voxel to the surface, negative inside.

        Never more than `reach_mm` on either side.
        """
        away = np.full(len(places), self.reach_mm)
        if len(self.points):
            near, _ = self._tree.query(places, distance_upper_bound=self.reach_mm)
            away = np.minimum(near, self.reach_mm)
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
    level = _in_plane_distance(np.ascontiguousarray(mask.transpose(order)), (si, sj), max(reach_mm, sk))
    steps = tuple(min(1.0, STEP_MM / sk) if n == 0 else max(1.0, STEP_MM / s) for n, s in enumerate((sk, si, sj)))
    steps = tuple(_dividing(step, count) for step, count in zip(steps, level.shape, strict=True))
    back = np.argsort(order)
    fine: Any = resample(level, steps).transpose(back)
    return StructureSurface(fine, (np.array(steps) * (sk, si, sj))[back], reach_mm)


def _dividing(step: float, count: int) -> float:
    """About that step, so that a whole number of them leads from the first to the last of so many elements."""
    return (count - 1) / max(1, round((count - 1) / step)) if count > 1 else 1.0


def _in_plane_distance(stack: BoolArray, pixel: tuple[float, float], reach_mm: float) -> Float32Array:
    """(nk, ni, nj) signed distance in mm within each slice to its outline, positive inside, cut off at the reach."""
    import edt
    from scipy.ndimage import gaussian_filter

    width = float(np.sqrt(pixel[0] * pixel[1]))
    distance = edt.edt(stack.view(np.uint8) + np.uint8(1), anisotropy=(OTHER_SLICE, *pixel))
    distance -= np.float32(width / 2)  # from pixel centres to the pixels' edge
    np.minimum(distance, np.float32(reach_mm), out=distance)
    np.negative(distance, out=distance, where=~stack)
    sigma = (0, *(SMOOTHING_PIXELS * width / side for side in pixel))
    return np.asarray(gaussian_filter(distance, sigma, mode="nearest"))
