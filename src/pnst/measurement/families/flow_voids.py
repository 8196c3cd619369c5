"""Flow voids: vessels without signal in the lesion and near it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from pnst.image import Grid, Mask
from pnst.kernels.ball import dilate_by_ball
from pnst.kernels.noise import noise_sd
from pnst.kernels.tubes import Tube, linearity, tube
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.settings import FlowVoidSettings
from pnst.measurement.surface_rays import suppresses_fat, t2_series
from pnst.segmentation.flow_void import DarkPieces, dark_pieces
from pnst.segmentation.perilesional import Perilesional, resample_nearest
from pnst.study import Role
from pnst.typing import BoolArray, FloatArray

MOST_PIECES = 200
"""More dark pieces than this are not looked at one by one: the largest are."""


@dataclass(frozen=True, kw_only=True)
class FlowVoids(Family):
    """Volumes in ml, lengths in mm; `present: false` with no pieces is a result."""

    masks: ClassVar[frozenset[str]] = frozenset({"bone", "muscle"})
    nullable: ClassVar[frozenset[str]] = frozenset({"present"})
    intralesional_ml: float
    perilesional_ml: float
    """Outside the lesion, within reach of it."""
    largest_calibre_mm: float
    """0 without any."""
    pieces_count: int
    length_mm: float
    """Of all together."""
    present: bool | None
    """None where it rests on vessels outside the lesion, and nothing tells them from cortical bone."""
    present_threshold: int
    """Least `pieces_count` …"""
    length_mm_threshold: float
    """… or least `length_mm`."""
    series: str
    """The role it was read on."""


class _Vessel(NamedTuple):
    """One piece that is a vessel."""

    tube: Tube
    inside_mm3: float
    outside_mm3: float
    label: int


class _Near(NamedTuple):
    """The part of the series in which vessels are looked for. Arrays (ni, nj, nk) on `grid`."""

    grid: Grid
    data: FloatArray
    lesion: BoolArray
    zone: BoolArray
    """The lesion and what lies within reach."""


def measure_flow_voids(context: Context) -> Outcome:
    """Dark tubes on T2, else on fat-suppressed T2 where T1 shows where fat is."""
    series, settings = t2_series(context, Role.T2, Role.T2_FS), context.settings.flow_voids
    perilesional = context.views.perilesional(series)
    muscle, near = context.reference_tissue.muscle(series).mode, _near(perilesional, settings)
    fat = context.reference_tissue.fat_fraction(perilesional)
    if suppresses_fat(series) and fat is None:
        raise NotMeasurable("fat-suppressed T2 alone: fat is as dark as a flow void, and no T1 tells them apart")
    noise = settings.noise_sd * _noise(near)
    limit = max(settings.muscle_fraction * muscle, noise)
    with np.errstate(invalid="ignore"):
        seeds = (near.data < limit) & near.zone
    forbidden = _bone(context, near, settings) if seeds.any() else seeds
    if suppresses_fat(series) and fat is not None:
        forbidden = forbidden | (_on_voxels(perilesional, fat, near.grid) > settings.fat_fraction)
    spacing, axis = near.grid.spacing, near.grid.slice_axis
    pieces = dark_pieces(near.data, seeds, forbidden, near.lesion, muscle, spacing, axis, settings.max_calibre_mm)
    vessels = _vessels(context, near, pieces, settings)
    warnings = [*context.views.quality_flags(series), *context.views.neighbour_flags]
    if limit == noise:
        warnings.append("noise is as bright as a flow void: what lies within it counts")
    bone_known = fat is not None or "bone" in context.study.masks
    if any(vessel.inside_mm3 == 0 for vessel in vessels) and not bone_known:
        warnings.append("no T1 series and no bone mask tells flow voids outside the lesion from cortical bone")
    shown = np.isin(pieces.labels, [vessel.label for vessel in vessels]) & (pieces.labels > 0)
    present = _present(vessels, settings)
    if present and not bone_known and not _present([one for one in vessels if one.inside_mm3 > 0], settings):
        present = None
    family = _columns(vessels, present, str(series.role), join_warnings(*warnings), settings)
    return Outcome(family, regions={"flow_voids": Mask(shown, near.grid)})


def _length_mm(vessels: list[_Vessel]) -> float:
    return float(sum(vessel.tube.length_mm for vessel in vessels))


def _present(vessels: list[_Vessel], settings: FlowVoidSettings) -> bool | None:
    return len(vessels) >= settings.min_pieces or _length_mm(vessels) >= settings.min_length_mm


def _columns(
    vessels: list[_Vessel], present: bool | None, role: str, quality: str | None, settings: FlowVoidSettings
) -> FlowVoids:
    return FlowVoids(
        intralesional_ml=sum((vessel.inside_mm3 for vessel in vessels), 0.0) / 1000,
        perilesional_ml=sum((vessel.outside_mm3 for vessel in vessels), 0.0) / 1000,
        largest_calibre_mm=max((vessel.tube.calibre_mm for vessel in vessels), default=0.0),
        pieces_count=len(vessels),
        length_mm=_length_mm(vessels),
        present=present,
        present_threshold=settings.min_pieces,
        length_mm_threshold=settings.min_length_mm,
        series=role,
        quality=quality,
    )


def _noise(near: _Near) -> float:
    """SD of the image's noise; 0 where it cannot be told."""
    noise = noise_sd(near.data, np.isfinite(near.data), near.grid.slice_axis)
    return noise if np.isfinite(noise) else 0.0


