"""The spinal cord: how much of the lesion lies in it, their interface, and what the lesion does to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from pnst.kernels.cross_section import centroids, hulls
from pnst.kernels.roughness import quadric_departure
from pnst.measurement.context import Context
from pnst.measurement.cord_signal import read_cord_signal
from pnst.measurement.family import Family, NotMeasurable, Outcome, SurfaceMap, join_warnings
from pnst.measurement.settings import CordSettings
from pnst.measurement.tube_course import TubeCourse
from pnst.study import Role
from pnst.typing import BoolArray, FloatArray

REPLACED = 0.1
"""Where less than this share of the undeformed outline is left as cord the lesion has taken its place."""
PATCH_POINTS = 8
"""Points across a patch of the interface."""

Compartment = Literal["intramedullary", "extramedullary", "mixed"]


@dataclass(frozen=True, kw_only=True)
class Cord(Family):
    """The lesion and the spinal cord."""

    masks: ClassVar[frozenset[str]] = frozenset({"cord", "csf"})
    inside_fraction: float
    """Share of the lesion's volume inside the cord's outline."""
    compartment: Compartment
    compartment_threshold: float
    """The greater of the two thresholds of `inside_fraction`: above it the lesion is intramedullary."""
    interface_mm2: float
    border_roughness: float | None = None
    """None where lesion and cord do not touch."""
    border_ill_defined_fraction: float | None = None
    compression_ratio: float
    displacement_mm: float
    edema_length_mm: float | None = None
    edema_volume_ml: float | None = None
    syrinx_width_mm: float | None = None
    syrinx: bool | None = None
    syrinx_threshold: float | None = None
    """Least `syrinx_width_mm`."""
    series: str | None = None
    """The series that oedema and syrinx were read on."""


@dataclass(frozen=True, eq=False)
class _Outline:
    """The cord's outline at the sections that the lesion meets."""

    sections: BoolArray
    """(n, m, m)."""
    displacement_mm: FloatArray
    """(n,) NaN where no cord is left."""


def measure_cord(context: Context) -> Outcome:
    """Shape from the masks alone; oedema and syrinx on T2; the sharpness of the border where a series shows it."""
    settings, course = context.settings.cord, context.spine.cord_course
    outline = cord_outline(course, settings)
    share = _inside_fraction(context, course, outline)
    compression = float(course.areas[course.at_lesion].min() / course.reference_area_mm2)
    seen = outline.displacement_mm[np.isfinite(outline.displacement_mm)]
    border, border_skipped, regions = _border(context, course)
    signal, signal_skipped, warnings = _signal(context, course)
    regions |= signal.pop("regions", {})
    return Outcome(
        Cord(
            inside_fraction=share,
            compartment=_compartment(share, settings),
            compartment_threshold=settings.intramedullary_fraction,
            compression_ratio=compression,
            displacement_mm=float(seen.max(initial=0.0)),
            **border,
            **signal,
            quality=join_warnings(*course.warnings, *warnings),
        ),
        skipped=border_skipped | signal_skipped,
        regions=regions,
    )


def cord_outline(course: TubeCourse, settings: CordSettings) -> _Outline:
    """The outline that the cord would have without the lesion, if it explains the cord that is seen and the cord that
    is missing accounts for what of the lesion lies in it, over all its sections; also where nearly no cord is left.

    Elsewhere the lesion has pushed the cord aside, squeezed it or spread it, and its outline is the convex hull of what
    is seen of it: a rim of cord round the lesion holds it, a cord beside it does not.
    """
    at, box = course.at_lesion, course.box
    seen, undeformed, lesion = course.shares[at], course.outlines[at], course.lesion_inside[at]
    area, left = np.maximum(undeformed.sum(axis=(1, 2)), 1), seen.sum(axis=(1, 2))
    unexplained = float(np.abs(seen - undeformed).sum(where=~lesion) / area.sum())
    overlap, missing = float((undeformed & lesion).sum()), float((area - left).sum())
    explained = unexplained <= settings.unexplained_fraction and missing >= settings.missing_share * overlap
    kept = explained | (left < REPLACED * area)
    sections = np.where(kept[:, None, None], undeformed, hulls(seen >= 0.5))
    whole = np.maximum(seen, sections & lesion)
    apart = np.linalg.norm(centroids(whole) - centroids(undeformed.astype(np.float64)), axis=1)
    return _Outline(sections, apart * box.pixel_mm)


