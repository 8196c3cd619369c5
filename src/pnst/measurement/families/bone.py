"""The bone of the spine beside a tumour: hollowed bodies, widened foramina, a dumbbell through them, missing cortex."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pnst.image import Mask
from pnst.kernels.waist import waist_ratio
from pnst.measurement.context import Context
from pnst.measurement.cortex import read_cortex
from pnst.measurement.family import Family, NotMeasurable, Outcome, SurfaceMap, join_warnings
from pnst.measurement.vertebrae import ALL_VERTEBRAE, VERTEBRA_MASKS
from pnst.measurement.vertebral_bone import Foramen, VertebralBone, Wall
from pnst.segmentation.dural_fat import CANAL_AND_FAT
from pnst.typing import FloatArray

BESIDE_MM = 2.0
"""A body that the lesion reaches to within this distance along the canal is beside it, and no next level."""
MIN_LENGTH_SHARE = 0.6
"""A wall that is shorter than this share of the longest is cut off, or was taken for two."""
REACH_MM = 3.5
POINTS = 4000
"""About so many points fill the lesion: its share in foramina is known to a percent."""
MIN_SLICES = 5.0
"""A foramen in fewer slices is measured to no better than a tenth."""


@dataclass(frozen=True, kw_only=True)
class Bone(Family):
    """Vertebrae and foramina beside the lesion, along the canal's line."""

    masks: ClassVar[frozenset[str]] = frozenset({ALL_VERTEBRAE, *VERTEBRA_MASKS, "canal", CANAL_AND_FAT, "cord", "csf"})
    nullable: ClassVar[frozenset[str]] = frozenset({"remodelling"})
    remodelling: bool | None = None
    """The back of a body is hollowed, and smooth; null where that cannot be told."""
    remodelling_threshold: float
    """Least `scalloping_depth_mm`."""
    scalloping_depth_mm: float | None = None
    """Greatest depth of a body's back beside the lesion, less that of the next levels; 0 where it is no deeper."""
    roughness_mm: float | None = None
    """RMS distance of the hollow from its own smooth surface."""
    roughness_threshold: float | None = None
    """Greatest `roughness_mm` of a hollow that is smooth."""
    foramen_area_ratio: float | None = None
    """The foramen's smallest cross-section on the lesion's side ÷ that of the other side."""
    foraminal_fraction: float | None = None
    """Share of the lesion between pedicles."""
    dumbbell_waist_ratio: float | None = None
    """Smallest cross-section along the lesion's way through the foramen ÷ that of its larger end; 1 without a waist."""
    destruction_fraction: float | None = None
    """Share of the contact with vertebrae where no cortex shows, of what could be read on T1."""


def measure_bone(context: Context) -> Outcome:
    """Everything along the canal's line; what needs pedicles, a next level or T1 is skipped by itself without."""
    vertebrae = context.structures.vertebrae(context.study)
    if vertebrae is None:
        raise NotMeasurable("no mask of vertebrae")
    bone = context.structures.vertebral_bone(context.spine, context.lesion, context.settings.bone)
    columns: dict[str, Any] = {}
    skipped: dict[str, str] = {}
    regions: dict[str, SurfaceMap] = {}
    warnings = list(bone.warnings)

    def add(part: str, measured: Callable[[], dict[str, Any]]) -> None:
        try:
            columns.update(measured())
        except NotMeasurable as reason:
            skipped[part] = str(reason)

    place = _place(context, bone)
    add("scalloping", lambda: _scalloping(context, bone, place))
    add("foramen", lambda: _foramen(bone, place, warnings))
    add("waist", lambda: {"dumbbell_waist_ratio": _waist(context, bone, place)})
    add("destruction", lambda: _destruction(context, vertebrae, regions))
    family = Bone(
        **{"remodelling": None, **columns},
        remodelling_threshold=context.settings.bone.scalloping_mm,
        quality=join_warnings(*warnings),
    )
    return Outcome(family, skipped=skipped, regions=regions)


@dataclass(frozen=True, eq=False)
class _LesionPlace:
    """Even points that fill the lesion, and where they lie along the canal."""

    points: FloatArray
    """(n, 3) RAS mm."""
    arc: FloatArray
    """(n,) mm along the canal's line."""
    beside: FloatArray
    """(n, 2) mm to its right and before it."""


