"""Fat that an infiltrating edge mixes into a lesion, on T1: it is neither blood nor a part that does not enhance.

Blur is antisymmetric about the edge: what a voxel holds of the fat outside, the place as far beyond the edge has lost.
From the voxel outward the signal therefore rises, without a dip, to fat that is not whole. A bleed that touches the
surface lies beside fat that is whole, or beside none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.mesh import Mesh
from pnst.kernels.sampling import rays, sample
from pnst.segmentation.interior import Interior
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.settings import T1HighSettings
from pnst.segmentation.tissue import FatScale
from pnst.typing import BoolArray, FloatArray, IntArray

STEP_MM = 0.5
"""Between the samples of a profile. It trades accuracy for time."""


@dataclass(frozen=True, eq=False)
class _Profiles:
    """Fat along the normal through each of n places inside a lesion."""

    offsets: FloatArray
    """(m,) mm outward from the surface."""
    fat: FloatArray
    """(n, m) fat fractions."""
    own: FloatArray
    """(n,) the fat fraction of the place itself."""
    depth: FloatArray
    """(n,) mm of the place below the surface."""


def edge_fat(
    inside: Interior, perilesional: Perilesional, mesh: Mesh, scale: FatScale, settings: T1HighSettings
) -> BoolArray:
    """(ni, nj, nk) of the interior, a T1 image: voxels whose brightness the blur of fat outside explains.

    `perilesional` is the same image with its surroundings, `mesh` the lesion's surface in RAS mm, `scale` that image's;
    the blur explains a fat fraction up to `edge_tolerance` more than the fat outside has lost.
    """
    mixed = np.zeros(inside.core.shape, dtype=bool)
    if not inside.core.any():
        return mixed
    own_level = float(np.median(inside.volume.data[inside.deep]))
    if scale.fat - own_level < settings.min_edge_step_fraction * (scale.fat - scale.muscle):
        return mixed
    share = FatScale(own_level, scale.fat).fraction
    voxels = np.argwhere(inside.core & (np.nan_to_num(share(inside.smooth)) > settings.min_edge_fat_fraction))
    near, points, normals, depth = _feet(inside.volume.grid.to_world(voxels), mesh, settings.edge_reach_mm)
    voxels = voxels[near]
    reach, downsampled = settings.edge_reach_mm, perilesional.downsampled
    offsets = np.arange(-reach, reach + STEP_MM / 2, STEP_MM)
    sampled = sample(share(downsampled.smooth), downsampled.grid.to_index(rays(points, normals, offsets)))
    profiles = _Profiles(offsets, np.nan_to_num(sampled), share(inside.smooth[tuple(voxels.T)]), depth)
    explained = profiles.own <= _explained(profiles, settings) + settings.edge_tolerance
    mixed[tuple(voxels[explained].T)] = True
    return mixed


def _feet(points: FloatArray, mesh: Mesh, reach_mm: float) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Which of the points (n, 3) inside lie within `reach_mm` of the surface (m,); of these the surface's points (m, 3)
    and outward normals (m, 3) nearest to them, and their depth (m,) in mm.
    """
    distance, nearest = mesh.tree.query(points, distance_upper_bound=reach_mm)
    near = np.flatnonzero(np.isfinite(distance))
    points, nearest = points[near], nearest[near]
    normals = mesh.vertex_normals[nearest]
    depth = np.maximum(np.einsum("ni,ni->n", mesh.vertices[nearest] - points, normals), 0)
    return near, points + depth[:, None] * normals, normals, depth


def _explained(profiles: _Profiles, settings: T1HighSettings) -> FloatArray:
    """(n,) the fat that is lost as far outside as the place lies inside; −inf where the place is no edge of fat."""
    offsets, fat, own = profiles.offsets, profiles.fat, profiles.own
    full = np.maximum(fat.max(axis=1), 1)  # coil shading makes it more
    begin, end = _mirrored(profiles, full / 2, settings.edge_contour_mm)
    outside = np.where((begin[:, None] < offsets) & (end[:, None] >= offsets), fat, -np.inf)
    peak, where = outside.max(axis=1), offsets[outside.argmax(axis=1)]
    passed = (-profiles.depth[:, None] <= offsets) & (where[:, None] >= offsets)
    rises = fat.min(axis=1, initial=np.inf, where=passed) >= own - settings.edge_ripple_fraction
    is_edge = rises & (peak >= np.maximum(own, settings.min_outside_fat_fraction))
    return np.where(is_edge, full - peak, -np.inf)


def _mirrored(profiles: _Profiles, half: FloatArray, contour_mm: float) -> tuple[FloatArray, FloatArray]:
    """(n,) each: from where, and to where, the far side of the edge is looked at, in mm from the surface.

    As far beyond the middle of the edge, where the profile first reaches `half` (n,), as the place lies before it. A
    layer of fat so thin that it does not, or not near the contour, is looked at a little further than the contour says.
    """
    offsets, depth = profiles.offsets, profiles.depth
    over = (profiles.fat >= half[:, None]) & (-depth[:, None] <= offsets)
    middle = np.where(over.any(axis=1), offsets[over.argmax(axis=1)], np.inf)
    known = (profiles.own < half) & (np.abs(middle) <= contour_mm)
    begin = np.where(known, np.minimum(middle, 0), 0)
    end = np.where(known, 2 * np.minimum(middle, contour_mm) + depth, depth + contour_mm)
    return begin, np.maximum(end, begin + STEP_MM)
