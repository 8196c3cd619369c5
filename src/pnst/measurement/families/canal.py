"""The spinal canal: how much of it the lesion fills, and how the lesion lies to cord and dura."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pnst.image import Mask
from pnst.kernels.cross_section import hulls
from pnst.measurement.context import Context
from pnst.measurement.dural_tail import dural_tail_mm
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.spinal_canal import WITH_FAT, SpinalCanal
from pnst.measurement.tube_course import TubeCourse
from pnst.measurement.vertebrae import VERTEBRA_MASKS
from pnst.segmentation.dural_fat import CANAL_AND_FAT
from pnst.segmentation.perilesional import resample_nearest
from pnst.typing import BoolArray, FloatArray

FACING_COSINE = 0.5
"""The lesion's surface faces the cord where its normal lies within 60° of the way to the nearest cord."""
HELD_SHARE = 0.5
"""The canal's mask leaves the lesion out where it holds less than this share of the lesion within its outline."""
WHOLE_SHARE = 0.5
"""A section of less than this share of the canal's mean is cut off by the end of its mask."""


@dataclass(frozen=True, kw_only=True)
class Canal(Family):
    """The lesion and the spinal canal."""

    masks: ClassVar[frozenset[str]] = frozenset({"canal", CANAL_AND_FAT, "cord", "csf", *VERTEBRA_MASKS})
    occupancy_fraction: float | None = None
    """Largest share of a cross-section of the canal that the lesion fills; None where fat may count as canal."""
    inside_fraction: float
    """Share of the lesion's volume that lies in the canal."""
    occupancy_level: str | None = None
    """The vertebra at that section; None without masks of levels, and where it fills none."""
    csf_cleft_fraction: float | None = None
    """Share of the surface that faces the cord with fluid between; None where nothing faces it."""
    csf_cleft: bool | None = None
    csf_cleft_threshold: float | None = None
    dural_contact_fraction: float | None = None
    """None where fat may count as canal."""
    dural_tail_mm: float | None = None


def measure_canal(context: Context) -> Outcome:
    """Occupancy and contact from the masks alone; the tail on T1 after contrast."""
    course, spine = context.spine.canal_course, context.spine
    canal = whole_canal(course)
    columns: dict[str, Any] = {"inside_fraction": _inside(context, course, canal)}
    skipped: dict[str, str] = {}
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "occupancy": lambda: _occupied(spine, course, canal),
        "dural_contact": lambda: {"dural_contact_fraction": _contact(context, course, canal)},
        "cleft": lambda: _cleft(context, course),
        "dural_tail": lambda: {"dural_tail_mm": dural_tail_mm(context, course, canal)},
    }
    for part, measured in parts.items():
        try:
            if spine.holds_fat:
                raise NotMeasurable(WITH_FAT)
            columns |= measured()
        except NotMeasurable as reason:
            skipped[part] = str(reason)
    quality = join_warnings(*course.warnings)
    return Outcome(Canal(**columns, quality=quality), skipped=skipped, regions=_filled_part(context))


def _occupied(spine: SpinalCanal, course: TubeCourse, canal: BoolArray) -> dict[str, Any]:
    """The largest share of a section, and the vertebra at its height."""
    share = occupancy(course, canal)
    fullest = float(course.box.arc[int(np.argmax(share))])
    return {
        "occupancy_fraction": float(share.max()),
        "occupancy_level": spine.level_at(course, fullest) if share.max() > 0 else None,
    }


def _filled_part(context: Context) -> dict[str, Mask]:
    """The lesion's part in the canal as its mask has it, on the lesion's voxels, for the picture; none without any."""
    lesion, canal = context.lesion.mask, context.spine.canal
    part = lesion.data & resample_nearest(canal.data, canal.grid, lesion.grid, fill=False)
    return {"canal_filled": Mask(part, lesion.grid)} if part.any() else {}


