"""The cord on T2 near a lesion: its oedema, and a tube of fluid in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Mask, Volume
from pnst.kernels.morphology import dilate, erode
from pnst.kernels.straightened import StraightBox
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import CordSettings
from pnst.measurement.spinal_canal import SpinalCanal
from pnst.measurement.tube_course import TubeCourse
from pnst.segmentation.cord_tissue import CordEdema, CordLevel, cord_edema, cord_level, inner_cord
from pnst.segmentation.perilesional import resample_nearest
from pnst.study import Lesion, Series
from pnst.typing import BoolArray, FloatArray

MARGIN_MM = 12.0
"""Room beside the cord, where fluid is looked for."""
RING_MM = (1.0, 4.0)
EDGE_SHARE = 0.6
"""Of a voxel's width across the cord: as deep as fluid mixes in."""
FLUID_PERCENTILE = 90
MIN_FLUID_VOXELS = 30
MIN_FLUID_STEP = 0.3
"""Fluid is brighter than the cord by more than this share of it, else nothing tells them apart."""


@dataclass(frozen=True, eq=False)
class CordSignal:
    """The cord's voxels of one series, within reach of the lesion."""

    volume: Volume
    course: TubeCourse
    settings: CordSettings
    cord: BoolArray
    lesion: BoolArray
    inner: BoolArray
    """Cord off its edge and the lesion's."""
    fluid_level: float | None
    """Signal of the fluid round the cord; None where it is not brighter than the cord."""
    level: CordLevel

    @cached_property
    def fluid(self) -> BoolArray:
        """(ni, nj, nk): cord as bright as fluid."""
        if self.fluid_level is None:
            return np.zeros_like(self.cord)
        share = self.settings.syrinx_step_fraction
        threshold = self.level.mode + share * (self.fluid_level - self.level.mode)
        return np.asarray(self.inner & (np.nan_to_num(self.volume.data) > threshold))

    @cached_property
    def edema(self) -> CordEdema:
        """The oedema in the cord that is connected to the lesion; none where there is less than counts."""
        threshold = self.level.mode + self.settings.edema_sd * self.level.sd
        edema = cord_edema(self.volume.data, self.cord, self.lesion, self.inner, self.fluid, threshold)
        enough = (
            np.count_nonzero(edema.whole) * self.volume.grid.voxel_volume_mm3 >= 1000 * self.settings.least_edema_ml
        )
        nothing = np.zeros_like(self.cord)
        return edema if enough else CordEdema(nothing, nothing)

    @property
    def edema_mask(self) -> Mask:
        """All of it."""
        return Mask(self.edema.whole, self.volume.grid)

    def edema_length_mm(self) -> float:
        """From its lowest to its highest voxel along the line, off the cord's edge; 0 without.

        A voxel's own height is counted once: the ends lie half-way through theirs on average.
        """
        if not self.edema.inner.any():
            return 0.0
        grid = self.volume.grid
        arc, _ = self.course.line.project(grid.to_world(np.argwhere(self.edema.inner)))
        along = np.abs(self.course.line.tangents.mean(axis=0) @ grid.directions)
        return float(np.ptp(arc) + (along * np.asarray(grid.spacing)).max())

    def syrinx_width_mm(self) -> float:
        """The greatest width that a tube of fluid in the cord keeps over the length of a syrinx; 0 without fluid."""
        if self.fluid_level is None:
            raise NotMeasurable("the fluid round the cord is not brighter than the cord")
        if not self.fluid.any():
            return 0.0
        low, high = self.course.low_mm - self.settings.search_mm, self.course.high_mm + self.settings.search_mm
        box = StraightBox(self.course.line, np.arange(low, high, 1.0), self.course.radius_mm, 0.5)
        share = box.cut(self._fluid_share(self.fluid_level), self.volume.grid.affine)
        width = 2 * np.sqrt(share.sum(axis=(1, 2)) * box.pixel_mm**2 / np.pi)
        count = max(1, round(self.settings.syrinx_length_mm / box.step_mm))
        windows = np.lib.stride_tricks.sliding_window_view(width, count)
        return float(windows.min(axis=1).max())

    def _fluid_share(self, fluid_level: float) -> FloatArray:
        """(ni, nj, nk): how much of each voxel in and beside the fluid is fluid, by the signal of the cord round it."""
        near = dilate(self.fluid)
        round_it = dilate(near) & ~near & self.cord
        ground = float(np.median(self.volume.data[round_it])) if round_it.any() else self.level.mode
        share = np.clip((self.volume.data - ground) / max(fluid_level - ground, 1e-6), 0, 1)
        return np.where(near & self.cord, share, 0.0)


