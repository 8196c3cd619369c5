"""The bone round the spinal canal beside a lesion: the backs of the vertebral bodies, and the foramina.

All of it is looked at along the canal's line: x to the right of it, y in front of it, s along it, upwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Mask
from pnst.kernels.centre_line import CentreLine, line_of_tube
from pnst.kernels.morphology import dilate
from pnst.kernels.opening import opening_areas
from pnst.kernels.roughness import quadric_departure
from pnst.kernels.structure_surface import StructureSurface, structure_surface
from pnst.kernels.vertebral_wall import first_crossing, hollow_depth, mean_across, runs, smoothed_wall
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import BoneSettings
from pnst.measurement.spinal_canal import SpinalCanal
from pnst.measurement.vertebrae import VERTEBRA_MASKS
from pnst.segmentation.perilesional import resample_nearest
from pnst.study import Lesion
from pnst.typing import BoolArray, FloatArray, IntArray

CELL_MM = 0.9
"""Cells of the straightened bone: it trades accuracy for time."""
BESIDE_MM, BEHIND_MM, BEFORE_MM = 18.0, 12.0, 15.0
"""How far bone is looked at beside the canal, behind its axis and before it, from its wall or its axis."""
LINE_STEP_MM = 3.0
ROOM_MM = 34.0
"""Half of the width that is looked at round the line."""
CANAL_PER_CORD = 1.7
"""Radius of the canal ÷ that of the cord, about (ours): it only says where walls and pedicles are looked for."""
MIN_STRETCH_MM = 20.0
LENT_MM = 2.0
FEW = 20_000
"""Voxels by which the vertebrae's distance is told."""
SHARP_MM = 1.0
"""The bone's share of a cell falls from all to nothing over this distance across its surface."""
WALL_SHARE = 0.5
"""The back of a body is read over this share of the canal's width: beyond it pedicles begin."""
WALL_MM = 12.0
"""A ray that meets no bone within this distance before the canal's wall runs through a disc."""
WALL_SMOOTHING_MM = 1.5
"""SD of the smoothing of the wall, which takes off the steps of voxels; what it takes off a hollow is given back."""
HOLLOW_SHARE = 0.25
"""The hollow is where the wall is deeper than this share of its greatest depth."""
PATCH_MM = 6.0
WALL_COLUMNS = 5
"""A hollow's depth is averaged over so many columns side by side."""
INTO_BONE_MM = 1.0
"""The level of a wall is read this far within the bone."""
MIN_RUN_MM = 6.0
"""A shorter stretch of wall is no vertebral body."""
PEDICLE_MM = (1.5, 3.5)
"""Pedicles are looked for at this height before the canal's axis: behind them lie the transverse processes."""
PEDICLE_SHARE = 0.5
MIN_FORAMEN_MM, MAX_FORAMEN_MM = 3.0, 30.0
OPENING_MM = 14.0
"""Bone that surrounds a foramen lies within this distance of its middle."""
FORAMEN_BEHIND_MM, FORAMEN_BEFORE_MM = 8.0, 6.0
"""A foramen reaches so far behind and before the canal's wall."""


@dataclass(frozen=True, eq=False)
class LevelMap:
    """All vertebrae in one mask, and which level each voxel belongs to."""

    bone: Mask
    levels: IntArray
    """(ni, nj, nk) on the mask's grid: the number of a level from 1 on; 1 throughout where levels are not given."""

    def cropped(self, line: CentreLine, low_mm: float, high_mm: float) -> LevelMap:
        """What of it may lie in the box along a stretch of a line, with room to spare; all of it where nothing does."""
        points, _ = line.at(np.linspace(low_mm, high_mm, 16))
        room = ROOM_MM + 2 * max(self.bone.grid.spacing)
        around = points[:, None] + room * np.concatenate([np.eye(3), -np.eye(3)]) * np.sqrt(3)
        box = self.bone.grid.box_around(around.reshape(-1, 3))
        if box is None:
            return self
        return LevelMap(self.bone.crop(box), self.levels[box])

    @cached_property
    def surface(self) -> StructureSurface:
        """The surface of all vertebrae, smooth between slices."""
        return structure_surface(self.bone.data, self.bone.grid.spacing, CELL_MM)

    def level_at(self, points: FloatArray) -> IntArray:
        """(...) the number of the level at RAS points (..., 3), 0 where there is none."""
        index = np.rint(self.bone.grid.to_index(points)).astype(np.intp)
        within = np.asarray(((index >= 0) & (index < self.bone.grid.shape)).all(axis=-1))
        index = np.where(within[..., None], index, 0)
        return np.where(within, self.levels[tuple(np.moveaxis(index, -1, 0))], 0)


