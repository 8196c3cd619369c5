"""The borders of cord and canal round a line on T2, ray by ray; what a lesion hides is completed from what is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Volume
from pnst.kernels.centre_line import CentreLine
from pnst.kernels.polar import (
    RADIUS_STEP_MM,
    RAYS,
    completed_radii,
    first_crossing,
    median_of,
    polar_points,
    smooth_radii,
)
from pnst.kernels.sampling import sample
from pnst.typing import BoolArray, FloatArray, IntArray

REACH_MM = 14.0
SECTION_MM = 1.0
SMOOTHED_SECTIONS = 1.5
LEVEL_SECTIONS = 21
"""Cord and fluid keep their signal over so many sections: bright lesions of the cord are shorter."""
CORE_MM = 2.0
FLUID_MM = 2.0, 10.0
"""The brightest of a ray lies between."""
MIN_STEP = 0.35
"""Fluid is brighter than the cord by at least this share of it."""
RIM_MM = 1.0
"""So much of cord, or of what is dark beyond the canal, must be seen beside a lesion to be told from its edge."""
FLUID_SHARE = 0.75
"""What is as bright as this share of the fluid behind a lesion is fluid."""
OFF_WALL_MM = 0.75
OFF_BORDER_MM = 0.5
MIN_DARK_MM2 = 8.0
"""A section that shows less of the cord does not say where its middle is."""


@dataclass(frozen=True, eq=False)
class Walls:
    """The borders of cord and canal round a line."""

    line: CentreLine
    arc: FloatArray
    cord: FloatArray
    """(n, `RAYS`) mm."""
    canal: FloatArray
    seen: BoolArray
    """(n, `RAYS`) where fluid was bright beside a darker cord."""
    hidden: BoolArray
    """(n, `RAYS`) rays on which a lesion, or the image's end, hides one of the borders."""
    step: FloatArray
    """(n, `RAYS`) brightness of the fluid ÷ that of the cord, less 1; NaN where hidden."""
    half: FloatArray
    """(n,) half-way from the cord's signal to that of the fluid."""
    broken: BoolArray
    """(n, `RAYS`) where something as dark as the cord lies in the fluid: a root, or what is no fluid."""
    beside: FloatArray
    """(n, 2) mm from the line to the middle of what is dark in the canal."""


def rays_of(volume: Volume, line: CentreLine, arc: FloatArray) -> FloatArray:
    """(n, `RAYS`, k) an image along rays round a line, smoothed along it; NaN where it has no number."""
    from scipy.ndimage import gaussian_filter1d

    values = sample(volume.data.astype(np.float32), volume.grid.to_index(polar_points(line, arc, REACH_MM)))
    known = np.isfinite(values)
    total, weight = (
        gaussian_filter1d(part, SMOOTHED_SECTIONS, axis=0, mode="nearest")
        for part in (np.where(known, values, 0.0), known.astype(np.float32))
    )
    return np.where(known, total / np.maximum(weight, 1e-6), np.nan)


def sections_of(line: CentreLine) -> FloatArray:
    """(n,) lengths along a line, a section each."""
    return np.linspace(0.0, line.length_mm, max(2, round(line.length_mm / SECTION_MM) + 1))


def walls_round(volume: Volume, line: CentreLine) -> Walls:
    """Half-way up from the cord to the fluid of each ray, and half-way down from there.

    Where voxels without a number (a lesion) lie on a ray, only what is seen before or behind them counts.
    """
    arc = sections_of(line)
    values = rays_of(volume, line, arc)
    cord_level = _running(median_of(values[:, :, : round(CORE_MM / RADIUS_STEP_MM)].reshape(len(arc), -1)))
    peak_at, peak = _brightest(values)
    blind = np.isnan(values).any(axis=2)
    fluid_level = _running(median_of(np.where(blind, np.nan, peak)))
    fluid = np.where(blind, fluid_level[:, None], peak)
    step = fluid / np.maximum(cord_level[:, None], 1e-6) - 1
    half = (fluid + cord_level[:, None]) / 2
    cord = _cord_radii(values, half, cord_level)
    canal = _canal_radii(values, peak_at, peak, np.where(blind, FLUID_SHARE * fluid, -np.inf))
    enough = step > MIN_STEP
    cord, canal = (np.where(enough, part * RADIUS_STEP_MM, np.nan) for part in (cord, canal))
    hidden = blind & (np.isnan(cord) | np.isnan(canal))
    inner, outer = (smooth_radii(completed_radii(part), 1.5, 1.0) for part in (cord, canal))
    outer = np.maximum(outer, inner)
    return Walls(
        line,
        arc,
        inner,
        outer,
        seen=enough & ~hidden,
        hidden=hidden,
        step=np.where(hidden, np.nan, step),
        half=median_of(half),
        broken=_dark_between(inner, outer, values, half),
        beside=_middle_of_dark(values, half, outer),
    )


