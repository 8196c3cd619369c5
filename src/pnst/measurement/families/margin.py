"""Margin: the irregularity of the lesion's shape and the sharpness of its edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.shape import concavities, irregularity, sphericity
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, SurfaceMap, join_warnings
from pnst.study import Role
from pnst.typing import FloatArray


@dataclass(frozen=True, kw_only=True)
class Margin(Family):
    """Shape (always) and edge (where an image shows it; else the edge's columns are None)."""

    irregularity: float
    sphericity: float
    solidity: float
    deep_lobulations_count: int
    ill_defined_fraction: float | None = None
    ill_defined: bool | None = None
    ill_defined_threshold: float | None = None
    edge_width_mm: float | None = None
    measured_fraction: float | None = None
    series: str | None = None
    """The series that most of the measured edge was read on."""


def measure_margin(context: Context) -> Outcome:
    """Shape of the lesion's surface, and the sharpness of its edge where a series shows it."""
    mesh, settings = context.lesion.mesh, context.settings.margin
    diameter, _ = context.diameter
    hull = context.hull
    min_depth_mm = settings.deep_lobulation_fraction * diameter
    shape = {
        "irregularity": irregularity(mesh),
        "sphericity": sphericity(mesh.volume_mm3, mesh.area_mm2),
        "solidity": mesh.volume_mm3 / hull.volume_mm3,
        "deep_lobulations_count": concavities(mesh, hull, min_depth_mm, settings.concavity_merge_fraction),
    }
    try:
        edge = context.edge
    except NotMeasurable as reason:
        return Outcome(Margin(**shape), skipped={"edge": str(reason)})  # type: ignore[arg-type]
    width, area = edge.width[edge.measured], edge.area[edge.measured]
    fraction = float(np.average(width > settings.indistinct_width_mm, weights=area))
    widths = SurfaceMap(edge.points, np.where(edge.measured, edge.width, np.nan), "10–90 % width of the edge in mm")
    return Outcome(
        Margin(
            **shape,  # type: ignore[arg-type]  # three floats and a count
            ill_defined_fraction=fraction,
            ill_defined=fraction > settings.ill_defined_fraction,
            ill_defined_threshold=settings.ill_defined_fraction,
            edge_width_mm=_weighted_median(width, area),
            measured_fraction=edge.measured_fraction,
            series=edge.series,
            quality=join_warnings(
                *context.views.quality_flags(context.study.series[Role(edge.series)]), *context.views.neighbour_flags
            ),
        ),
        regions={"edge_width": widths},
    )


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])