def whole_canal(course: TubeCourse) -> BoolArray:
    """(n, m, m): the canal with the lesion's part of it, also where its mask leaves the lesion out."""
    seen = course.box.cut(course.tube.data, course.tube.grid.affine) >= 0.5
    lesion = course.lesion_inside
    within = lesion & hulls(seen)
    with suppress(NotMeasurable):  # drawn at the lesion alone: its hull says what it is
        within |= lesion & course.outlines
    held = float(np.count_nonzero(within & seen) / max(1, int(np.count_nonzero(within))))
    return np.asarray(seen | within) if held < HELD_SHARE else seen


def occupancy(course: TubeCourse, canal: BoolArray) -> FloatArray:
    """(n,) the share of each section of the canal that the lesion fills; 0 where the canal's mask ends."""
    area = np.count_nonzero(canal, axis=(1, 2))
    filled = np.count_nonzero(canal & course.lesion_inside, axis=(1, 2))
    mean = float(np.median(area[area > 0])) if area.any() else 1.0
    return np.where(area > WHOLE_SHARE * mean, filled / np.maximum(area, 1), 0.0)


def _inside(context: Context, course: TubeCourse, canal: BoolArray) -> float:
    box = course.box
    step = float(np.mean(np.diff(box.arc))) if len(box.arc) > 1 else box.pixel_mm
    volume = np.count_nonzero(canal & course.lesion_inside) * box.pixel_mm**2 * step
    return float(min(1.0, volume / context.lesion.mesh.volume_mm3))


def _contact(context: Context, course: TubeCourse, canal: BoolArray) -> float:
    """Share of the lesion's area this near to the canal's wall."""
    mesh = context.lesion.mesh
    distance = course.box.distance_to(canal.astype(np.float32), mesh.vertices)
    near = np.abs(distance) <= context.settings.canal.wall_mm
    return float(np.average(near, weights=mesh.vertex_areas))


def _cleft(context: Context, course: TubeCourse) -> dict[str, Any]:
    """Fluid between lesion and cord, along the way from each point that faces the cord to the nearest cord."""
    settings, mesh, box = context.settings.canal, context.lesion.mesh, course.box
    cord, fluid = context.spine.cord_in(course), context.spine.fluid_in(course)
    distance = box.distance(cord)
    away = box.at(distance, mesh.vertices, beyond=1e6)
    rising = box.at(distance, mesh.vertices + 0.5 * mesh.vertex_normals, beyond=1e6)
    facing = (away < settings.facing_mm) & ((rising - away) / 0.5 < -FACING_COSINE)
    facing |= away <= 0  # where the lesion lies in the cord all of its surface faces it
    area = mesh.vertex_areas
    if not facing.any():
        return {}
    steps = np.arange(box.pixel_mm / 2, settings.facing_mm, box.pixel_mm)
    toward = (
        mesh.vertices[facing][:, None] + steps[:, None] * _toward_cord(course, distance, mesh.vertices[facing])[:, None]
    )
    place = toward.reshape(-1, 3)
    wet = box.at(fluid.astype(np.float32), place, beyond=0.0).reshape(toward.shape[:2]) >= 0.5
    before = steps[None] < away[facing][:, None]
    thick = np.count_nonzero(wet & before, axis=1) * box.pixel_mm
    share = float(np.average(thick >= settings.least_cleft_mm, weights=area[facing]))
    return {
        "csf_cleft_fraction": share,
        "csf_cleft": share >= settings.cleft_fraction,
        "csf_cleft_threshold": settings.cleft_fraction,
    }


def _toward_cord(course: TubeCourse, distance: FloatArray, points: FloatArray) -> FloatArray:
    """(k, 3): unit vectors down the slope of the distance to the cord."""
    step = course.box.pixel_mm
    slope = np.stack(
        [
            course.box.at(distance, points + step * axis, beyond=1e6)
            - course.box.at(distance, points - step * axis, beyond=1e6)
            for axis in np.eye(3)
        ],
        axis=1,
    )
    return np.asarray(-slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9))
