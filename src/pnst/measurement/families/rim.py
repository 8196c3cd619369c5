"""A thin bright rim, or a dark capsule, between the lesion and what it lies in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from pnst.image import Mask
from pnst.kernels.patches import averaging_operator
from pnst.kernels.thin_line import Lines, brightest_lines
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.settings import RimSettings
from pnst.measurement.surface_rays import (
    SurfaceRays,
    read_surface_rays,
    suppresses_fat,
    t2_series,
    voxels_along,
)
from pnst.study import Role
from pnst.typing import BoolArray, FloatArray

BEYOND_MM = 3.5
"""Further in than this the signal is the lesion's own, further out that of what it lies in."""
OUTSIDE_MM = 1.0
"""So far outside a line's half height the line is over."""
ALIKE = 0.25
"""Lesion and surroundings look alike where they differ by less than this share of the profile's range."""
NO_FAT_SERIES = "no T1 series without fat suppression and no Dixon fat image tells {line} lines from fat"


@dataclass(frozen=True, kw_only=True)
class ThinRim(Family):
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
            f"a thin line would show on {measured:.0%} of the surface ({settings.min_measured_fraction:.0%} are needed)"
        )
    bright, dark = _lines(rays, rays.signal, settings), _lines(rays, -rays.signal, settings)
    suppressed = suppresses_fat(series)
    columns: dict[str, float | None] = {}
    warnings = [*context.views.quality_flags(series), *context.views.neighbour_flags]
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
        ThinRim(
            thin_bright_rim_fraction=columns["thin_bright_rim_fraction"],
            capsule_fraction=columns["capsule_fraction"],
            measured_fraction=measured,
            series=str(series.role),
            quality=join_warnings(*warnings),
        ),
        regions={}
        if context.perturbation
        else {
            "thin_bright_rim": _voxels(rays, bright, readable, like_fat=not suppressed),
            "capsule": _voxels(rays, dark, readable, like_fat=True),
        },
    )


def _lines(rays: SurfaceRays, signal: FloatArray, settings: RimSettings) -> _Lines:
    """The thin lines of a signal (n, m) that stand out of the profile and of the noise, and go on along the surface."""
    lines = brightest_lines(rays.offsets, signal, settings.line_within_mm, settings.max_line_mm)
    least = np.maximum(settings.line_contrast_fraction * np.ptp(signal, axis=1), settings.line_noise_sd * rays.noise)
    there = (lines.prominence >= least) & (lines.prominence > 0) & (lines.width < settings.max_line_mm)
    there &= _at_the_edge(rays.offsets, signal, lines)
    there &= ~(rays.near(lines.position, rays.bone.astype(float), settings.bone_within_mm) > 0)
    there = _coherent(rays, there, lines.position, settings)
    fat = np.zeros(len(there), dtype=bool)
    if rays.fat is not None:
        fat = rays.near(lines.position, np.nan_to_num(rays.fat), settings.fat_within_mm) > settings.fat_fraction
    return _Lines(there, fat, lines)


def _at_the_edge(offsets: FloatArray, signal: FloatArray, lines: Lines) -> BoolArray:
    """(n,) whether the line lies between the lesion and what it lies in.

    Inside it no valley, which would make it the rim of something else: nothing lower than half the profile's range
    under the lesion's own level. Just outside it the signal is nearer to that of the surroundings than to the lesion's,
    unless these look alike.
    """
    own = np.median(signal[:, offsets <= -BEYOND_MM], axis=1)
    outer = np.median(signal[:, offsets >= BEYOND_MM], axis=1)
    extent = np.ptp(signal, axis=1)
    inner = (offsets < lines.position[:, None]) & (offsets >= -BEYOND_MM)
    valley = np.where(inner, signal, np.inf).min(axis=1) < own - extent / 2
    width = np.where(np.isfinite(lines.width), lines.width, 0.0)
    at = np.searchsorted(offsets, lines.position + width / 2 + OUTSIDE_MM).clip(max=len(offsets) - 1)
    just_outside = signal[np.arange(len(signal)), at]
    outside = np.abs(just_outside - outer) <= np.abs(just_outside - own)
    return np.asarray(~valley & (outside | (np.abs(own - outer) < ALIKE * extent)))


def _coherent(rays: SurfaceRays, there: BoolArray, position: FloatArray, settings: RimSettings) -> BoolArray:
    """(n,) lines that go on: of the surface near by most has one, as far out to within a little."""
    area = np.where(rays.seen, rays.area, 1e-9 * rays.area)
    average = averaging_operator(rays.points, rays.normals, area, settings.coherence_mm)
    share = average @ there.astype(float)
    mean = average @ np.where(there, position, 0.0) / np.maximum(share, 1e-9)
    there = there & (np.abs(position - mean) <= settings.coherence_offset_mm)
    return np.asarray(there & (average @ there.astype(float) >= settings.coherence_fraction))


def _voxels(rays: SurfaceRays, kind: _Lines, readable: BoolArray, *, like_fat: bool) -> Mask:
    shown = kind.there & readable & ~(kind.fat & like_fat)
    half = np.where(shown, kind.lines.width, 0.0) / 2
    return voxels_along(rays, shown, kind.lines.position - half, kind.lines.position + half)