@dataclass(frozen=True)
class Foramen:
    """Between two pedicles of one side."""

    side: int
    """1 to the patient's right, -1 to the left."""
    low_mm: float
    high_mm: float
    """Along the canal's line."""

    @property
    def middle_mm(self) -> float:
        """Half-way between the pedicles."""
        return (self.low_mm + self.high_mm) / 2


@dataclass(frozen=True, eq=False)
class Wall:
    """The back of one vertebral body, n samples along the canal and m across."""

    heights: FloatArray
    """(n, m) mm from the canal's axis; NaN where there is none."""
    first: int
    stop: int
    """The samples along the canal between which it lies."""

    @property
    def whole(self) -> bool:
        """Whether it does not begin or end where the bone that is looked at does."""
        return self.first > 0 and self.stop < len(self.heights)


@dataclass(frozen=True, eq=False)
class VertebralBone:
    """The straightened bone of a stretch of the spine."""

    line: CentreLine
    radius_mm: float
    """Of the canal."""
    low_mm: float
    high_mm: float
    """The stretch along the line that is looked at."""
    vertebrae: LevelMap
    settings: BoneSettings
    warnings: tuple[str, ...] = ()

    @cached_property
    def arc(self) -> FloatArray:
        """(n,) mm along the line."""
        return np.arange(self.low_mm, self.high_mm, CELL_MM)

    @cached_property
    def beside(self) -> FloatArray:
        """(m,) mm to the right."""
        return _even(self.radius_mm + BESIDE_MM, self.radius_mm + BESIDE_MM)

    @cached_property
    def before(self) -> FloatArray:
        """(k,) mm to the front."""
        return _even(self.radius_mm + BEHIND_MM, self.radius_mm + BEFORE_MM)

    @cached_property
    def _world(self) -> FloatArray:
        """(n, m, k, 3) RAS mm of every cell."""
        points, frames = self.line.at(self.arc)
        across = self.beside[:, None, None] * frames[:, None, None, :, 0]
        return points[:, None, None] + across + self.before[:, None] * frames[:, None, None, :, 1]

    @cached_property
    def bone(self) -> FloatArray:
        """(n, m, k): the share of every cell that is bone."""
        grid = self.vertebrae.bone.grid
        levels = self.vertebrae.surface.levels(grid.to_index(self._world).reshape(-1, 3) * grid.spacing)
        straight = np.clip(0.5 + levels.reshape(self._world.shape[:3]) / SHARP_MM, 0.0, 1.0)
        if straight.max(initial=0) < PEDICLE_SHARE:
            raise NotMeasurable("no vertebra lies beside the lesion")
        return np.asarray(straight)

    @cached_property
    def walls(self) -> list[Wall]:
        """The backs of the vertebral bodies, upwards: one a level; without levels as many as gaps part."""
        near = np.flatnonzero(np.abs(self.beside) <= WALL_SHARE * self.radius_mm)
        heights = first_crossing(self.bone[:, near], int(np.searchsorted(self.before, 0.0)), CELL_MM)
        heights[heights > self.radius_mm + WALL_MM] = np.nan
        levels = self._levels_at(heights, near)
        walls = []
        for level in np.unique(levels[levels > 0]).tolist():
            own = np.where(levels == level, heights, np.nan)
            for first, stop in runs(np.isfinite(own).mean(axis=1) > 0.5):
                if (stop - first) * CELL_MM >= MIN_RUN_MM:
                    rows = (np.arange(len(own)) >= first) & (np.arange(len(own)) < stop)
                    walls.append(Wall(np.where(rows[:, None], own, np.nan), first, stop))
        return sorted(walls, key=lambda wall: wall.first)

    def _levels_at(self, heights: FloatArray, columns: IntArray) -> IntArray:
        """(n, m) the level of the bone that a wall is made of; 0 where there is none."""
        deep = np.nan_to_num(heights) + INTO_BONE_MM
        beside = np.stack([np.broadcast_to(self.beside[columns], heights.shape), deep], axis=-1)
        world = self.line.to_world(np.broadcast_to(self.arc[:, None], heights.shape), beside)
        return np.where(np.isfinite(heights), self.vertebrae.level_at(world), 0)

    def depth(self, wall: Wall) -> FloatArray:
        """(n, m) mm of a wall's hollow below the chord of its rims."""
        sd = (WALL_SMOOTHING_MM / CELL_MM,) * 2
        smooth = smoothed_wall(wall.heights, sd)
        return mean_across(hollow_depth(smooth + smoothed_wall(wall.heights - smooth, sd)), WALL_COLUMNS)

    def roughness_mm(self, wall: Wall) -> float:
        """RMS distance of the hollow from its own smooth surface; NaN where too little of it is seen."""
        depth = self.depth(wall)
        hollow = depth > HOLLOW_SHARE * np.nanmax(depth)
        rows, columns = np.nonzero(hollow)
        if len(rows) < 10:
            return float("nan")
        points = np.stack([rows * CELL_MM, columns * CELL_MM, wall.heights[hollow]], axis=1)
        up = np.tile([0.0, 0.0, -1.0], (len(points), 1))
        off = quadric_departure(points, up, np.ones(len(points)), PATCH_MM)
        return float(np.sqrt(np.nanmean(off**2))) if np.isfinite(off).any() else float("nan")

    @cached_property
    def _pedicle_shares(self) -> FloatArray:
        """(n, m): bone beside the canal at the height of the pedicles."""
        height = (self.before >= PEDICLE_MM[0]) & (self.before <= PEDICLE_MM[1])
        return np.asarray(self.bone[:, :, height].mean(axis=2))

    def _beside_canal(self, side: int) -> BoolArray:
        """(n, m) pedicles of one side, from the canal outwards."""
        columns = side * self.beside > 0
        part = self._pedicle_shares[:, columns] >= PEDICLE_SHARE
        return part if side > 0 else part[:, ::-1]

    @cached_property
    def foraminal_zone_mm(self) -> tuple[float, float]:
        """How far from the canal's axis the pedicles begin and end, by the median of both sides."""
        inner, outer = [], []
        for side in (1, -1):
            part = self._beside_canal(side)
            out = np.abs(self.beside[side * self.beside > 0])[:: 1 if side > 0 else -1]
            for row in part[part.any(axis=1)]:
                first = int(row.argmax())
                length = int((~row[first:]).argmax()) or len(row) - first
                inner.append(float(out[first]))
                outer.append(float(out[first + length - 1]))
        if not inner:
            raise NotMeasurable("no pedicle shows beside the canal")
        half = CELL_MM / 2
        return float(np.median(inner)) - half, float(np.median(outer)) + half

    @cached_property
    def foramina(self) -> list[Foramen]:
        """Between the pedicles of either side, whole ones only."""
        inner, outer = self.foraminal_zone_mm
        out = []
        for side in (1, -1):
            zone = (side * self.beside > inner) & (side * self.beside < outer)
            there = (self._pedicle_shares[:, zone] >= PEDICLE_SHARE).mean(axis=1) > PEDICLE_SHARE
            stops = [(low[1], high[0]) for low, high in zip(runs(there), runs(there)[1:], strict=False)]
            gaps = [(self.arc[low] - CELL_MM / 2, self.arc[high] - CELL_MM / 2) for low, high in stops]
            out += [Foramen(side, *gap) for gap in gaps if MIN_FORAMEN_MM <= gap[1] - gap[0] <= MAX_FORAMEN_MM]
        return out

    def area_mm2(self, side: int, middle_mm: float) -> float:
        """The smallest cross-section of a side's foramen at that height; NaN where bone does not surround it."""
        inner, outer = self.foraminal_zone_mm
        zone = np.flatnonzero((side * self.beside > inner) & (side * self.beside < outer))
        planes = self.bone[:, zone].transpose(1, 0, 2)
        centre = (middle_mm - self.arc[0]) / CELL_MM, -self.before[0] / CELL_MM
        areas, border = opening_areas(planes, centre, (CELL_MM, CELL_MM), OPENING_MM)
        closed = border >= self.settings.min_foramen_border
        return float(areas[closed].min()) if closed.any() else float("nan")

    def slices_across(self, foramen: Foramen) -> float:
        """How many voxels of the vertebrae's mask lie between the pedicles of a foramen."""
        grid = self.vertebrae.bone.grid
        _, frame = self.line.at(np.array([foramen.middle_mm]))
        return (foramen.high_mm - foramen.low_mm) / float(
            np.linalg.norm(frame[0, :, 2] @ grid.directions * grid.spacing)
        )

    def in_foramina(self, arc: FloatArray, beside: FloatArray) -> BoolArray:
        """(n,) whether places along the line (n,) and across it (n, 2) lie between pedicles."""
        inner, outer = self.foraminal_zone_mm
        x, y = beside.T
        within = (np.abs(x) > inner) & (np.abs(x) < outer)
        within &= (y > -self.radius_mm - FORAMEN_BEHIND_MM) & (y < self.radius_mm + FORAMEN_BEFORE_MM)
        between = [(np.sign(x) == f.side) & (arc > f.low_mm) & (arc < f.high_mm) for f in self.foramina]
        return np.asarray(within & np.any(between, axis=0)) if between else np.zeros(len(arc), dtype=bool)