def _dark_between(low: FloatArray, high: FloatArray, values: FloatArray, level: FloatArray) -> BoolArray:
    """(n, `RAYS`) off both borders, where voxels hold a part of what lies beyond."""
    radii = np.arange(values.shape[2]) * RADIUS_STEP_MM
    within = (radii > low[..., None] + OFF_BORDER_MM) & (radii < high[..., None] - OFF_BORDER_MM)
    return np.asarray((within & (values < level[..., None])).any(axis=2))


def _brightest(values: FloatArray) -> tuple[IntArray, FloatArray]:
    first, last = (round(radius / RADIUS_STEP_MM) for radius in FLUID_MM)
    ring = np.where(np.isfinite(values), values, -np.inf)[:, :, first:last]
    at = first + ring.argmax(axis=2)
    return at, np.take_along_axis(np.where(np.isfinite(values), values, np.nan), at[..., None], axis=2)[..., 0]


def _running(levels: FloatArray) -> FloatArray:
    """The median over neighbouring sections of what is known."""
    half = LEVEL_SECTIONS // 2
    padded = np.pad(levels, half, constant_values=np.nan)
    return median_of(np.lib.stride_tricks.sliding_window_view(padded, LEVEL_SECTIONS))


def _first_and_last_blind(values: FloatArray) -> tuple[IntArray, IntArray]:
    blind = np.isnan(values)
    count = values.shape[-1]
    first = np.where(blind.any(axis=-1), blind.argmax(axis=-1), count)
    last = np.where(blind.any(axis=-1), count - 1 - blind[..., ::-1].argmax(axis=-1), -1)
    return first, last


def _cord_radii(values: FloatArray, half: FloatArray, cord_level: FloatArray) -> FloatArray:
    """(n, `RAYS`) in steps: where fluid begins, before a lesion or behind a rim of cord beyond it; else NaN."""
    rows, level = np.nan_to_num(values, nan=-np.inf).reshape(-1, values.shape[2]), half.ravel()
    first, last = (part.ravel() for part in _first_and_last_blind(values))
    rim, limit = round(RIM_MM / RADIUS_STEP_MM), FLUID_MM[1] / RADIUS_STEP_MM
    before = _crossing_up(rows, level, np.zeros(len(rows)))
    behind = _crossing_up(rows, level, last + float(rim))
    ground = np.repeat(cord_level, RAYS)
    after = np.clip(last[:, None] + 1 + np.arange(rim), 0, rows.shape[1] - 1)
    beside = np.take_along_axis(rows, after, axis=1)
    cord_like = (beside.min(axis=1) > 0.5 * ground) & (beside.max(axis=1) < level)
    begins = np.where(before < first, before, np.where(cord_like & (behind < limit), behind, np.nan))
    return np.asarray(begins.reshape(half.shape))


def _crossing_up(rows: FloatArray, level: FloatArray, start: FloatArray) -> FloatArray:
    return first_crossing(np.maximum(rows, -1e30), level, start, rising=True)


def _canal_radii(values: FloatArray, peak_at: IntArray, peak: FloatArray, least: FloatArray) -> FloatArray:
    """(n, `RAYS`) in steps: where the fluid ends, behind a lesion or well before it; else NaN."""
    shape, count = peak.shape, values.shape[2]
    rows = values.reshape(-1, count)
    first, last = (part.ravel() for part in _first_and_last_blind(values))
    ticks = np.arange(count)
    at, top = peak_at.ravel(), peak.ravel()
    rim = round(RIM_MM / RADIUS_STEP_MM)
    behind = at > last
    stretch = (ticks >= at[:, None]) & ((ticks < first[:, None]) | behind[:, None]) & np.isfinite(rows)
    beyond = np.where(stretch, rows, np.inf).min(axis=1)
    level = (beyond + np.nan_to_num(top, nan=np.inf)) / 2
    down = first_crossing(np.nan_to_num(rows, nan=1e30), level, at.astype(np.float64), rising=False)
    clear = behind | (down < first - rim)
    return np.where(clear & (top >= least.ravel()), down, np.nan).reshape(shape)


def _middle_of_dark(values: FloatArray, half: FloatArray, canal: FloatArray) -> FloatArray:
    """(n, 2) mm: the middle of what is darker than half-way to fluid in the canal; carried on where little is."""
    from scipy.ndimage import gaussian_filter1d

    radii, angles = np.arange(values.shape[2]) * RADIUS_STEP_MM, 2 * np.pi * np.arange(RAYS) / RAYS
    dark = (values < half[..., None]) & (radii < canal[..., None] - OFF_WALL_MM)
    cell = RADIUS_STEP_MM * 2 * np.pi / RAYS
    area = (dark @ radii).sum(axis=1) * cell
    moment = (dark @ radii**2) @ np.stack([np.cos(angles), np.sin(angles)], axis=-1) * cell
    shown = area >= MIN_DARK_MM2
    if not shown.any():
        return np.zeros((len(values), 2))
    ticks = np.arange(len(values))
    middle = moment[shown] / area[shown, None]
    carried = np.stack([np.interp(ticks, ticks[shown], middle[:, axis]) for axis in range(2)], axis=-1)
    return np.asarray(gaussian_filter1d(carried, 3.0, axis=0, mode="nearest"))