def _inside_fraction(context: Context, course: TubeCourse, outline: _Outline) -> float:
    """Of the lesion's volume; the bend of the line is allowed for."""
    inside = np.count_nonzero(course.lesion_inside[course.at_lesion] & outline.sections) * course.box.cell_mm3
    beyond = np.abs(course.line.project(context.lesion.mesh.vertices)[1]).max() > course.box.half_width_mm
    whole = np.count_nonzero(course.lesion_inside) * course.box.cell_mm3
    return float(min(inside / (context.lesion.mesh.volume_mm3 if beyond else max(whole, 1e-9)), 1.0))


def _compartment(share: float, settings: CordSettings) -> Compartment:
    if share > settings.intramedullary_fraction:
        return "intramedullary"
    return "extramedullary" if share < settings.extramedullary_fraction else "mixed"


def _border(context: Context, course: TubeCourse) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Area and roughness of the interface, and the share of it whose edge is indistinct."""
    settings, mesh = context.settings.cord, context.lesion.mesh
    distance = course.distance_to(mesh.vertices)
    near, area = distance <= settings.interface_mm, mesh.vertex_areas
    columns: dict[str, Any] = {"interface_mm2": float(area[near].sum())}
    regions = {
        "cord_distance": SurfaceMap(
            mesh.vertices, np.where(np.isfinite(distance), distance, np.nan), "distance to the cord in mm"
        )
    }
    if not near.any():
        return columns, {}, regions
    columns["border_roughness"] = border_roughness(context, near)
    try:
        edge = context.edge
    except NotMeasurable as reason:
        return columns, {"border": str(reason)}, regions
    where = edge.measured & (course.distance_to(edge.points) <= settings.interface_mm)
    if not where.any():
        return columns, {"border": "the edge is measured nowhere on the interface"}, regions
    blurred = edge.width[where] > context.settings.margin.indistinct_width_mm
    columns["border_ill_defined_fraction"] = float(np.average(blurred, weights=edge.area[where]))
    return columns, {}, regions


def border_roughness(context: Context, near: BoolArray) -> float | None:
    """Area-weighted RMS distance of the interface (n,) of the lesion's vertices from its quadric patches ÷ equivalent
    radius; None where it has too few points.
    """
    mesh, patch = context.lesion.mesh, context.settings.cord.patch_mm
    chosen, areas = context.lesion.subsampled(patch / PATCH_POINTS)
    departure = quadric_departure(mesh.vertices[chosen], mesh.vertex_normals[chosen], areas, patch / 2)
    kept = near[chosen] & np.isfinite(departure)
    if not kept.any():
        return None
    radius = float(np.cbrt(3 * mesh.volume_mm3 / (4 * np.pi)))
    return float(np.sqrt(np.average(departure[kept] ** 2, weights=areas[kept]))) / radius


def _signal(context: Context, course: TubeCourse) -> tuple[dict[str, Any], dict[str, str], tuple[str, ...]]:
    """Oedema and syrinx."""
    settings, series = context.settings.cord, context.series(Role.T2, Role.T2_FS)
    if series is None:
        return {}, {"edema": "no T2 series"}, ()
    try:
        signal = read_cord_signal(series, context.spine, context.lesion, course, settings)
    except NotMeasurable as reason:
        return {}, {"edema": str(reason)}, ()
    edema = signal.edema_mask
    columns: dict[str, Any] = {
        "edema_length_mm": signal.edema_length_mm(),
        "edema_volume_ml": edema.volume_mm3 / 1000,
        "series": str(series.role),
        "regions": {"cord_edema": edema} if edema.count else {},
    }
    try:
        width = signal.syrinx_width_mm()
    except NotMeasurable as reason:
        return columns, {"syrinx": str(reason)}, ()
    columns |= {
        "syrinx_width_mm": width,
        "syrinx": width >= settings.syrinx_width_mm,
        "syrinx_threshold": settings.syrinx_width_mm,
    }
    return columns, {}, ()
