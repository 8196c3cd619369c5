"""The masks of a study that lie near a lesion: how far each point of its surface is from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pnst.image import Mask
from pnst.kernels.centre_line import CentreLine
from pnst.kernels.structure_surface import StructureSurface, structure_surface
from pnst.measurement.family import NotMeasurable
from pnst.measurement.nerve_course import NerveCourse
from pnst.measurement.settings import BoneSettings
from pnst.measurement.spinal_canal import SpinalCanal
from pnst.measurement.vertebrae import ALL_VERTEBRAE, VERTEBRA_MASKS
from pnst.measurement.vertebral_bone import VertebralBone, level_map, vertebral_bone
from pnst.segmentation.perilesional import resample_nearest
from pnst.study import Lesion, Study
from pnst.typing import FloatArray

MARGIN_VOXELS = 2
"""A mask is cropped so many voxels beyond what is looked for: where the crop ends, it shapes nothing."""


@dataclass(frozen=True, eq=False)
class Structure:
    """The part of a mask near a lesion, and its surface."""

    mask: Mask
    surface: StructureSurface

    def distance(self, points: FloatArray) -> FloatArray:
        """(n,) mm from RAS points (n, 3) to the surface, negative inside, never beyond the reach."""
        return self.surface.distance(self.mask.grid.to_index(points) * self.mask.grid.spacing)

    def inward(self, points: FloatArray) -> FloatArray:
        """(n, 3) unit vectors in RAS from points (n, 3) near the surface straight into the structure."""
        within = self.surface.inward(self.mask.grid.to_index(points) * self.mask.grid.spacing)
        return np.asarray(within @ self.mask.grid.directions.T)


@dataclass(frozen=True, eq=False)
class NearbyStructures:
    """Structures near one lesion, each worked out once; repetitions of a measurement share them."""

    _near: dict[tuple[Mask, float], Structure | None] = field(default_factory=dict)
    _vertebrae: dict[str, Mask | None] = field(default_factory=dict)
    _nerves: dict[Mask, NerveCourse] = field(default_factory=dict)
    _axes: dict[NerveCourse, CentreLine] = field(default_factory=dict)
    _bone: dict[Mask, VertebralBone] = field(default_factory=dict)

    def vertebrae(self, study: Study) -> Mask | None:
        """All vertebrae in one mask: as given, else the union of the levels that are; None without any."""
        if ALL_VERTEBRAE not in self._vertebrae:
            self._vertebrae[ALL_VERTEBRAE] = study.masks.get(ALL_VERTEBRAE) or _union(
                [mask for name, mask in study.masks.items() if name in VERTEBRA_MASKS]
            )
        return self._vertebrae[ALL_VERTEBRAE]

    def nerve(self, mask: Mask) -> NerveCourse:
        """A nerve's course; `NotMeasurable` for an empty mask."""
        if mask not in self._nerves:
            self._nerves[mask] = NerveCourse.of(mask)
        return self._nerves[mask]

    def axis_near(self, course: NerveCourse, lesion: Lesion) -> CentreLine:
        """A nerve's axis near the lesion; `ValueError` where it has none."""
        if course not in self._axes:
            self._axes[course] = course.axis_near(lesion)
        return self._axes[course]

    def vertebral_bone(self, spine: SpinalCanal, lesion: Lesion, settings: BoneSettings) -> VertebralBone:
        """The vertebrae along the canal beside the lesion; `NotMeasurable` without masks, or away from them."""
        vertebrae = self.vertebrae(spine.study)
        if vertebrae is None:
            raise NotMeasurable("no mask of vertebrae")
        if vertebrae not in self._bone:
            levels = level_map(spine.study.masks, vertebrae)
            self._bone[vertebrae] = vertebral_bone(spine, lesion, levels, settings)
        return self._bone[vertebrae]

    def near(self, mask: Mask, lesion: Lesion, reach_mm: float) -> Structure | None:
        """The part of a mask within reach of a lesion; None where there is none."""
        key = (mask, reach_mm)
        if key not in self._near:
            self._near[key] = structure_near(mask, lesion, reach_mm)
        return self._near[key]


def _union(masks: Sequence[Mask]) -> Mask | None:
    """What lies in any of the masks, on the voxels of the first."""
    if not masks:
        return None
    grid, data = masks[0].grid, masks[0].data.copy()
    for mask in masks[1:]:
        same = mask.grid.matches(grid)
        data |= mask.data if same else resample_nearest(mask.data, mask.grid, grid, fill=False)
    return Mask(data, grid)


def structure_near(mask: Mask, lesion: Lesion, reach_mm: float) -> Structure | None:
    """The part of a mask within reach of a lesion, in canonical order; None where it holds no voxel."""
    grid, index = mask.grid, mask.grid.to_index(lesion.mesh.vertices)
    margin = reach_mm / np.asarray(grid.spacing) + MARGIN_VOXELS
    box = grid.box_around(grid.to_world(np.stack([index.min(axis=0) - margin, index.max(axis=0) + margin])))
    if box is None or not mask.data[box].any():
        return None
    part = mask.crop(box)
    tight = part.box(reach_mm)  # a vessel fills little of a lesion's box
    part = (part if tight is None else part.crop(tight)).canonical()
    return Structure(part, structure_surface(part.data, part.grid.spacing, reach_mm))
