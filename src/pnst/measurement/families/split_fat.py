"""The split fat sign: a rim of fat between the lesion and the muscle round it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from pnst.image import Mask, embed
from pnst.kernels.ball import dilate_by_ball
from pnst.kernels.patches import averaging_operator
from pnst.kernels.sampling import nearest, rays, sample
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, SurfaceMap, join_warnings
from pnst.segmentation.bone_and_skin import BoneAndSkin
from pnst.segmentation.compartment import Compartment, TissueMet, compartment, tissue_met
from pnst.segmentation.fat import darkest_fraction
from pnst.segmentation.fat_rim import Rim, covered, fat_rim
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.settings import SplitFatSettings
from pnst.segmentation.tissue import FatScale
from pnst.study import Lesion, Series
from pnst.typing import BoolArray, FloatArray

STEP_MM = 0.5
"""Between the samples of a ray: the distances of the settings are whole numbers of it, so that none is cut short. Step,
cell and number of rays trade accuracy for time."""
CELL_MM = 1.0
"""One ray for each cell of the surface of this size, or of a larger one where that makes more rays than `RAYS`."""
RAYS = 6000
BONE = -1.0
"""Fat fraction that rays meet in marrow and skin: as dark as no muscle is."""
COVER = "fat in mm where a rim covers the surface, else 0"


@dataclass(frozen=True, kw_only=True)
class SplitFat(Family):
    """Share of the surface covered by a fat rim, and whether the sign means anything where the lesion lies."""

    nullable: ClassVar[frozenset[str]] = frozenset({"present", "applicable", "pole_coverage_fraction"})
    coverage_fraction: float
    present: bool | None
    """None when the sign is not applicable, or when it is not clear whether it is."""
    present_threshold: float
    pole_coverage_fraction: float | None
    """Of the less covered pole; None when the lesion has no poles (major ÷ least axis under 1.1)."""
    rim_thickness_mm: float | None = None
    """Median integrated fat over covered vertices; absent when none is covered."""
    applicable: bool | None
    """False in fat alone; None where it is not clear what the lesion lies in."""
    compartment: Compartment


class _Readings(NamedTuple):
    """What rays through n points of the surface met."""

    points: FloatArray
    area: FloatArray
    rim: Rim
    cover: BoolArray
    met: TissueMet


def measure_split_fat(context: Context) -> Outcome:
    """Fat integrated along the outward normals of the lesion's surface, on T1 or a Dixon fat image."""
    series, settings = context.reference_tissue.fat_series, context.settings.split_fat
    scale, perilesional = context.reference_tissue.fat_scale(series), context.views.perilesional(series)
    darkest = darkest_fraction(perilesional, scale)
    apart = context.reference_tissue.bone_and_skin
    read = _read(perilesional, scale, darkest, apart, context.lesion, settings)
    areas = np.where(read.rim.seen, read.area, 0.0)
    coverage = float(np.average(read.cover, weights=areas))
    poles = _pole_coverage(context.lesion, read.points, read.cover, areas, settings)
    place = compartment(read.met, read.area, settings)
    applicable = None if place == "unclear" else place != "fat"
    present = coverage >= settings.present_coverage or (poles is not None and poles >= settings.present_coverage)
    unseen = 1 - float(areas.sum() / context.lesion.mesh.area_mm2)
    return Outcome(
        SplitFat(
            coverage_fraction=coverage,
            present=present if applicable else None,
            present_threshold=settings.present_coverage,
            pole_coverage_fraction=poles,
            rim_thickness_mm=float(np.median(read.rim.thickness[read.cover])) if read.cover.any() else None,
            applicable=applicable,
            compartment=place,
            quality=join_warnings(*_quality_flags(context, series, unseen, scale), _place_flag(read, place, settings)),
        ),
        regions={}
        if context.perturbation
        else {
            "fat_rim": _rim_voxels(perilesional, scale, apart.marrow, settings),
            "fat_cover": SurfaceMap(read.points, _cover_mm(read.rim, read.cover), COVER),
        },
    )


def _read(
    perilesional: Perilesional,
    scale: FatScale,
    darkest: float,
    apart: BoneAndSkin,
    lesion: Lesion,
    settings: SplitFatSettings,
) -> _Readings:
    """Follow a ray through each cell of the surface; `NotMeasurable` where none stays in the image."""
    mesh = lesion.mesh
    spacing = max(CELL_MM, float(np.sqrt(mesh.area_mm2 / RAYS)))
    chosen, area = lesion.subsampled(spacing)
    points, normals = mesh.vertices[chosen], mesh.vertex_normals[chosen]
    blur = _blur_mm(perilesional, normals)
    inward = np.minimum(settings.blur_sd * blur, float(mesh.axes[0][2]))  # never beyond the lesion's middle
    surface = int(np.ceil(inward.max() / STEP_MM))
    fraction = _fat_fraction(perilesional, scale, apart, points, normals, surface, settings)
    rim = fat_rim(fraction, STEP_MM, surface, inward, darkest, settings)
    if not rim.seen.any():
        raise NotMeasurable("the surroundings of the lesion lie outside the series that shows fat")
    # A thin rim that runs aslant through thick slices shows more and less fat in turn, a slice apart.
    even = averaging_operator(points, normals, area, settings.even_voxels * max(perilesional.volume.grid.spacing))
    rim = rim._replace(thickness=even @ rim.thickness)
    cover = covered(rim, points, spacing, settings)
    met = tissue_met(fraction[:, surface:], STEP_MM, blur, darkest, settings)
    return _Readings(points, area, rim, cover, met._replace(fat_near=met.fat_near | cover))


