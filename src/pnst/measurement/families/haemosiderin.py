"""Haemosiderin caps: a dark shell at the poles of the lesion's long axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from pnst.kernels.runs import first_runs
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.settings import HaemosiderinSettings
from pnst.measurement.surface_rays import (
    STEP_MM,
    SurfaceRays,
    read_surface_rays,
    suppresses_fat,
    t2_series,
    voxels_along,
)
from pnst.study import Role, Series
from pnst.typing import BoolArray, FloatArray

ROUND = "the lesion has no poles: its longest axis is under {least:g} times its shortest"
UNREAD = "the voxels show too little of either pole: slices lie across them, or fat or bone lies on them"
MAYBE_FAT = "no T1 series without fat suppression and no Dixon fat image tells dark caps from {what}"


@dataclass(frozen=True, kw_only=True)
class Haemosiderin(Family):
    """A dark shell on the more covered pole."""

    masks: ClassVar[frozenset[str]] = frozenset({"bone", "muscle"})
    nullable: ClassVar[frozenset[str]] = frozenset({"cap_fraction", "present"})
    cap_fraction: float | None
    """Of the more covered pole; None without a pole that can be read."""
    present: bool | None
    present_threshold: float
    """Least `cap_fraction`."""
    series: str
    """The role it was read on."""


class _Shell(NamedTuple):
    """What each ray meets: a thin dark layer next to the lesion, and whether that may be fat or bone."""

    dark: BoolArray
    doubtful: BoolArray
    low: FloatArray
    high: FloatArray


def measure_haemosiderin(context: Context) -> Outcome:
    """Dark layers along the normals at the poles, on T2, else on fat-suppressed T2."""
    series, settings = t2_series(context, Role.T2, Role.T2_FS), context.settings.haemosiderin
    muscle = context.reference_tissue.muscle(series).mode
    if muscle <= 0:
        raise NotMeasurable("muscle holds no signal on T2, so that nothing can be darker")
    outward = settings.within_mm + settings.max_shell_mm + settings.bone_within_mm
    rays = read_surface_rays(context, series, settings.inward_mm, outward, settings.patch_mm)
    shell = _shell(rays, muscle, settings)
    readable = rays.seen & (rays.blur_mm <= settings.max_blur_mm) & ~(shell.dark & shell.doubtful)
    fractions = _pole_fractions(context, rays, shell.dark, readable, settings)
    warnings = [*context.views.quality_flags(series), *context.views.neighbour_flags]
    if isinstance(fractions, str):
        cap, present = None, None
        warnings.append(fractions)
    else:
        cap = max(fractions)
        present = cap >= settings.present_fraction
        if present and rays.fat is None:
            present = None
            warnings.append(MAYBE_FAT.format(what=_like_it(series)))
    return Outcome(
        Haemosiderin(
            cap_fraction=cap,
            present=present,
            present_threshold=settings.present_fraction,
            series=str(series.role),
            quality=join_warnings(*warnings),
        ),
        regions={}
        if context.perturbation
        else {"haemosiderin": voxels_along(rays, shell.dark & readable, shell.low, shell.high)},
    )


def _like_it(series: Series) -> str:
    return "suppressed fat" if suppresses_fat(series) else "the shift of fat, and from cortical bone"


def _shell(rays: SurfaceRays, muscle: float, settings: HaemosiderinSettings) -> _Shell:
    """A layer darker than half of muscle that begins within reach of the surface and ends soon: bone and air go on."""
    near = rays.offsets <= settings.within_mm + settings.max_shell_mm
    start, count = first_runs((rays.signal < settings.muscle_fraction * muscle) & near)
    low = rays.offsets[start]
    high = low + STEP_MM * count
    begins = (count > 0) & (low < settings.within_mm)
    ends = (STEP_MM * count <= settings.max_shell_mm) & (high <= rays.offsets[near][-1])
    bone = rays.near(high, rays.bone.astype(float), settings.bone_within_mm) > 0
    bone |= _beside(rays.points, begins & ~ends, settings.bone_within_mm)
    fat = np.zeros(len(begins), dtype=bool)
    if rays.fat is not None:
        around = (rays.offsets >= low[:, None] - settings.fat_within_mm) & (
            rays.offsets <= high[:, None] + settings.fat_within_mm
        )
        fat |= (around & (np.nan_to_num(rays.fat) > settings.fat_fraction)).any(axis=1)
    return _Shell(begins & ends, fat | bone, low, high)


def _beside(points: FloatArray, thick: BoolArray, within_mm: float) -> BoolArray:
    """(n,) whether a point of (n, 3) lies this near to one where what is dark goes on: the thin edge of bone or air."""
    from scipy.spatial import cKDTree

    if not thick.any():
        return np.zeros(len(points), dtype=bool)
    return np.asarray(cKDTree(points[thick]).query(points)[0] <= within_mm)


def _pole_fractions(
    context: Context, rays: SurfaceRays, dark: BoolArray, readable: BoolArray, settings: HaemosiderinSettings
) -> list[float] | str:
    """The covered share of each pole that can be read; why there is none where none can."""
    mesh = context.lesion.mesh
    semi_axes, directions = mesh.axes
    if semi_axes[0] < settings.min_elongation * semi_axes[2]:
        return ROUND.format(least=settings.min_elongation)
    outward = rays.points - mesh.centroid
    cosine = outward @ directions[:, 0] / np.linalg.norm(outward, axis=1)
    fractions = []
    for side in (cosine, -cosine):
        cap = rays.area * (side >= np.cos(np.radians(settings.pole_half_angle_deg)))
        if cap @ readable >= settings.min_read_fraction * cap.sum() > 0:
            fractions.append(float(cap @ (readable & dark) / (cap @ readable)))
    return fractions or UNREAD
