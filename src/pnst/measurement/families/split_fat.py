"""The split fat sign: a rim of fat between the lesion and the muscle round it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from pnst.image import Mask
from pnst.kernels.mesh import subsample_vertices
from pnst.kernels.patches import averaging_operator
from pnst.kernels.sampling import rays, sample
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, SurfaceMap, join_warnings
from pnst.segmentation.fat_rim import Rim, covered, fat_rim
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.settings import SplitFatSettings
from pnst.segmentation.tissue import FatScale
from pnst.study import Lesion, Series
from pnst.typing import BoolArray, FloatArray

STEP_MM = 0.4
"""Between the samples of a ray. Step, cell and number of rays trade accuracy for time."""
CELL_MM = 1.0
"""One ray for each cell of the surface of this size, or of a larger one where that makes more rays than `RAYS`."""
RAYS = 6000


Compartment = Literal["intermuscular", "intramuscular", "fat", "unclear"]
"""What a lesion lies in."""


@dataclass(frozen=True, kw_only=True)
class SplitFat(Family):
    """Share of the surface covered by a fat rim, and whether the sign means anything where the lesion lies."""

    nullable: ClassVar[frozenset[str]] = frozenset({"present", "applicable", "pole_coverage_fraction"})
    coverage_fraction: float
    present: bool | None
    """None when the sign is not applicable."""
    present_threshold: float
    pole_coverage_fraction: float | None
    """Of the less covered pole; None when the lesion has no poles (major ÷ least axis under 1.1)."""
    rim_thickness_mm: float | None = None
    """Median integrated fat over covered vertices; absent when none is covered."""
    applicable: bool | None
    compartment: Compartment


def measure_split_fat(context: Context) -> Outcome:
    """Fat integrated along the outward normals of the lesion's surface, on T1 or a Dixon fat image."""
    series, settings = context.reference_tissue.fat_series, context.settings.split_fat
    scale, perilesional = context.reference_tissue.fat_scale(series), context.views.perilesional(series)
    mesh = context.lesion.mesh
    spacing = max(CELL_MM, float(np.sqrt(mesh.area_mm2 / RAYS)))
    chosen, area = subsample_vertices(mesh, spacing)
    points, normals = mesh.vertices[chosen], mesh.vertex_normals[chosen]
    rim = _rim(perilesional, scale, points, normals, float(mesh.axes[0][2]), settings)
    # A thin rim that runs aslant through thick slices shows more and less fat in turn, a slice apart.
    even = averaging_operator(points, normals, area, settings.even_voxels * max(perilesional.volume.grid.spacing))
    rim = rim._replace(thickness=even @ rim.thickness)
    if not rim.seen.any():
        raise NotMeasurable("the surroundings of the lesion lie outside the series that shows fat")
    cover = covered(rim, points, spacing, settings)
    areas = np.where(rim.seen, area, 0.0)
    coverage = float(np.average(cover, weights=areas))
    poles = _pole_coverage(context.lesion, points, cover, areas, settings)
    applicable, compartment = _compartment(perilesional, scale, settings)
    present = coverage >= settings.present_coverage or (poles is not None and poles >= settings.present_coverage)
    return Outcome(
        SplitFat(
            coverage_fraction=coverage,
            present=present if applicable else None,
            present_threshold=settings.present_coverage,
            pole_coverage_fraction=poles,
            rim_thickness_mm=float(np.median(rim.thickness[cover])) if cover.any() else None,
            applicable=applicable,
            compartment=compartment,
            quality=join_warnings(*_quality_flags(context, series, 1 - float(areas.sum() / mesh.area_mm2), scale)),
        ),
        regions={
            "fat_rim": _rim_voxels(perilesional, scale, settings),
            "fat_cover": SurfaceMap(points, _cover_mm(rim, cover), "fat in mm where a rim covers the surface, else 0"),
        },
    )


def _rim(
    perilesional: Perilesional,
    scale: FatScale,
    points: FloatArray,
    normals: FloatArray,
    least_axis_mm: float,
    settings: SplitFatSettings,
) -> Rim:
    """The fat along a ray through each point of the surface, that in the voxels which lie half in the lesion, too."""
    grid = perilesional.volume.grid
    # As for the edge: a border is blurred by (Σ (nᵢ·spacingᵢ)²)/4. Never beyond the middle of the lesion.
    blur = np.sqrt(((normals @ grid.directions * grid.spacing) ** 2).sum(axis=1)) / 2
    inward = np.minimum(settings.blur_sd * blur, least_axis_mm)
    first = int(np.ceil(inward.max() / STEP_MM))
    length = max(settings.reach_mm, settings.muscle_within_mm + settings.muscle_run_mm)
    offsets = STEP_MM * np.arange(-first, int(length / STEP_MM) + 1)
    fraction = scale.fraction(sample(perilesional.volume.data, grid.to_index(rays(points, normals, offsets))))
    return fat_rim(fraction, STEP_MM, first, inward, settings)


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


def _compartment(
    perilesional: Perilesional, scale: FatScale, settings: SplitFatSettings
) -> tuple[bool | None, Compartment]:
    """Whether the sign means anything where the lesion lies: by the mean fat fraction of shells round it."""
    fraction, distance = scale.fraction(perilesional.downsampled.smooth), perilesional.downsampled.distance
    tissue = fraction > settings.least_tissue_fraction
    fraction = np.where(np.abs(fraction) < settings.dead_zone_fraction, 0, fraction)

    def mean_fat(inner_mm: float, outer_mm: float) -> float:
        shell = tissue & (distance > inner_mm) & (distance <= outer_mm)
        return float(fraction[shell].mean()) if shell.any() else 0.0

    if mean_fat(*settings.buried_shell_mm) > settings.buried_fat_fraction:
        return False, "fat"
    if mean_fat(*settings.near_shell_mm) >= settings.near_fat_fraction:
        return True, "intermuscular"
    if mean_fat(*settings.far_shell_mm) >= settings.far_fat_fraction:
        return None, "unclear"
    return False, "intramuscular"


def _rim_voxels(perilesional: Perilesional, scale: FatScale, settings: SplitFatSettings) -> Mask:
    """Voxels of fat within reach of the lesion: what the picture shows."""
    near = (perilesional.downsampled.distance > 0) & (perilesional.downsampled.distance <= settings.reach_mm)
    fat = perilesional.volume.data > (scale.muscle + scale.fat) / 2
    return Mask(fat & perilesional.on_voxels(near) & ~perilesional.lesion.data, perilesional.volume.grid)
