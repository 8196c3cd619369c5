"""Whether the cortex of a bone is still there where a lesion touches it, as T1 shows it.

Cortex is dark between a tumour and marrow. On fat-suppressed images marrow is dark as well, and on T2 a film of muscle
is: neither tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Grid
from pnst.kernels.dark_line import darkest_share
from pnst.kernels.noise import noise_sd
from pnst.kernels.patches import averaging_operator
from pnst.kernels.sampling import rays, sample
from pnst.measurement.context import Context
from pnst.measurement.family import NotMeasurable, SurfaceMap
from pnst.measurement.settings import CortexSettings
from pnst.measurement.structures import Structure
from pnst.study import Lesion, Role, Series
from pnst.typing import BoolArray, FloatArray

STEP_MM = 0.25
CELL_MM = 1.0
"""One profile for each cell of the surface of this size."""
INSIDE_MM, BEYOND_MM = 4.0, 3.0
"""Profiles start this far inside the lesion, and end this far beyond where the cortex may lie."""

FACING = 0.5
"""A place faces the bone where its normal and the way into the bone have at least this cosine: 60° at most."""


@dataclass(frozen=True, eq=False)
class Cortex:
    """The contact of a lesion and a bone."""

    missing_fraction: float
    """Share of the contact whose cortex does not show, of what could be read."""
    map: SurfaceMap
    """1 where cortex is missing, 0 where it shows, NaN where that cannot be read."""


@dataclass(frozen=True, eq=False)
class _Contact:
    """n places of the lesion's surface that face the bone which they touch."""

    points: FloatArray
    inward: FloatArray
    """Straight into the bone."""
    areas: FloatArray


def read_cortex(context: Context, bone: Structure, contact_mm: float) -> Cortex:
    """The cortex where the lesion's surface faces a bone within `contact_mm`; or `NotMeasurable`."""
    series, settings = _plain_t1(context), context.settings.cortex
    contact = _contact(context.lesion, bone, contact_mm)
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
    return Cortex(share, SurfaceMap(contact.points, values, "whether the cortex of the bone is missing"))


def _plain_t1(context: Context) -> Series:
    series = context.study.series.get(Role.T1)
    if series is None:
        raise NotMeasurable("no T1 series, which shows the cortex between a tumour and marrow")
    if series.acquisition.fat_suppressed:
        raise NotMeasurable("the T1 series is fat suppressed, so that marrow is as dark as cortex")
    return series


def _contact(lesion: Lesion, bone: Structure, contact_mm: float) -> _Contact:
    mesh = lesion.mesh
    chosen, areas = lesion.subsampled(CELL_MM)
    points = mesh.vertices[chosen]
    near = bone.distance(points) <= contact_mm
    inward = bone.inward(points)
    near &= np.einsum("ni,ni->n", inward, mesh.vertex_normals[chosen]) > FACING
    return _Contact(points[near], inward[near], areas[near])


def _profiles(context: Context, series: Series, contact: _Contact, offsets: FloatArray) -> tuple[FloatArray, BoolArray]:
    """(n, m) values from the lesion into the bone, averaged over patches; and (n,) where they can be read."""
    settings, grid = context.settings.cortex, series.volume.grid
    if not len(contact.points):
        raise NotMeasurable("no part of the lesion's surface faces the bone that it touches")
    average = averaging_operator(contact.points, contact.inward, contact.areas, settings.patch_mm)
    world = rays(contact.points, contact.inward, offsets)
    profiles = average @ sample(series.volume.data, grid.to_index(world)).astype(np.float64)
    seen = np.isfinite(profiles).all(axis=1) & _resolved(grid, contact.inward, settings)
    profiles[~seen] = 0.0
    inside = context.views.interior(series)
    noise = noise_sd(np.nan_to_num(inside.volume.data), inside.core, inside.volume.grid.slice_axis)
    if seen.any() and noise > settings.max_noise_ratio * float(np.median(profiles[seen][:, offsets < -1.0])):
        raise NotMeasurable("T1 holds too much noise to show a cortex")
    return profiles, seen


def _resolved(grid: Grid, inward: FloatArray, settings: CortexSettings) -> BoolArray:
    """(n,) where a voxel is not too long across the cortex."""
    across = np.linalg.norm(inward @ grid.directions * grid.spacing, axis=1)
    return np.asarray(across <= settings.max_voxel_mm)
