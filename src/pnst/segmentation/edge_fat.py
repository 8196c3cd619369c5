"""Fat that an infiltrating edge mixes into a lesion, on T1: it is neither blood nor a part that does not enhance.

Blur is antisymmetric about the edge: what a voxel holds of the fat outside, the place as far beyond the edge has lost.
From the voxel outward the signal therefore rises, without a dip, to fat that is not whole. A bleed that touches the
surface lies beside fat that is whole, or beside none.
"""

from __future__ import annotations

import numpy as np

from pnst.kernels.mesh import Mesh
from pnst.kernels.sampling import rays, sample
from pnst.segmentation.interior import Interior
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.tissue import FatScale
from pnst.typing import BoolArray, FloatArray, IntArray

REACH_MM = 8.0
"""Profiles run this far inward and outward; no edge mixes fat in any deeper."""
STEP_MM = 0.5
OFFSETS_MM = np.arange(-REACH_MM, REACH_MM + STEP_MM / 2, STEP_MM)
CONTOUR_MM = 1.5
"""The contour lies this near to the middle of the edge."""
LEAST_SHARE = 0.08
"""Less fat than this in a voxel changes no sign."""
LEAST_OUTSIDE = 0.2
"""Less fat than this outside is none."""
RIPPLE = 0.05
"""A profile that falls by less than this rises: noise of smoothed cells."""
LEAST_STEP = 0.25
"""A lesion that is brighter than muscle by more than the rest of the step to fat shows no edge of fat."""


def edge_fat(inside: Interior, perilesional: Perilesional, mesh: Mesh, scale: FatScale, tolerance: float) -> BoolArray:
    """(ni, nj, nk) of the interior, a T1 image: voxels whose brightness the blur of fat outside explains.

    `around` is the same image with its surroundings, `mesh` the lesion's surface in RAS mm, `scale` that image's; the
    blur explains a fat fraction up to `tolerance` more than the fat outside has lost.
    """
    found = np.zeros(inside.core.shape, dtype=bool)
    if not inside.core.any():
        return found
    own_level = float(np.median(inside.volume.data[inside.deep]))
    if scale.fat - own_level < LEAST_STEP * (scale.fat - scale.muscle):
        return found
    share = FatScale(own_level, scale.fat).fraction
    voxels = np.argwhere(inside.core & (np.nan_to_num(share(inside.smooth)) > LEAST_SHARE))
    near, points, normals, depth = _feet(inside.volume.grid.to_world(voxels), mesh)
    voxels = voxels[near]
    downsampled = perilesional.downsampled
    profiles = np.nan_to_num(
        sample(share(downsampled.smooth), downsampled.grid.to_index(rays(points, normals, OFFSETS_MM)))
    )
    own = share(inside.smooth[tuple(voxels.T)])
    found[tuple(voxels[own <= _explained(profiles, own, depth) + tolerance].T)] = True
    return found


def _feet(points: FloatArray, mesh: Mesh) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Which of the points (n, 3) inside lie within `REACH_MM` of the surface (m,); of these the surface's points (m, 3)
    and outward normals (m, 3) nearest to them, and their depth (m,) in mm.
    """
    from scipy.spatial import cKDTree

    distance, resample_nearest = cKDTree(mesh.vertices).query(points, distance_upper_bound=REACH_MM)
    near = np.flatnonzero(np.isfinite(distance))
    points, resample_nearest = points[near], resample_nearest[near]
    normals = mesh.vertex_normals[resample_nearest]
    depth = np.maximum(np.einsum("ni,ni->n", mesh.vertices[resample_nearest] - points, normals), 0)
    return near, points + depth[:, None] * normals, normals, depth


def _explained(profiles: FloatArray, own: FloatArray, depth: FloatArray) -> FloatArray:
    """(n,) the fat that is lost as far outside as the place lies inside; −inf where the place is no edge of fat.

    `profiles` (n, m) of fat fractions at `OFFSETS_MM` from the surface; `own` (n,) fat fractions of the places, which
    lie `depth` (n,) mm below it.
    """
    full = np.maximum(profiles.max(axis=1), 1)  # coil shading makes it more
    begin, end = _mirrored(profiles, own, depth, full / 2)
    outside = np.where((begin[:, None] < OFFSETS_MM) & (end[:, None] >= OFFSETS_MM), profiles, -np.inf)
    peak, where = outside.max(axis=1), OFFSETS_MM[outside.argmax(axis=1)]
    passed = (-depth[:, None] <= OFFSETS_MM) & (where[:, None] >= OFFSETS_MM)
    rises = profiles.min(axis=1, initial=np.inf, where=passed) >= own - RIPPLE
    return np.where(rises & (peak >= np.maximum(own, LEAST_OUTSIDE)), full - peak, -np.inf)


def _mirrored(
    profiles: FloatArray, own: FloatArray, depth: FloatArray, half: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(n,) each: from where, and to where, the far side of the edge is looked at, in mm from the surface.

    As far beyond the middle of the edge, where the profile first reaches `half` (n,), as the place lies before it. A
    layer of fat so thin that it does not, or not near the contour, is looked at a little further than the contour says.
    """
    over = (profiles >= half[:, None]) & (-depth[:, None] <= OFFSETS_MM)
    middle = np.where(over.any(axis=1), OFFSETS_MM[over.argmax(axis=1)], np.inf)
    known = (own < half) & (np.abs(middle) <= CONTOUR_MM)
    begin = np.where(known, np.minimum(middle, 0), 0)
    end = np.where(known, 2 * np.minimum(middle, CONTOUR_MM) + depth, depth + CONTOUR_MM)
    return begin, np.maximum(end, begin + STEP_MM)