def _even(back: float, ahead: float) -> FloatArray:
    """Places about 0, one of them on it."""
    return np.arange(-int(back / CELL_MM), int(ahead / CELL_MM) + 1) * CELL_MM


def vertebral_bone(spine: SpinalCanal, lesion: Lesion, vertebrae: LevelMap, settings: BoneSettings) -> VertebralBone:
    """The bone beside a lesion, along the line of the canal, else of the cord.

    Raises `NotMeasurable` where there is no such line, or no vertebra near the lesion.
    """
    name, canal = _canal(spine)
    try:
        line = line_of_tube(canal.data, canal.grid.affine, LINE_STEP_MM)
    except ValueError as reason:
        raise NotMeasurable(f"the {name} gives no line along the spine: {reason}") from reason
    arc, _ = line.project(lesion.mesh.vertices)
    low, high = (
        max(float(arc.min()) - settings.levels_mm, 0.0),
        min(float(arc.max()) + settings.levels_mm, line.length_mm),
    )
    radius = float(np.sqrt(canal.volume_mm3 / (np.pi * line.length_mm)))
    if name == "cord":
        radius *= CANAL_PER_CORD
    _refuse_far(lesion, vertebrae.bone, settings.near_mm)
    if high - low < MIN_STRETCH_MM:
        raise NotMeasurable(f"the lesion lies beyond the ends of the {name}'s mask")
    warnings = ("the canal's place was taken from the cord",) if name == "cord" else ()
    return VertebralBone(line, radius, low, high, vertebrae.cropped(line, low, high), settings, warnings)


