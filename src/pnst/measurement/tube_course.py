"""The cord or the canal past a lesion: how it would run without it, and its sections there, straightened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Mask
from pnst.kernels.centre_line import CentreLine, line_of_tube
from pnst.kernels.cross_section import interpolated_outlines
from pnst.kernels.straightened import StraightBox
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import SpineSettings
from pnst.study import Lesion
from pnst.typing import BoolArray, FloatArray

Band = tuple[float, float]

MIN_BAND_MM = 2.0
"""A shorter stretch of the tube beyond the lesion says nothing of how it would run."""
MIN_REST = 0.05
LESION_CELLS = 24
"""Cells across the lesion, at least."""


@dataclass(frozen=True, eq=False)
class TubeCourse:
    """A tube past a lesion, straightened along the line that it would have without it."""

    name: str
    tube: Mask
    lesion: Lesion
    line: CentreLine
    low_mm: float
    """Where the lesion begins along the line …"""
    high_mm: float
    """… and where it ends."""
    below: Band | None
    """The stretch below the lesion by which the tube is known; None: it is not drawn so far."""
    above: Band | None
    warnings: tuple[str, ...]

    @cached_property
    def box(self) -> StraightBox:
        """From the lower stretch to the upper, wide enough for the tube and what lies in it."""
        pixel = float(np.clip((self.high_mm - self.low_mm) / LESION_CELLS, 0.25, 0.5))
        step = 2 * pixel
        start = self.low_mm - 2 if self.below is None else self.below[0]
        stop = self.high_mm + 2 if self.above is None else self.above[1]
        arc = start + step * np.arange(int(np.ceil((stop - start) / step)) + 1)
        return StraightBox(self.line, arc, 2.2 * self.radius_mm, pixel)

    @cached_property
    def radius_mm(self) -> float:
        """Of the circle of the tube's mean section, but at least 7 mm: what lies beside the cord is looked at too."""
        return max(7.0, float(np.sqrt(self.tube.volume_mm3 / (np.pi * max(self.line.length_mm, 1.0)))))

    @cached_property
    def at_lesion(self) -> BoolArray:
        """(n,) the sections that meet the lesion's stretch."""
        return np.asarray((self.box.arc >= self.low_mm) & (self.box.arc <= self.high_mm))

    @cached_property
    def lesion_inside(self) -> BoolArray:
        """(n, m, m): the cells whose middles lie within the lesion's smooth surface."""
        level, grid = self.lesion.level_set, self.lesion.mask.grid.canonical()
        affine = grid.affine @ _sample_affine(level.origin, level.step)
        return np.asarray(self.box.cut(level.values, affine) > 0)

    @cached_property
    def shares(self) -> FloatArray:
        """(n, m, m): the tube's share of each cell outside the lesion; 0 in the lesion's own cells.

        Where the tube's voxels border on the lesion's, the cells between belong to one of the two: the share is that
        of what is not the lesion's.
        """
        grid = self.tube.grid
        tube = self.box.cut(self.tube.data, grid.affine)
        rest = 1 - self.box.cut(self.lesion.mask_on(grid).data, grid.affine)
        return np.asarray(np.clip(tube / np.maximum(rest, MIN_REST), 0, 1) * ~self.lesion_inside)

    def distance_to(self, points: FloatArray) -> FloatArray:
        """(k,): mm from points (k, 3) to the tube's surface, negative inside it; infinite beyond the box."""
        plain = self.box.cut(self.tube.data, self.tube.grid.affine) * ~self.lesion_inside
        index = self.box.index(points)
        within = ((index >= 0) & (index <= np.asarray(self.box.shape) - 1)).all(axis=1)
        return np.where(within, self.box.distance_to(plain, points), np.inf)

    @cached_property
    def areas(self) -> FloatArray:
        """(n,) mm² of the tube's sections, the lesion left out, smoothed over one voxel of the mask along the line."""
        from scipy.ndimage import gaussian_filter1d

        plain = self.shares.sum(axis=(1, 2)) * self.box.pixel_mm**2
        across = np.abs(self.line.tangents.mean(axis=0) @ self.tube.grid.directions) @ np.asarray(
            self.tube.grid.spacing
        )
        return np.asarray(gaussian_filter1d(plain, 0.5 * across / self.box.step_mm, mode="nearest"))

    def in_band(self, band: Band | None) -> BoolArray:
        """(n,) the sections of a stretch."""
        arc = self.box.arc
        return np.zeros(len(arc), dtype=bool) if band is None else np.asarray((arc >= band[0]) & (arc <= band[1]))

    @cached_property
    def reference_area_mm2(self) -> float:
        """Mean area of the sections of both stretches; `NotMeasurable` without any."""
        sides = [self.areas[self.in_band(band)] for band in (self.below, self.above) if band is not None]
        if not sides:
            raise NotMeasurable(
                f"the {self.name} is not drawn beyond the lesion, so that nothing says how it would run"
            )
        return float(np.mean([side.mean() for side in sides]))

    @cached_property
    def outlines(self) -> BoolArray:
        """(n, m, m): the tube's outline as it would run without the lesion, from the stretches below and above it."""
        self.reference_area_mm2  # noqa: B018 - refuses where there are none
        below, above = (self._mean_section(band) for band in (self.below, self.above))
        low = self.low_mm if self.below is None else float(np.mean(self.below))
        high = self.high_mm if self.above is None else float(np.mean(self.above))
        return interpolated_outlines(below, above, np.clip((self.box.arc - low) / max(high - low, 1e-6), 0, 1))

    def _mean_section(self, band: Band | None) -> FloatArray:
        sections = self.shares[self.in_band(band)]
        return np.asarray(sections.mean(axis=0) if len(sections) else np.zeros(self.box.shape[1:]))


