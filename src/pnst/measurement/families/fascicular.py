"""The fascicular sign: dark dots in bright rings within the lesion on T2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Mask
from pnst.kernels.dots import DotLimits, Dots, dark_dots
from pnst.kernels.noise import noise_sd
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.settings import FascicularSettings
from pnst.segmentation.interior import Interior
from pnst.study import Role, Series
from pnst.typing import BoolArray, FloatArray


@dataclass(frozen=True, kw_only=True)
class Fascicular(Family):
    """Dots in rings, slice by slice."""

    count: int
    """On the slice that holds the second most: two slices hold at least so many."""
    present: bool
    present_threshold: int
    """Least `count`."""
    series: str
    """The role it was read on."""


def measure_fascicular(context: Context) -> Outcome:
    """Dark dots with a bright ring in the slices of T2, else of fat-suppressed T2, whose voxels are fine enough."""
    settings = context.settings.fascicular
    series = _fine_series(context, settings)
    inside = context.views.interior(series)
    data, where = _of_the_lesion(inside)
    if not where.any():
        raise NotMeasurable("the lesion is too small for its voxels: none is off the edge")
    mean, axis = float(data[where].mean(dtype=np.float64)), inside.volume.grid.slice_axis
    if mean <= 0:
        raise NotMeasurable("the lesion holds no signal on T2")
    noise = noise_sd(inside.volume.data, where, axis)
    dots = dark_dots(data, where, inside.volume.grid.spacing, axis, _limits(settings, data[where], noise))
    counts = np.bincount(dots.index[:, axis], minlength=2)
    count = int(np.sort(counts)[-2])
    return Outcome(
        Fascicular(
            count=count,
            present=count >= settings.min_dots,
            present_threshold=settings.min_dots,
            series=str(series.role),
            quality=join_warnings(*context.views.quality_flags(series)),
        ),
        regions={"fascicles": _discs(inside, dots)},
    )


def _fine_series(context: Context, settings: FascicularSettings) -> Series:
    """The first T2 series whose voxels are small enough in plane; `NotMeasurable` without one."""
    known = [context.study.series[role] for role in (Role.T2, Role.T2_FS) if role in context.study.series]
    if not known:
        raise NotMeasurable("no T2 series")
    sides = [_longest_in_plane(series) for series in known]
    fine = [series for series, side in zip(known, sides, strict=True) if side <= settings.max_pixel_mm]
    if not fine:
        raise NotMeasurable(
            f"voxels of {min(sides):.2g} mm in plane are too large for fascicles (at most {settings.max_pixel_mm:g} mm)"
        )
    return fine[0]


def _longest_in_plane(series: Series) -> float:
    grid = series.volume.grid
    return max(step for axis, step in enumerate(grid.spacing) if axis != grid.slice_axis)


def _of_the_lesion(inside: Interior) -> tuple[FloatArray, BoolArray]:
    """The image within the lesion, its mean elsewhere so that nothing outside makes an edge; and where dots may lie."""
    known = inside.lesion.data & np.isfinite(inside.volume.data)
    mean = inside.volume.data[inside.core].mean(dtype=np.float64) if inside.core.any() else 0.0
    return np.where(known, inside.volume.data, mean).astype(np.float32), inside.core


def _limits(settings: FascicularSettings, values: FloatArray, noise: float) -> DotLimits:
    """What counts as a dot among the lesion's values (n,)."""
    mean = float(values.mean(dtype=np.float64))
    return DotLimits(
        min_mm=settings.min_dot_mm,
        max_mm=settings.max_dot_mm,
        ring_mm=settings.ring_mm,
        min_contrast=max(
            settings.contrast_fraction * mean, settings.contrast_noise_sd * (noise if np.isfinite(noise) else 0.0)
        ),
        max_middle=settings.middle_ratio * float(np.median(values)),
        min_crest=settings.crest_ratio * max(mean, float(np.median(values))),
        min_closure=settings.closure_fraction,
        max_variation=settings.variation,
    )


def _discs(inside: Interior, dots: Dots) -> Mask:
    """The voxels of the dots, each a disc in its slice."""
    grid, axis = inside.volume.grid, inside.volume.grid.slice_axis
    out = np.zeros(grid.shape, dtype=bool)
    if len(dots.index):
        steps = [
            np.arange(-n, n + 1) for n in np.ceil(dots.diameter_mm.max() / 2 / np.asarray(grid.spacing)).astype(int)
        ]
        steps[axis] = np.zeros(1, dtype=int)
        shifts = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
        within = np.linalg.norm(shifts * grid.spacing, axis=1) <= dots.diameter_mm[:, None] / 2
        at = (dots.index[:, None, :] + shifts)[within]
        at = at[((at >= 0) & (at < grid.shape)).all(axis=1)]
        out[tuple(at.T)] = True
    return Mask(out, grid)
