"""Margin: the irregularity of the lesion's shape and the sharpness of its edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pnst.kernels.hull import convex_hull
from pnst.kernels.mesh import Mesh
from pnst.kernels.shape import concavities, deep_points, irregularity, sphericity
from pnst.kernels.smooth_surface import smooth_surface
from pnst.kernels.statistics import weighted_median
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, SurfaceMap, join_warnings
from pnst.study import Role

THIN = "fewer than {} voxels lie across the lesion, too few to count its lobulations"


@dataclass(frozen=True, kw_only=True)
class Margin(Family):
    """Shape (always) and edge (where an image shows it; else the edge's columns are None)."""

    irregularity: float
    sphericity: float
    solidity: float
    nullable: ClassVar[frozenset[str]] = frozenset({"deep_lobulations_count"})
    deep_lobulations_count: int | None
    """None where fewer than six voxels lie across the lesion."""
    ill_defined_fraction: float | None = None
    ill_defined: bool | None = None
    ill_defined_threshold: float | None = None
    edge_width_mm: float | None = None
    edge_offset_mm: float | None = None
    """Area-weighted median distance from the contour to the edge, positive where the edge lies outside the contour."""
    measured_fraction: float | None = None
    series: str | None = None
    """The series that most of the measured edge was read on."""


def measure_margin(context: Context) -> Outcome:
    """Shape of the lesion's surface, and the sharpness of its edge where a series shows it."""
    mesh, settings = context.lesion.mesh, context.settings.margin
    count = _deep_lobulations(context)
    shape = {
        "irregularity": irregularity(mesh),
        "sphericity": sphericity(mesh.volume_mm3, mesh.area_mm2),
        "solidity": mesh.volume_mm3 / context.hull.volume_mm3,
        "deep_lobulations_count": count,
    }
    thin = None if count is not None else THIN.format(settings.min_voxels_across)
    try:
        edge = context.edge
    except NotMeasurable as reason:
        return Outcome(Margin(**shape, quality=thin), skipped={"edge": str(reason)})  # type: ignore[arg-type]
    width, area = edge.width[edge.measured], edge.area[edge.measured]
    fraction = float(np.average(width > settings.indistinct_width_mm, weights=area))
    widths = SurfaceMap(edge.points, np.where(edge.measured, edge.width, np.nan), "10–90 % width of the edge in mm")
    return Outcome(
        Margin(
            **shape,  # type: ignore[arg-type]  # three floats and a count
            ill_defined_fraction=fraction,
            ill_defined=fraction > settings.ill_defined_fraction,
            ill_defined_threshold=settings.ill_defined_fraction,
            edge_width_mm=weighted_median(width, area),
            edge_offset_mm=edge.median_offset_mm,
            measured_fraction=edge.measured_fraction,
            series=edge.series,
            quality=join_warnings(
                thin,
                *context.views.quality_flags(context.study.series[Role(edge.series)]),
                *context.views.neighbour_flags,
            ),
        ),
        regions={"edge_width": widths},
    )


def _deep_lobulations(context: Context) -> int | None:
    """Separate hollows of the smoothed surface that are deep; None where the voxels are too few to show them."""
    lesion, settings = context.lesion, context.settings.margin
    mask = lesion.mask.canonical()
    box = mask.box()
    if box is None or min(side.stop - side.start for side in box) < settings.min_voxels_across:
        return None
    min_depth_mm = settings.deep_lobulation_fraction * context.diameter[0]
    deep = deep_points(lesion.mesh, context.hull, min_depth_mm)
    if not len(deep):
        return 0
    _, pixel, slice_mm = sorted(mask.grid.spacing)
    sd_mm = max(settings.lobulation_smoothing_slices * slice_mm, settings.lobulation_smoothing_pixels * pixel)
    surface = smooth_surface(lesion.level_set, sd_mm, mask.grid.spacing).mesh()
    smooth = Mesh(mask.grid.to_world(surface.vertices), surface.faces)
    shown, merged = settings.smooth_depth_fraction * min_depth_mm, settings.concavity_merge_fraction * min_depth_mm
    return concavities(deep, smooth, convex_hull(smooth), shown, merged)