def tube_course(name: str, tube: Mask, lesion: Lesion, settings: SpineSettings) -> TubeCourse:
    """The course of a tube past a lesion. `NotMeasurable` where the mask is no tube, or ends before the lesion."""
    rough = _line(name, tube.data, tube)
    low, high = _extent(rough, lesion)
    if high < 0 or low > rough.length_mm:
        raise NotMeasurable(f"the lesion lies beyond the end of the {name} that is drawn")
    near, far = settings.reference_near_mm, settings.reference_far_mm
    rooms = low, rough.length_mm - high
    starts = [min(near, room / 2) for room in rooms]
    line = _undeformed(tube, rough, (low - starts[0], high + starts[1])) or rough
    low, high = _extent(line, lesion)
    arc, _ = line.project(_voxels(tube))
    rooms = low - float(arc.min()), float(arc.max()) - high
    below, above = (_band(room, near, far) for room in rooms)
    warnings = []
    for side, room, band in zip(("below", "above"), rooms, (below, above), strict=True):
        if band is None:
            warnings.append(f"the {name} is not drawn {side} the lesion")
        elif room < far:
            warnings.append(f"the {name} is drawn for only {room:.0f} mm {side} the lesion")
    return TubeCourse(
        name,
        tube,
        lesion,
        line,
        low,
        high,
        None if below is None else (low - below[1], low - below[0]),
        None if above is None else (high + above[0], high + above[1]),
        tuple(warnings),
    )


def _band(room_mm: float, near_mm: float, far_mm: float) -> Band | None:
    """How far from the lesion the tube is looked at: as the settings say, or what is there of it."""
    reach = min(far_mm, room_mm - 1)  # the last mm may be cut obliquely
    start = min(near_mm, reach / 2)
    return (start, reach) if reach - start >= MIN_BAND_MM else None


def _extent(line: CentreLine, lesion: Lesion) -> Band:
    arc, _ = line.project(lesion.mesh.vertices)
    return float(arc.min()), float(arc.max())


def _voxels(tube: Mask) -> FloatArray:
    return tube.grid.to_world(np.argwhere(tube.data))


def _line(name: str, data: BoolArray, tube: Mask) -> CentreLine:
    try:
        return line_of_tube(data, tube.grid.affine)
    except ValueError as reason:
        raise NotMeasurable(f"no centre line runs through the {name}: {reason}") from None


def _undeformed(tube: Mask, rough: CentreLine, deformed: Band) -> CentreLine | None:
    """The line through the tube's parts beyond a stretch, across which it is bridged; None where too little is left."""
    index = np.argwhere(tube.data)
    arc, _ = rough.project(tube.grid.to_world(index))
    kept = (arc < deformed[0]) | (arc > deformed[1])
    free = np.zeros_like(tube.data)
    free[tuple(index[kept].T)] = True
    try:
        return line_of_tube(free, tube.grid.affine, start=rough)
    except ValueError:
        return None


def _sample_affine(origin: tuple[float, float, float], step: tuple[float, float, float]) -> FloatArray:
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = origin
    return affine
