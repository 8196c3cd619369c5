"""The sharpness of the lesion's edge: widths of the profiles across its surface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pnst.image import Grid, Volume, bounding_box
from pnst.kernels.edge import (
    WIDTH_10_90_PER_SIGMA,
    Steps,
    bic_variance_ratio,
    fit_step,
    fit_step_beside,
)
from pnst.kernels.noise import noise_sd
from pnst.kernels.partial_volume import coverage
from pnst.kernels.patches import averaging_operator, local_median
from pnst.kernels.sampling import rays, sample
from pnst.kernels.statistics import weighted_median
from pnst.measurement.family import NotMeasurable
from pnst.measurement.series_view import SeriesViews
from pnst.measurement.settings import MarginSettings
from pnst.study import Lesion, Role, Series, Study
from pnst.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

EDGE_ROLES = (Role.T1_POST, Role.T2_FS, Role.T2)
"""The series that can show an edge; T1 alone does not (the step to muscle is 2–3 noise SDs)."""
PROFILE_STEP_MM = 0.5
PROFILE_CELL_MM = 1.2
"""One profile for each cell of the surface of this size, or of this share of a large lesion's radius."""
PROFILE_CELL_SHARE = 1 / 15
INTERPOLATED_NOISE = (8 / 27) ** 0.5
"""Noise of trilinear values ÷ noise of the voxels: 2/3 of the variance an axis, averaged over the places in a voxel."""
INTERPOLATED_VOXELS = 1.5
"""Values between voxels are independent at this many voxels: the triangle's area ÷ that of its square."""


@dataclass(frozen=True, eq=False)
class Edge:
    """The edge at n points of the lesion's surface."""

    points: FloatArray
    """(n, 3) RAS mm."""
    width: FloatArray
    """(n,) 10–90 % distance in mm, the voxel's own blur taken off; 0 where unmeasured."""
    offset: FloatArray
    """(n,) mm outward from the contour to the edge; 0 where unmeasured."""
    area: FloatArray
    """(n,) mm² that each stands for."""
    measured: BoolArray
    measured_fraction: float
    series: str
    """The series that most of the measured edge was read on."""

    @property
    def median_offset_mm(self) -> float:
        """Area-weighted median of the offset where it was measured."""
        return weighted_median(self.offset[self.measured], self.area[self.measured])


@dataclass(frozen=True, eq=False)
class _Places:
    """Where the profiles lie."""

    points: FloatArray
    normals: FloatArray
    area: FloatArray
    offsets: FloatArray
    patch_mm: float
    """Profiles are averaged over this radius."""
    median_mm: float
    """Widths are the median over this one."""


@dataclass(frozen=True, eq=False)
class _Reading:
    """One series' profiles, and the steps found in them."""

    grid: Grid
    profiles: FloatArray
    """(n, m); 0 where the profile leaves the image."""
    steps: Steps
    own: Steps
    """What the same fit finds on a sharp edge of this lesion's shape in these voxels."""
    flat_sigma: FloatArray
    """(n,) mm: own blur were the surface flat."""
    seen: BoolArray
    noise: float

    def quality(self, settings: MarginSettings) -> FloatArray:
        """(n,): step ÷ what the fit leaves, at least the noise; 0 where this series cannot measure the vertex."""
        height = np.abs(self.steps.height)
        blurred = (
            np.maximum(
                WIDTH_10_90_PER_SIGMA * self.flat_sigma,
                WIDTH_10_90_PER_SIGMA * self.own.sigma / settings.curved_blur_ratio,
            )
            > settings.indistinct_width_mm
        )
        weak = (height < settings.least_step_noise_ratio * self.noise) | (height == 0)
        beside = np.abs(self.offset) > settings.edge_within_mm
        floor = np.maximum(INTERPOLATED_NOISE * self.noise, 1e-9 * max(float(height.max(initial=0)), 1e-30))
        bad = blurred | weak | beside | ~self.seen
        return np.where(bad, 0, height / np.maximum(floor, self.steps.residual))

    @property
    def offset(self) -> FloatArray:
        """(n,) mm: how far outside the place where the contour's own edge would show the edge lies."""
        return np.asarray(self.steps.position - self.own.position)

    @property
    def width(self) -> FloatArray:
        """(n,) mm: own blur taken off."""
        return np.asarray(WIDTH_10_90_PER_SIGMA * np.sqrt(np.maximum(self.steps.sigma**2 - self.own.sigma**2, 0)))


def read_edge(study: Study, views: SeriesViews) -> Edge:
    """Width of the edge at each place of the surface, on the series whose step shows best; or `NotMeasurable`."""
    candidates = [study.series[role] for role in EDGE_ROLES if role in study.series]
    if not candidates:
        raise NotMeasurable("no contrast-enhanced T1, fat-suppressed T2 or T2 series")
    settings, places = views.settings.margin, _places(views)
    average = averaging_operator(places.points, places.normals, places.area, places.patch_mm)
    readings: list[_Reading] = []
    for series in candidates:
        readings.append(_read(views, series, places, average, readings))
    rows = np.arange(len(places.points))
    best = np.argmax([reading.quality(settings) for reading in readings], axis=0)
    readings = _second_look(readings, best, places, settings)
    quality = np.array([reading.quality(settings) for reading in readings])
    best = quality.argmax(axis=0)
    measured = quality[best, rows] > 0
    share = float(places.area[measured].sum() / places.area.sum())
    if share < settings.least_measured_fraction:
        names = ", ".join(str(series.role) for series in candidates)
        raise NotMeasurable(
            f"only {share:.0%} of the surface shows an edge on {names} "
            f"({settings.least_measured_fraction:.0%} are needed)"
        )
    width, offset = (
        np.where(measured, np.array(columns)[best, rows], 0.0)
        for columns in zip(*((reading.width, reading.offset) for reading in readings), strict=True)
    )
    width = local_median(width, measured, places.points, places.normals, places.median_mm)
    counts = np.bincount(best[measured], weights=places.area[measured], minlength=len(candidates))
    return Edge(places.points, width, offset, places.area, measured, share, str(candidates[int(counts.argmax())].role))


