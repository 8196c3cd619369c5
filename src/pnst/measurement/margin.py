"""Margin: the irregularity of the lesion's shape and the sharpness of its edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import FloatArray
from pnst.kernels.edge import RISE, fit_steps
from pnst.kernels.mesh import thinned
from pnst.kernels.noise import noise_sd
from pnst.kernels.sampling import rays, sample
from pnst.kernels.shape import concavities, irregularity, sphericity
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome
from pnst.study import Role, Series

EDGE_ROLES = (Role.T1_POST, Role.T2_FS, Role.T2)
"""The series that can show an edge; T1 alone does not (the step to muscle is 2–3 noise SDs)."""
PROFILE_STEP_MM = 0.5
PROFILE_CELL_MM = 1.5
"""One profile for each cell of the surface of this size."""


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
    least_depth = settings.deep_lobulation_fraction * diameter
    shape = {
        "irregularity": irregularity(mesh),
        "sphericity": sphericity(mesh.volume_mm3, mesh.area_mm2),
        "solidity": mesh.volume_mm3 / hull.volume_mm3,
        "deep_lobulations_count": concavities(mesh, hull, least_depth),
    }
    try:
        edge = _edge(context)
    except NotMeasurable as reason:
        return Outcome(Margin(**shape), skipped={"edge": str(reason)})  # type: ignore[arg-type]
    fraction = float(np.average(edge.width > settings.indistinct_width_mm, weights=edge.area))
    return Outcome(
        Margin(
            **shape,  # type: ignore[arg-type]  # three floats and a count
            ill_defined_fraction=fraction,
            ill_defined=fraction > settings.ill_defined_fraction,
            ill_defined_threshold=settings.ill_defined_fraction,
            edge_width_mm=_weighted_median(edge.width, edge.area),
            measured_fraction=edge.measured_fraction,
            series=edge.series,
        )
    )


@dataclass(frozen=True, eq=False)
class _Edge:
    """Edge widths of the measured part of the surface."""

    width: FloatArray
    """(n,) 10–90 % distance in mm, the voxel's own blur taken off."""
    area: FloatArray
    """(n,) mm² that each stands for."""
    measured_fraction: float
    series: str


def _edge(context: Context) -> _Edge:
    """Profiles along the normals, each read on the series with the greatest step ÷ noise."""
    found = [context.study.series[role] for role in EDGE_ROLES if role in context.study.series]
    if not found:
        raise NotMeasurable("no contrast-enhanced T1, fat-suppressed T2 or T2 series")
    settings, mesh = context.settings.margin, context.lesion.mesh
    chosen, area = thinned(mesh, PROFILE_CELL_MM)
    points, normals = mesh.vertices[chosen], mesh.vertex_normals[chosen]
    width, ratio = np.stack([_profile_widths(context, series, points, normals) for series in found], axis=1)
    best = np.argmax(ratio, axis=0)
    rows = np.arange(len(points))
    measured = ratio[best, rows] >= settings.least_step_noise_ratio
    share = float(area[measured].sum() / area.sum())
    if share < settings.least_measured_fraction:
        names = ", ".join(str(series.role) for series in found)
        raise NotMeasurable(
            f"only {share:.0%} of the surface shows an edge on {names} "
            f"({settings.least_measured_fraction:.0%} are needed)"
        )
    counts = np.bincount(best[measured], weights=area[measured], minlength=len(found))
    return _Edge(width[best, rows][measured], area[measured], share, str(found[int(counts.argmax())].role))


def _profile_widths(context: Context, series: Series, points: FloatArray, normals: FloatArray) -> FloatArray:
    """(2, n): edge width in mm, and step ÷ noise; the ratio is 0 where this series cannot measure the vertex."""
    settings, grid = context.settings.margin, series.volume.grid
    around = context.around(series)
    noise = noise_sd(around.volume.data, around.shell | around.lesion.data, around.volume.grid.slice_axis)
    reach = settings.profile_reach_mm
    offsets = np.linspace(-reach, reach, 2 * round(reach / PROFILE_STEP_MM) + 1)
    profiles = sample(around.volume.data, around.volume.grid.to_index(rays(points, normals, offsets)))
    # A ray gives (Σ (nᵢ·spacingᵢ)²)/4 of blur by itself: 1/12 voxel from the voxel's box, 1/6 from interpolation.
    own_blur = (RISE**2 / 4) * ((normals @ grid.directions * grid.spacing) ** 2).sum(axis=1)
    usable = np.isfinite(profiles).all(axis=1) & (np.sqrt(own_blur) <= settings.indistinct_width_mm)
    out = np.zeros((2, len(points)))
    if usable.any() and noise >= 0:
        steps = fit_steps(offsets, profiles[usable].astype(np.float64), noise)
        out[0, usable] = np.sqrt(np.maximum((RISE * steps.sigma) ** 2 - own_blur[usable], 0))
        out[1, usable] = np.abs(steps.height) / max(noise, 1e-9 * float(np.abs(steps.height).max(initial=1e-30)))
    return out


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])