def _near(perilesional: Perilesional, settings: FlowVoidSettings) -> _Near:
    """The crop in which vessels are looked for."""
    reach = settings.perilesional_mm
    box = perilesional.lesion.box(reach + settings.max_calibre_mm)
    if box is None:
        raise NotMeasurable("the lesion lies outside the series")
    grid, lesion = perilesional.volume.grid.crop(box), perilesional.lesion.data[box]
    data = perilesional.volume.data[box].astype(np.float32)
    zone = dilate_by_ball(lesion, grid.spacing, reach)
    return _Near(grid, data, lesion, zone)


def _on_voxels(perilesional: Perilesional, cells: FloatArray, grid: Grid) -> FloatArray:
    """What the cells of the surroundings hold, on a crop of their voxels."""
    box = perilesional.volume.grid.box_of(grid)
    if box is None:
        raise ValueError("the crop is no part of the surroundings")
    return np.asarray(perilesional.on_voxels(np.nan_to_num(cells), box))


def _bone(context: Context, near: _Near, settings: FlowVoidSettings) -> BoolArray:
    """Voxels of marrow, with as much round it as cortex is thick, and of a given bone mask."""
    bone, given = np.zeros(near.grid.shape, dtype=bool), context.study.masks.get("bone")
    masks = [] if given is None else [given]
    with suppress(NotMeasurable):
        masks.append(context.reference_tissue.bone_and_skin.marrow)
    for mask in masks:
        bone |= resample_nearest(mask.data, mask.grid, near.grid, fill=False)
    return dilate_by_ball(bone, near.grid.spacing, settings.cortex_mm) if bone.any() else bone


def _vessels(context: Context, near: _Near, pieces: DarkPieces, settings: FlowVoidSettings) -> list[_Vessel]:
    """The pieces that are tubes of a calibre and length that count, and do not merely pass by."""
    from scipy.ndimage import find_objects

    sizes = np.bincount(pieces.labels.ravel())
    if len(sizes) < 2:
        return []
    chosen = np.argsort(-sizes[1:], kind="stable")[:MOST_PIECES] + 1
    boxes = find_objects(pieces.reach)
    vessels = []
    for label in chosen[sizes[chosen] >= 3].tolist():
        box = boxes[label - 1]
        vessel = _vessel(near, pieces, box, label, settings)
        if vessel is not None and not _passes_by(context, near, pieces, box, vessel, settings):
            vessels.append(vessel)
    return vessels


def _vessel(
    near: _Near, pieces: DarkPieces, box: tuple[slice, ...], label: int, settings: FlowVoidSettings
) -> _Vessel | None:
    """One piece as a vessel; None where it is none."""
    grid, body = near.grid, pieces.labels[box] == label
    void = np.where(pieces.reach[box] == label, pieces.share[box], 0.0)
    voxel = grid.voxel_volume_mm3
    volume = float(void.sum()) * voxel
    if volume <= np.pi / 4 * settings.min_calibre_mm**3 * settings.min_calibres:
        return None
    one = tube(body, grid.spacing, volume)
    if not settings.min_calibre_mm <= one.calibre_mm <= settings.max_calibre_mm:
        return None
    if one.length_mm < settings.min_calibres * one.calibre_mm:
        return None
    points = np.argwhere(body) * np.asarray(grid.spacing)
    radius = max(1.5 * one.calibre_mm, 1.2 * max(grid.spacing))
    if linearity(points, np.diag(grid.spacing), radius) < settings.min_linearity:
        return None
    inside = max(0.0, float(void[near.lesion[box]].sum()) * voxel)
    outside = max(0.0, float(void[(near.zone & ~near.lesion)[box]].sum()) * voxel)
    return _Vessel(one, inside, outside, label)


def _passes_by(
    context: Context,
    near: _Near,
    pieces: DarkPieces,
    box: tuple[slice, ...],
    vessel: _Vessel,
    settings: FlowVoidSettings,
) -> bool:
    """Whether a vessel runs outside the lesion from one border of what is looked at to another: a normal one may."""
    if (near.lesion[box] & (pieces.labels[box] == vessel.label)).any():
        return False
    ends = near.grid.to_world(vessel.tube.ends + [side.start for side in box])
    away = context.lesion.mesh.tree.query(ends)[0]
    return bool((away >= settings.perilesional_mm - max(near.grid.spacing)).all())
