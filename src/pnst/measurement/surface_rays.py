"""A T2 series along rays through the lesion's surface, with what T1 shows there of fat and bone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Mask
from pnst.kernels.noise import noise_sd
from pnst.kernels.patches import averaging_operator
from pnst.kernels.sampling import nearest, rays, sample
from pnst.measurement.context import Context
from pnst.measurement.family import NotMeasurable
from pnst.segmentation.perilesional import Perilesional
from pnst.study import Role, Series
from pnst.typing import BoolArray, FloatArray, IntArray

STEP_MM = 0.25
CELL_MM = 0.8
"""One ray for each cell of the surface of this size, or of a larger one where that makes more rays than `RAYS`."""
RAYS = 5000
"""Step, cell and number of rays trade accuracy for time."""
FWHM_PER_SIGMA = 2.355
NOISE_MM = 10.0
"""Noise is told within this distance of the lesion."""
SHOWN = 4
"""Places between the ends of a line from which its voxels are looked for."""


@dataclass(frozen=True, eq=False)
class SurfaceRays:
    """n rays of m samples, from inside the lesion outwards."""

    series: Series
    perilesional: Perilesional
    points: FloatArray
    """(n, 3) of the surface, RAS mm."""
    normals: FloatArray
    """(n, 3)."""
    area: FloatArray
    """(n,) mm² that each stands for."""
    offsets: FloatArray
    """(m,) mm outward of the surface."""
    signal: FloatArray
    """(n, m), averaged along the surface; 0 on rays that are not `seen`."""
    seen: BoolArray
    """(n,) whether the whole ray lies in voxels that hold a number and no other lesion."""
    blur_mm: FloatArray
    """(n,) full width at half maximum by which the voxels blur a line along the surface."""
    fat: FloatArray | None
    """(n, m) fat fraction on T1 or a Dixon fat image, NaN outside it; None where no series shows fat."""
    bone: BoolArray
    """(n, m) what T1 shows to be marrow, or a given bone mask."""

    @cached_property
    def noise(self) -> float:
        """SD of the image's noise near the lesion; 0 where it cannot be told."""
        volume, box = self.perilesional.volume, self.perilesional.lesion.box(NOISE_MM)
        near = volume.data if box is None else volume.data[box]
        noise = noise_sd(near, np.ones(near.shape, dtype=bool), volume.grid.slice_axis)
        return noise if np.isfinite(noise) else 0.0

    def near(self, offset: FloatArray, values: FloatArray, within_mm: float) -> FloatArray:
        """(n,): the greatest of the values (n, m) within a distance of an offset (n,) on each ray."""
        where = np.abs(self.offsets - offset[:, None]) <= within_mm
        return np.asarray(np.where(where, values, -np.inf).max(axis=1))


def read_surface_rays(
    context: Context, series: Series, inward_mm: float, outward_mm: float, patch_mm: float
) -> SurfaceRays:
    """Follow a ray through each cell of the surface; `NotMeasurable` where none stays in the image."""
    mesh, perilesional = context.lesion.mesh, context.views.perilesional(series)
    chosen, area = context.lesion.subsampled(max(CELL_MM, float(np.sqrt(mesh.area_mm2 / RAYS))))
    points, normals = mesh.vertices[chosen], mesh.vertex_normals[chosen]
    offsets = STEP_MM * np.arange(-round(inward_mm / STEP_MM), round(outward_mm / STEP_MM) + 1)
    world, grid = rays(points, normals, offsets), perilesional.volume.grid
    signal = sample(perilesional.volume.data, grid.to_index(world)).astype(np.float64)
    seen: BoolArray = np.asarray(np.isfinite(signal).all(axis=1))
    if not seen.any():
        raise NotMeasurable(f"the surroundings of the lesion lie outside the {series.role} series")
    average = averaging_operator(points, normals, np.where(seen, area, 1e-9 * area), patch_mm)
    signal = np.where(seen[:, None], average @ np.where(seen[:, None], signal, 0.0), 0.0)
    blur = FWHM_PER_SIGMA / 2 * np.sqrt(((normals @ grid.directions * grid.spacing) ** 2).sum(axis=1))
    fat, bone = _fat_and_bone(context, world)
    return SurfaceRays(series, perilesional, points, normals, area, offsets, signal, seen, blur, fat, bone)


def _fat_and_bone(context: Context, world: FloatArray) -> tuple[FloatArray | None, BoolArray]:
    """The fat fraction at RAS points (n, m, 3), None without a series that shows it; and where bone lies."""
    tissue, given = context.reference_tissue, context.study.masks.get("bone")
    bone = np.zeros(world.shape[:2], dtype=bool)
    if given is not None:
        bone |= nearest(given.data, given.grid.to_index(world))
    try:
        series = tissue.fat_series
        scale, perilesional = tissue.fat_scale(series), context.views.perilesional(series)
        marrow: Mask = tissue.bone_and_skin.marrow
    except NotMeasurable:
        return None, bone
    fat = scale.fraction(sample(perilesional.volume.data, perilesional.volume.grid.to_index(world)))
    if marrow.data.any():
        bone |= nearest(marrow.data, marrow.grid.to_index(world))
    return fat, bone


def t2_series(context: Context, *roles: Role) -> Series:
    """The first T2 series of these roles; `NotMeasurable` without one."""
    series = context.series(*roles)
    if series is None:
        raise NotMeasurable("no T2 series")
    return series


def suppresses_fat(series: Series) -> bool:
    """Whether fat is dark on a T2 series, by its role or its header."""
    return series.role is Role.T2_FS or series.acquisition.fat_suppressed is True


def voxels_along(rays: SurfaceRays, covered: BoolArray, low: FloatArray, high: FloatArray) -> Mask:
    """The voxels of the series whose nearest ray is `covered` (n,), between two offsets (n,) on it: for pictures."""
    from scipy.spatial import cKDTree

    grid = rays.perilesional.volume.grid
    out = np.zeros(grid.shape, dtype=bool)
    tree = cKDTree(rays.points)
    index = _voxels_near(rays, covered, low, high)
    world = grid.to_world(index)
    ray = tree.query(world)[1]
    height = np.einsum("ij,ij->i", world - rays.points[ray], rays.normals[ray])
    chosen = covered[ray] & (height >= low[ray]) & (height <= high[ray])
    out[tuple(index[chosen].T)] = True
    return Mask(out, grid)


def _voxels_near(rays: SurfaceRays, covered: BoolArray, low: FloatArray, high: FloatArray) -> IntArray:
    """(k, 3) the voxels within a cell of the surface of what covered rays pass between two offsets."""
    grid, points, normals = rays.perilesional.volume.grid, rays.points[covered], rays.normals[covered]
    steps = np.linspace(0, 1, SHOWN)
    heights = low[covered, None] + (high - low)[covered, None] * steps
    world = points[:, None] + heights[..., None] * normals[:, None]
    at = np.rint(grid.to_index(world.reshape(-1, 3))).astype(int)
    reach = [np.arange(-n, n + 1) for n in np.ceil(CELL_MM / np.asarray(grid.spacing)).astype(int)]
    shifts = np.stack(np.meshgrid(*reach, indexing="ij"), axis=-1).reshape(-1, 3)
    near = (np.unique(at, axis=0)[:, None] + shifts).reshape(-1, 3)
    near = near[((near >= 0) & (near < grid.shape)).all(axis=1)]
    flat = np.unique(np.ravel_multi_index(tuple(near.T), grid.shape))
    return np.stack(np.unravel_index(flat, grid.shape), axis=1)
