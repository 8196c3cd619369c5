"""Whether the cortex of a bone is still there where a lesion touches it, as T1 shows it.

Cortex is dark between a tumour and marrow. On fat-suppressed images marrow is dark as well, and on T2 a film of muscle
is: neither tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Grid
from pnst.kernels.dark_line import darkest_share
from pnst.kernels.mesh import subsample_vertices
from pnst.kernels.noise import noise_sd
from pnst.kernels.patches import averaging_operator
from pnst.kernels.sampling import rays, sample
from pnst.measurement.context import Context
from pnst.measurement.family import NotMeasurable, SurfaceMap
from pnst.measurement.settings import CortexSettings
from pnst.study import Role, Series
from pnst.typing import BoolArray, FloatArray

STEP_MM = 0.25
CELL_MM = 1.0
"""One profile for each cell of the surface of this size."""
INSIDE_MM, BEYOND_MM = 4.0, 3.0
"""Profiles start this far inside the lesion, and end this far beyond where the cortex may lie."""


@dataclass(frozen=True, eq=False)
class Cortex:
    """The contact of a lesion and a bone."""

    missing_fraction: float
    """Share of the contact whose cortex does not show, of what could be read."""
    read_mm2: float
    """What could be read of the contact."""
    map: SurfaceMap
    """1 where cortex is missing, 0 where it shows, NaN where that cannot be read."""


@dataclass(frozen=True, eq=False)
class _Contact:
    """n places of the lesion's surface that touch the bone."""

    points: FloatArray
    normals: FloatArray
    areas: FloatArray


def read_cortex(context: Context, distance: FloatArray, contact_mm: float) -> Cortex:
    """The cortex where the lesion's vertices lie within `contact_mm` of a bone, at `distance` (n,); or
    `NotMeasurable`.
    """
    series, settings = _plain_t1(context), context.settings.cortex
    contact = _contact(context, distance <= contact_mm)
    offsets = np.arange(-INSIDE_MM, contact_mm + settings.cortex_mm + BEYOND_MM, STEP_MM)
    profiles, seen = _profiles(context, series, contact, offsets)
    read_mm2 = float(contact.areas[seen].sum())
    if read_mm2 < settings.min_read_mm2:
        raise NotMeasurable(
            f"{read_mm2:.0f} mm² of the contact can be read on T1 ({settings.min_read_mm2:g} mm² are needed)"
        )
    line = (-contact_mm, contact_mm + settings.cortex_mm)
    missing = darkest_share(offsets, profiles, line) > settings.dark_ratio
    values = np.where(seen, missing.astype(float), np.nan)
    share = float(contact.areas[seen] @ missing[seen]) / read_mm2
    return Cortex(share, read_mm2, SurfaceMap(contact.points, values, "whether the cortex of the bone is missing"))


def _plain_t1(context: Context) -> Series:
    series = context.study.series.get(Role.T1)
    if series is None:
        raise NotMeasurable("no T1 series, which shows the cortex between a tumour and marrow")
    if series.acquisition.fat_suppressed:
        raise NotMeasurable("the T1 series is fat suppressed, so that marrow is as dark as cortex")
    return series


def _contact(context: Context, touching: BoolArray) -> _Contact:
    mesh = context.lesion.mesh
    chosen, areas = subsample_vertices(mesh, CELL_MM)
    kept = touching[chosen]
    return _Contact(mesh.vertices[chosen[kept]], mesh.vertex_normals[chosen[kept]], areas[kept])


def _profiles(
    context: Context, series: Series, contact: _Contact, offsets: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """(n, m) values from the lesion into the bone, averaged over patches; and (n,) where they can be read."""
    settings, grid = context.settings.cortex, series.volume.grid
    if not len(contact.points):
        raise NotMeasurable("the lesion touches no bone")
    average = averaging_operator(contact.points, contact.normals, contact.areas, settings.patch_mm)
    world = rays(contact.points, contact.normals, offsets)
    profiles = average @ sample(series.volume.data, grid.to_index(world)).astype(np.float64)
    seen = np.isfinite(profiles).all(axis=1) & _resolved(grid, contact.normals, settings)
    profiles[~seen] = 0.0
    inside = context.views.interior(series)
    noise = noise_sd(np.nan_to_num(inside.volume.data), inside.core, inside.volume.grid.slice_axis)
    if seen.any() and noise > settings.max_noise_ratio * float(np.median(profiles[seen][:, offsets < -1.0])):
        raise NotMeasurable("T1 holds too much noise to show a cortex")
    return profiles, seen


def _resolved(grid: Grid, normals: FloatArray, settings: CortexSettings) -> BoolArray:
    """(n,) where a voxel is not too long across the cortex."""
    across = np.linalg.norm(normals @ grid.directions * grid.spacing, axis=1)
    return np.asarray(across <= settings.max_voxel_mm)