def _canal(spine: SpinalCanal) -> tuple[str, Mask]:
    """The canal's name and mask, else the cord's."""
    for name in ("canal", "cord"):
        with suppress(NotMeasurable):
            return name, getattr(spine, name)
    raise NotMeasurable("no mask of the canal or the cord, along which bone is looked at")


def level_map(masks: Mapping[str, Mask], bone: Mask) -> LevelMap:
    """Which level each voxel of all vertebrae belongs to, by the masks of the levels; one number where none is given.

    Voxels that no level's mask holds belong to the level beside them, or to none.
    """
    given = [masks[name] for name in VERTEBRA_MASKS if name in masks]
    levels = np.zeros(bone.grid.shape, dtype=np.uint8)
    if not given:
        levels[bone.data] = 1
    for number, mask in enumerate(given, start=1):
        same = mask.grid.matches(bone.grid)
        there = mask.data if same else resample_nearest(mask.data, mask.grid, bone.grid, fill=False)
        levels[there] = number
    # The smooth surface lies up to half a voxel outside the voxels: these lend their level to what lies round them.
    steps = [int(np.ceil(LENT_MM / side)) for side in bone.grid.spacing]
    return LevelMap(bone, np.where(levels > 0, levels, dilate(levels, steps)))


def _refuse_far(lesion: Lesion, bone: Mask, near_mm: float) -> None:
    index = np.argwhere(bone.data)
    if not len(index):
        raise NotMeasurable("the mask of the vertebrae is empty")
    points = bone.grid.to_world(index[:: max(1, len(index) // FEW)])
    low, high = lesion.world_box
    apart = np.maximum(np.maximum(low - points, points - high), 0.0)
    if np.linalg.norm(apart, axis=1).min() > near_mm:
        raise NotMeasurable(f"no vertebra lies within {near_mm:g} mm of the lesion")
