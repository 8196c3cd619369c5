"""One more look at the same lesion: another phase and turn of the voxels, a boundary a little off, other noise."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.kernels.diffusion import group_by_b_value
from pnst.kernels.noise import noise_sd
from pnst.kernels.offset_surface import offset_surface, smooth_field
from pnst.measurement.context import Context
from pnst.measurement.diffusion_noise import measurement_noise
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import UncertaintySettings
from pnst.study import Lesion, Role, Series
from pnst.typing import AnyArray, Float32Array, FloatArray

MARGIN_VOXELS = 3
"""Empty voxels round the lesion on its turned grid."""
EDEMA_REACH = 1.5
"""Oedema that reaches as far as tissue is looked for is looked for this many times as far: it costs time alone."""
POOL = 1_000_003
"""Drawn values of noise, used over and over; a prime, so that they never come to lie in the same rows of an image."""


class Perturbations:
    """Contexts like one that was measured, each a little perturbed. What the perturbations leave alone is shared:
    the levels of muscle and fat, and the part of each image that is looked at.
    """

    def __init__(self, context: Context, edema_mm: float) -> None:
        self._context = context
        self._settings: UncertaintySettings = context.settings.uncertainty
        near_mm = context.settings.tissue.near_mm
        reach_mm = near_mm if edema_mm < near_mm - self._settings.noise_mm else EDEMA_REACH * edema_mm
        masks = _seen(context)
        series = {role: _in_rows(_near(context.study.series[role], mask, reach_mm)) for role, mask in masks.items()}
        self._study = replace(context.study, series=series)
        rng = np.random.default_rng(self._settings.seed)
        self._noise = {role: _drawn(noise_near(context, role, mask), rng) for role, mask in masks.items()}

    def draw(self, seed: int) -> Context:
        """The repetition of that number; the same number gives the same one."""
        rng = np.random.default_rng([self._settings.seed, seed])
        lesion = perturbed(self._context.lesion, self._settings, rng)
        series = {role: _with_noise(one, self._noise[role], rng) for role, one in self._study.series.items()}
        return self._context.repeated(replace(self._study, series=series), lesion)


def _seen(context: Context) -> dict[Role, Mask]:
    """The lesion on each series that holds a part of it."""
    masks = {}
    for role, series in context.study.series.items():
        with suppress(NotMeasurable):
            masks[role] = context.views.mask(series)
    return masks


def _near(series: Series, lesion: Mask, reach_mm: float) -> Series:
    """The part of a series within reach of the lesion, a mask on the series' grid."""
    box = lesion.box(reach_mm)
    return series if box is None else replace(series, volume=series.volume.crop(box))


def _in_rows(series: Series) -> Series:
    """The series stored in canonical order, last axis fastest, as masks and noise are: nothing has to be turned again.

    Diffusion, whose maps are drawn voxel by voxel, keeps the order of its axes.
    """
    volume = series.volume if series.volume.data.ndim > 3 else series.volume.canonical()
    return replace(series, volume=Volume(np.ascontiguousarray(volume.data), volume.grid, volume.unit))


def noise_near(context: Context, role: Role, lesion: Mask) -> float:
    """SD of a series' noise near the lesion; NaN where it cannot be told."""
    near = _near(context.study.series[role], lesion, context.settings.uncertainty.noise_mm)
    volume = near.volume
    if near.b_values is not None:
        adc = context.settings.adc
        return measurement_noise(volume, group_by_b_value(near.b_values, adc.b_tolerance), adc)
    return noise_sd(volume.data, np.ones(volume.grid.shape, dtype=bool), volume.grid.slice_axis)


def _drawn(sd: float, rng: np.random.Generator) -> Float32Array:
    """(`POOL`,) values of noise; 0 where its SD is not known."""
    return rng.standard_normal(POOL, dtype=np.float32) * np.float32(sd if np.isfinite(sd) else 0.0)


def _with_noise(series: Series, noise: Float32Array, rng: np.random.Generator) -> Series:
    """The series with other noise on top: the values from another place on.

    Diffusion, whose fit takes off what noise adds to a magnitude, stays a magnitude: noise in both of its channels.
    """
    volume = series.volume
    noisy = volume.data + _from(noise, volume.data, rng)
    if series.b_values is not None:
        noisy = np.hypot(noisy, _from(noise, volume.data, rng))
    return replace(series, volume=Volume(noisy, volume.grid, volume.unit))


def _from(noise: Float32Array, like: AnyArray, rng: np.random.Generator) -> Float32Array:
    """The values from a drawn place on, over and over, in the shape of an image."""
    first = int(rng.integers(POOL))
    return np.resize(np.concatenate([noise[first:], noise[:first]]), like.shape)


def perturbed(lesion: Lesion, settings: UncertaintySettings, rng: np.random.Generator) -> Lesion:
    """The lesion's surface, moved within its uncertainty, voxelised on a turned and shifted grid of the same voxels."""
    mask = lesion.mask.canonical()
    spacing = np.asarray(mask.grid.spacing)
    sd = float(np.hypot(settings.boundary_voxels * np.cbrt(np.prod(spacing)), lesion.boundary_sd_mm))
    level = lesion.level_set
    outward = sd * (rng.normal() + smooth_field(level.values.shape, rng)) / np.sqrt(2)
    grid = _turned(mask, rng.normal(size=3) * settings.turn_deg, rng.uniform(-0.5, 0.5, 3))
    inside = offset_surface(level, outward, spacing).inside(grid.shape, mask.grid.inverse @ grid.affine)
    return lesion if not inside.any() else Lesion(lesion.label, Mask(inside, grid), lesion.made_by)


def _turned(mask: Mask, turn_deg: FloatArray, shift_voxels: FloatArray) -> Grid:
    """The mask's own box with a margin, turned about its middle and shifted by a part of a voxel."""
    from scipy.spatial.transform import Rotation

    box = mask.box()
    if box is None:
        raise ValueError("a lesion is never empty")
    shape = [side.stop - side.start + 2 * MARGIN_VOXELS for side in box]
    first = np.array([side.start - MARGIN_VOXELS for side in box]) + shift_voxels
    middle = mask.grid.to_world(first + (np.asarray(shape) - 1) / 2)
    affine = mask.grid.affine.copy()
    affine[:3, :3] = Rotation.from_rotvec(np.radians(turn_deg)).as_matrix() @ affine[:3, :3]
    affine[:3, 3] = middle - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return Grid((shape[0], shape[1], shape[2]), affine)