def _places(views: SeriesViews) -> _Places:
    """Profiles over the surface, inward no further than the middle of the lesion."""
    mesh, settings = views.lesion.mesh, views.settings.margin
    radius = float((3 * mesh.volume_mm3 / (4 * np.pi)) ** (1 / 3))
    cell = max(PROFILE_CELL_MM, PROFILE_CELL_SHARE * radius)
    coarser = cell / PROFILE_CELL_MM
    chosen, area = views.lesion.subsampled(cell)
    outward = round(settings.profile_reach_mm / PROFILE_STEP_MM)
    inward = max(2, min(outward, int(mesh.axes[0][2] / PROFILE_STEP_MM)))
    return _Places(
        mesh.vertices[chosen],
        mesh.vertex_normals[chosen],
        area,
        PROFILE_STEP_MM * np.arange(-inward, outward + 1),
        patch_mm=min(coarser * settings.patch_mm, radius / settings.patches_in_radius),
        median_mm=min(coarser * settings.median_mm, radius / settings.medians_in_radius),
    )


def _read(
    views: SeriesViews, series: Series, places: _Places, average: csr_array, before: Sequence[_Reading]
) -> _Reading:
    """Profiles averaged over patches, one step in each; and the same on the lesion's own shape."""
    perilesional = views.perilesional(series)
    grid = perilesional.volume.grid
    world = rays(places.points, places.normals, places.offsets)
    profiles = average @ sample(perilesional.volume.data, grid.to_index(world)).astype(np.float64)
    seen = np.isfinite(profiles).all(axis=1)
    profiles[~seen] = 0
    own = next((reading.own for reading in before if reading.grid.matches(grid)), None)
    if own is None:
        shape = _sharp_lesion(views.lesion, perilesional.volume, perilesional.lesion.data)
        sharp = np.nan_to_num(sample(shape.data, shape.grid.to_index(world)), nan=0.0)
        own = fit_step(places.offsets, average @ sharp.astype(np.float64))
    # A flat border is blurred by (Σ (nᵢ·spacingᵢ)²)/4: 1/12 voxel from the voxel's box, 1/6 from interpolation.
    flat = np.sqrt(((places.normals @ grid.directions * grid.spacing) ** 2).sum(axis=1)) / 2
    noise = noise_sd(perilesional.volume.data, perilesional.shell | perilesional.lesion.data, grid.slice_axis)
    seen &= noise >= 0
    steps = fit_step(places.offsets, profiles)
    return _Reading(grid, profiles, steps, own, flat, seen, noise if noise >= 0 else 0.0)


def _sharp_lesion(lesion: Lesion, image: Volume, inside: BoolArray) -> Volume:
    """The share of the lesion in each voxel of an image, cropped to it."""
    box = bounding_box(inside, image.grid.spacing, max(image.grid.spacing))
    grid = image.grid if box is None else image.grid.crop(box)
    to_mask = lesion.mask.grid.canonical().inverse @ grid.affine
    return Volume(coverage(lesion.level_set, grid.shape, to_mask, grid.spacing), grid)


def _second_look(readings: list[_Reading], best: IntArray, places: _Places, settings: MarginSettings) -> list[_Reading]:
    """Two steps where one leaves more than noise on the series that shows it best."""
    rows = np.arange(len(places.points))
    left = np.array([reading.steps.residual for reading in readings])[best, rows]
    height = np.abs(np.array([reading.steps.height for reading in readings])[best, rows])
    noise = INTERPOLATED_NOISE * np.array([reading.noise for reading in readings])[best]
    none = np.array([reading.quality(settings) for reading in readings]).max(axis=0) == 0
    doubtful = np.flatnonzero((left > np.maximum(noise, settings.max_misfit_fraction * height)) | none)
    ripple = settings.min_step_height_ratio
    return [_with_second(reading, doubtful, places.offsets, ripple) for reading in readings]


def _with_second(reading: _Reading, doubtful: IntArray, offsets: FloatArray, min_height_ratio: float) -> _Reading:
    """A second step in the doubtful profiles, where it is believed."""
    rows = doubtful[reading.seen[doubtful]]
    if not rows.size:
        return reading
    two = fit_step_beside(offsets, reading.profiles[rows], reading.flat_sigma[rows], min_height_ratio)
    resolution = INTERPOLATED_VOXELS * 2 * reading.flat_sigma[rows]
    max_variance = bic_variance_ratio(float(offsets[-1] - offsets[0]), resolution) * reading.steps.residual[rows] ** 2
    believed = two.residual**2 < max_variance
    steps = Steps(*(column.copy() for column in reading.steps))
    for column, better in zip(steps, two, strict=True):
        column[rows[believed]] = better[believed]
    return replace(reading, steps=steps)