def _place(context: Context, bone: VertebralBone) -> _LesionPlace:
    level, grid = context.lesion.level_set, context.lesion.mask.grid.canonical()
    index = np.argwhere(level.values > 0)
    index = index[:: max(1, len(index) // POINTS)] * np.asarray(level.step) + np.asarray(level.origin)
    points = grid.to_world(index)
    return _LesionPlace(points, *bone.line.project(points))


def _scalloping(context: Context, bone: VertebralBone, place: _LesionPlace) -> dict[str, Any]:
    """The deepest hollow beside the lesion against the next levels."""
    beside, others = _parted(bone, float(place.arc.min()) - BESIDE_MM, float(place.arc.max()) + BESIDE_MM)
    if not beside:
        raise NotMeasurable("no back of a vertebral body shows beside the lesion")
    if not others:
        raise NotMeasurable("no next level shows to compare with")
    depths = [_greatest(bone, wall) for wall in beside]
    deepest = int(np.argmax(depths))
    depth = max(depths[deepest] - float(np.mean([_greatest(bone, wall) for wall in others])), 0.0)
    settings = context.settings.bone
    columns = {"scalloping_depth_mm": depth, "remodelling": False}
    if depth < settings.scalloping_mm:
        return columns
    rough = bone.roughness_mm(beside[deepest])
    if not np.isfinite(rough):
        return columns | {"remodelling": None}
    smooth = rough < settings.max_roughness_mm
    return columns | {
        "remodelling": smooth,
        "roughness_mm": rough,
        "roughness_threshold": settings.max_roughness_mm,
    }


def _parted(bone: VertebralBone, low: float, high: float) -> tuple[list[Wall], list[Wall]]:
    """The walls beside a stretch of the canal, and the next whole one on either side of them."""
    longest = max((wall.stop - wall.first for wall in bone.walls), default=0)
    walls = [wall for wall in bone.walls if wall.stop - wall.first >= MIN_LENGTH_SHARE * longest]
    ends = [(bone.arc[wall.first], bone.arc[wall.stop - 1]) for wall in walls]
    beside = [wall for wall, end in zip(walls, ends, strict=True) if end[0] <= high and end[1] >= low]
    below = [wall for wall, end in zip(walls, ends, strict=True) if end[1] < low and wall.whole][-1:]
    above = [wall for wall, end in zip(walls, ends, strict=True) if end[0] > high and wall.whole][:1]
    return beside, below + above


def _greatest(bone: VertebralBone, wall: Wall) -> float:
    depth = bone.depth(wall)
    return float(np.nanmax(depth)) if np.isfinite(depth).any() else 0.0


def _foramen(bone: VertebralBone, place: _LesionPlace, warnings: list[str]) -> dict[str, Any]:
    """The lesion's share between pedicles, and its foramen against that of the other side."""
    foramina = bone.foramina
    if not foramina:
        raise NotMeasurable("no foramen between two pedicles shows beside the lesion")
    inside = bone.in_foramina(place.arc, place.beside)
    columns: dict[str, Any] = {"foraminal_fraction": float(inside.mean())}
    chosen = inside if inside.any() else np.ones_like(inside)
    own = _nearest(foramina, float(place.arc[chosen].mean()), float(place.beside[chosen, 0].mean()))
    other = [f for f in foramina if f.side != own.side]
    middle = min((f.middle_mm for f in other), key=lambda at: abs(at - own.middle_mm), default=own.middle_mm)
    areas = bone.area_mm2(own.side, own.middle_mm), bone.area_mm2(-own.side, middle)
    if np.isfinite(areas).all() and areas[1] > 0:
        columns["foramen_area_ratio"] = areas[0] / areas[1]
        slices = bone.slices_across(own)
        if slices < MIN_SLICES:
            warnings.append(f"{slices:.1f} slices of the vertebrae's mask lie in the foramen: its area is rough")
    return columns


def _nearest(foramina: list[Foramen], arc_mm: float, beside_mm: float) -> Foramen:
    """The foramen that is nearest to a place along the canal, on its side of it."""
    same = [f for f in foramina if f.side == (1 if beside_mm >= 0 else -1)] or foramina
    return min(same, key=lambda f: abs(f.middle_mm - arc_mm))


def _waist(context: Context, bone: VertebralBone, place: _LesionPlace) -> float:
    """Along the longest of the lesion's directions across the canal."""
    _, frame = bone.line.at(place.arc.mean()[None])
    across = (place.points - place.points.mean(axis=0)) @ frame[0, :, :2]
    _, directions = np.linalg.eigh(across.T @ across)
    return waist_ratio(context.lesion.mesh, frame[0, :, :2] @ directions[:, -1])


def _destruction(context: Context, vertebrae: Mask, regions: dict[str, SurfaceMap]) -> dict[str, Any]:
    """Cortex that is missing where vertebrae touch the lesion; what is not touched is not destroyed."""
    contact_mm = context.settings.invasion.contact_mm
    near = context.structures.near(vertebrae, context.lesion, REACH_MM)
    if near is None or near.distance(context.lesion.mesh.vertices).min() > contact_mm:
        return {"destruction_fraction": 0.0}
    cortex = read_cortex(context, near, contact_mm)
    regions["cortex"] = cortex.map
    return {"destruction_fraction": cortex.missing_fraction}
