"""A thin bright rim, or a dark capsule, between the lesion and what it lies in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from pnst.image import Mask
from pnst.kernels.noise import noise_sd
from pnst.kernels.thin_line import Lines, brightest_lines
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.settings import RimSettings
from pnst.measurement.surface_rays import SurfaceRays, read_surface_rays, suppresses_fat, t2_series, voxels_along
from pnst.study import Role
from pnst.typing import BoolArray, FloatArray

NO_FAT_SERIES = "no T1 series without fat suppression and no Dixon fat image tells {line} lines from fat"


@dataclass(frozen=True, kw_only=True)
class Rim(Family):
    """Shares of the surface, of that part on which the voxels can show a thin line."""

    masks: ClassVar[frozenset[str]] = frozenset({"bone"})
    nullable: ClassVar[frozenset[str]] = frozenset({"thin_bright_rim_fraction", "capsule_fraction"})
    thin_bright_rim_fraction: float | None
    """None where bright lines may be fat, and no series tells."""
    capsule_fraction: float | None
    """None where dark lines may be suppressed fat, and no series tells."""
    measured_fraction: float
    """Share of the surface on which a thin line would show."""
    series: str
    """The role it was read on."""


class _Lines(NamedTuple):
    """Lines of one kind."""

    there: BoolArray
    """(n,) whether a thin line lies on the surface."""
    fat: BoolArray
    """(n,) whether it is fat, or would not be told from it."""
    lines: Lines


def measure_rim(context: Context) -> Outcome:
    """Thin lines along the surface's normals on fat-suppressed T2, else on T2."""
    series, settings = t2_series(context, Role.T2_FS, Role.T2), context.settings.rim
    rays = read_surface_rays(context, series, settings.profile_reach_mm, settings.profile_reach_mm, settings.patch_mm)
    readable = rays.seen & (rays.blur_mm <= settings.max_blur_mm)
    measured = float(rays.area[readable].sum() / context.lesion.mesh.area_mm2)
    if measured < settings.min_measured_fraction:
        raise NotMeasurable(
            f"a thin line would show on {measured:.0%} of the surface "
            f"({settings.min_measured_fraction:.0%} are needed)"
        )
    noise = noise_sd(
        rays.perilesional.volume.data,
        rays.perilesional.shell | rays.perilesional.lesion.data,
        rays.perilesional.volume.grid.slice_axis,
    )
    bright = _lines(rays, rays.signal, noise, settings)
    dark = _lines(rays, -rays.signal, noise, settings)
    suppressed = suppresses_fat(series)
    columns, warnings = {}, [*context.views.quality_flags(series), *context.views.neighbour_flags]
    for name, kind, like_fat in (
        ("thin_bright_rim_fraction", bright, not suppressed),
        ("capsule_fraction", dark, True),  # fat that is suppressed, or the gap that its shift leaves
    ):
        known = kind.there & readable & ~(kind.fat & like_fat)
        share = float(rays.area[known].sum() / rays.area[readable].sum())
        unknown = like_fat and rays.fat is None and share >= settings.min_fraction
        columns[name] = None if unknown else share
        if unknown:
            warnings.append(NO_FAT_SERIES.format(line="bright" if kind is bright else "dark"))
    return Outcome(
        Rim(
            **columns,
            measured_fraction=measured,
            series=str(series.role),
            quality=join_warnings(*warnings),
        ),
        regions={} if context.perturbation else {
            "thin_bright_rim": _voxels(rays, bright, readable, like_fat=not suppressed),
            "capsule": _voxels(rays, dark, readable, like_fat=True),
        },
    )


def _lines(rays: SurfaceRays, signal: FloatArray, noise: float, settings: RimSettings) -> _Lines:
    """The thin lines of a signal (n, m) that stand out of the profile and of the noise."""
    lines = brightest_lines(rays.offsets, signal, settings.line_within_mm, settings.max_line_mm)
    least = np.maximum(settings.line_contrast_fraction * np.ptp(signal, axis=1), settings.line_noise_sd * noise)
    there = (lines.prominence >= least) & (lines.prominence > 0) & (lines.width < settings.max_line_mm)
    fat = np.zeros(len(there), dtype=bool)
    if rays.fat is not None:
        fat = rays.near(lines.position, np.nan_to_num(rays.fat), settings.fat_within_mm) > settings.fat_fraction
    bone = rays.near(lines.position, rays.bone.astype(float), settings.bone_within_mm) > 0
    return _Lines(there & ~bone, fat, lines)

def _voxels(rays: SurfaceRays, kind: _Lines, readable: BoolArray, *, like_fat: bool) -> Mask:
    shown = kind.there & readable & ~(kind.fat & like_fat)
    half = np.where(shown, kind.lines.width, 0.0) / 2
    return voxels_along(rays, shown, kind.lines.position - half, kind.lines.position + half)