def _blur_mm(perilesional: Perilesional, normals: FloatArray) -> FloatArray:
    """(n,): SD by which the voxels blur a border along its normals (n, 3); as for the edge, (Σ (nᵢ·spacingᵢ)²)/4."""
    grid = perilesional.volume.grid
    return np.asarray(np.sqrt(((normals @ grid.directions * grid.spacing) ** 2).sum(axis=1)) / 2)


def _fat_fraction(
    perilesional: Perilesional,
    scale: FatScale,
    apart: BoneAndSkin,
    points: FloatArray,
    normals: FloatArray,
    surface: int,
    settings: SplitFatSettings,
) -> FloatArray:
    """(n, m): the fat fraction along rays whose sample `surface` lies on the surface; marrow and skin read as bone."""
    length = max(settings.reach_mm, settings.muscle_within_mm + settings.muscle_run_mm)
    along = rays(points, normals, STEP_MM * np.arange(-surface, int(length / STEP_MM) + 1))
    fraction = scale.fraction(sample(perilesional.volume.data, perilesional.volume.grid.to_index(along)))
    marrow, skin = apart
    if marrow.data.any():
        fraction[nearest(marrow.data, marrow.grid.to_index(along))] = BONE
    if skin.data.any():
        fraction[nearest(skin.data, skin.grid.to_index(along)) & (fraction <= settings.muscle_fraction)] = BONE
    return fraction


def _cover_mm(rim: Rim, cover: BoolArray) -> FloatArray:
    """(n,): fat in mm along each ray that is covered, 0 along the others; NaN where a ray leaves the image."""
    return np.where(rim.seen, np.where(cover, rim.thickness, 0.0), np.nan)


def _quality_flags(context: Context, series: Series, unseen: float, scale: FatScale) -> list[str]:
    warnings = [*context.views.quality_flags(series), *context.views.neighbour_flags]
    if unseen > context.settings.quality.largest_unseen_fraction:
        warnings.append(f"{unseen:.0%} of the surface is cut off by the border of the image")
    if not scale.own_mode:
        warnings.append(
            "fat has no mode of its own in this image: its level is that of what is clearly brighter than muscle"
        )
    return warnings


def _pole_coverage(
    lesion: Lesion, points: FloatArray, covered: BoolArray, areas: FloatArray, settings: SplitFatSettings
) -> float | None:
    """Coverage of the less covered pole; None without poles, or when a pole lies outside the image."""
    semi_axes, directions = lesion.mesh.axes
    if semi_axes[0] < settings.least_elongation * semi_axes[2]:
        return None
    outward = points - lesion.mesh.centroid
    cosine = outward @ directions[:, 0] / np.linalg.norm(outward, axis=1)
    limit = np.cos(np.radians(settings.pole_half_angle_deg))
    poles = [areas * (cosine >= limit), areas * (cosine <= -limit)]
    if any(pole.sum() == 0 for pole in poles):
        return None
    return min(float(np.average(covered, weights=pole)) for pole in poles)


def _place_flag(read: _Readings, place: Compartment, settings: SplitFatSettings) -> str | None:
    """That little fat is there to be split, or little to be read; None where there is enough."""
    known = np.where(read.met.read, read.area, 0.0)
    if place == "unclear":
        return f"fat or muscle is met by {known.sum() / read.area.sum():.0%} of the surface"
    if place == "intramuscular":
        near = np.average(read.met.fat_near, weights=known)
        return f"little fat is there to be split: {near:.1%} of the surface has any within {settings.near_mm:g} mm"
    return None


def _rim_voxels(perilesional: Perilesional, scale: FatScale, marrow: Mask, settings: SplitFatSettings) -> Mask:
    """Voxels of fat within reach of the lesion, marrow apart: what the picture shows."""
    downsampled = perilesional.downsampled
    near = dilate_by_ball(downsampled.lesion, downsampled.grid.spacing, settings.reach_mm) & ~downsampled.lesion
    near &= ~embed(marrow, downsampled.grid).data
    fat = perilesional.volume.data > (scale.muscle + scale.fat) / 2
    return Mask(fat & perilesional.on_voxels(near) & ~perilesional.lesion.data, perilesional.volume.grid)