def read_cord_signal(
    series: Series, spine: SpinalCanal, lesion: Lesion, course: TubeCourse, settings: CordSettings
) -> CordSignal:
    """The cord on a series; `NotMeasurable` where too little of it lies there."""
    whole, grid = spine.cord, series.volume.grid
    reach = _near(whole, course, settings.search_mm)
    near = resample_nearest(reach, whole.grid, grid, fill=False)
    box = Mask(near, grid).box(MARGIN_MM)
    if box is None:
        raise NotMeasurable("the cord lies outside the T2 series")
    volume, cord = series.volume.crop(box), near[box]
    inside = lesion.mask_on(volume.grid).data
    cord = cord & ~inside
    inner = inner_cord(cord, inside, volume.grid.spacing, _edge_mm(volume, course)) & np.isfinite(volume.data)
    if np.count_nonzero(inner) < settings.least_cord_voxels:
        raise NotMeasurable("too few voxels of the T2 series lie in the cord off its edge")
    level = cord_level(volume.data[inner])
    fluid_level = _fluid_level(volume, cord, inside, level, spine)
    return CordSignal(volume, course, settings, cord, inside, inner, fluid_level, level)


def _edge_mm(volume: Volume, course: TubeCourse) -> float:
    """How deep fluid mixes into the cord: by the part of a voxel that lies across the line where it is most oblique."""
    inside = (course.line.arc > course.box.arc[0]) & (course.line.arc < course.box.arc[-1])
    along = course.line.tangents[inside] @ volume.grid.directions
    across = np.linalg.norm(np.sqrt(np.clip(1 - along**2, 0, 1)) * np.asarray(volume.grid.spacing), axis=1)
    return EDGE_SHARE * float(across.max())


def _near(cord: Mask, course: TubeCourse, search_mm: float) -> BoolArray:
    index = np.argwhere(cord.data)
    arc, _ = course.line.project(cord.grid.to_world(index))
    kept = (arc > course.low_mm - search_mm) & (arc < course.high_mm + search_mm)
    near = np.zeros_like(cord.data)
    near[tuple(index[kept].T)] = True
    return near


def _fluid_level(
    volume: Volume, cord: BoolArray, lesion: BoolArray, level: CordLevel, spine: SpinalCanal
) -> float | None:
    """The median of the fluid's mask off its edge, else a high percentile of a ring round the cord."""
    given = spine.study.masks.get("csf")
    values = np.empty(0)
    if given is not None:
        values = volume.data[erode(resample_nearest(given.data, given.grid, volume.grid, fill=False))]
    bright = float(np.median(values)) if values.size >= MIN_FLUID_VOXELS else _ring_level(volume, cord, lesion)
    return bright if bright > (1 + MIN_FLUID_STEP) * level.mode else None


def _ring_level(volume: Volume, cord: BoolArray, lesion: BoolArray) -> float:
    import edt

    away: FloatArray = edt.edt(np.ascontiguousarray(~cord).view(np.uint8), anisotropy=volume.grid.spacing)
    ring = (away > RING_MM[0]) & (away < RING_MM[1]) & ~dilate(lesion) & np.isfinite(volume.data)
    return float(np.percentile(volume.data[ring], FLUID_PERCENTILE)) if ring.any() else 0.0
