"""The masks of the spinal canal that a study has, and what several families read of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Mask
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import SpineSettings
from pnst.measurement.tube_course import TubeCourse, tube_course
from pnst.measurement.vertebrae import VERTEBRA_MASKS, nearest_level
from pnst.segmentation.dural_fat import CANAL_AND_FAT
from pnst.segmentation.perilesional import resample_nearest
from pnst.study import Lesion, Study
from pnst.typing import BoolArray

WITH_FAT = (
    "the canal was found on T2 without fat suppression, where fat round the dura looks like fluid: give t1 or fat "
    "beside it, fat-suppressed T2, or a mask of the canal"
)
BESIDE_MM = 30.0
"""What of a vertebra lies further from the canal's line than this does not say at which height it stands."""


@dataclass(frozen=True, eq=False)
class SpinalCanal:
    """Cord, canal, cerebrospinal fluid and vertebrae beside one lesion."""

    study: Study
    lesion: Lesion
    settings: SpineSettings

    @cached_property
    def cord(self) -> Mask:
        """The cord; `NotMeasurable` without its mask."""
        given = self._given("cord")
        if given is None:
            raise NotMeasurable("no mask of the cord")
        return given

    @cached_property
    def canal(self) -> Mask:
        """The canal, else cord and fluid together, their gaps filled, else with its fat; `NotMeasurable` without."""
        given, cord, csf = (self._given(name) for name in ("canal", "cord", "csf"))
        if given is not None:
            return given
        if cord is None or csf is None:
            rough = self._given(CANAL_AND_FAT)
            if rough is None:
                raise NotMeasurable("no mask of the canal, nor of cord and csf")
            return rough
        onto = resample_nearest(cord.data, cord.grid, csf.grid, fill=False)
        return Mask(np.asarray(_filled(onto | csf.data)), csf.grid)

    @cached_property
    def holds_fat(self) -> bool:
        """Whether the canal is one that holds the fat round the dura."""
        return self.canal is self._given(CANAL_AND_FAT)

    @cached_property
    def cord_course(self) -> TubeCourse:
        """The cord past the lesion."""
        return tube_course("cord", self.cord, self.lesion, self.settings)

    @cached_property
    def canal_course(self) -> TubeCourse:
        """The canal past the lesion."""
        return tube_course("canal", self.canal, self.lesion, self.settings)

    def fluid_in(self, course: TubeCourse) -> BoolArray:
        """(n, m, m): fluid in a course's box: its own mask, else the canal less cord and lesion; `NotMeasurable`."""
        given = self._given("csf")
        if given is None and self.holds_fat:
            raise NotMeasurable(WITH_FAT)
        if given is not None:
            fluid = course.box.cut(given.data, given.grid.affine) >= 0.5
        else:
            canal = course.box.cut(self.canal.data, self.canal.grid.affine) >= 0.5
            fluid = canal & ~(course.box.cut(self.cord.data, self.cord.grid.affine) >= 0.5)
        return np.asarray(fluid & ~course.lesion_inside)

    def cord_in(self, course: TubeCourse) -> BoolArray:
        """(n, m, m): the cord in a course's box, the lesion left out; `NotMeasurable` without its mask."""
        cord = course.box.cut(self.cord.data, self.cord.grid.affine) >= 0.5
        return np.asarray(cord & ~course.lesion_inside)

    def level_at(self, course: TubeCourse, arc_mm: float) -> str | None:
        """The vertebra whose middle along the line is nearest to a length along it; None without their masks."""
        heights = {}
        for name, level in VERTEBRA_MASKS.items():
            mask = self._given(name)
            if mask is not None:
                arc, beside = course.line.project(mask.grid.to_world(np.argwhere(mask.data)))
                near = np.linalg.norm(beside, axis=1) < BESIDE_MM
                if near.any():
                    heights[level] = float(np.median(arc[near]))
        return nearest_level(heights, arc_mm)

    def _given(self, name: str) -> Mask | None:
        mask = self.study.masks.get(name)
        return None if mask is None or not mask.data.any() else mask


def _filled(region: BoolArray) -> BoolArray:
    """A region and the holes in it, slice by slice along each axis: a tube has none that open at its ends."""
    from scipy.ndimage import binary_fill_holes

    out = region.copy()
    for axis in range(3):
        for number in np.flatnonzero(region.any(axis=tuple(a for a in range(3) if a != axis))).tolist():
            place = tuple(number if a == axis else slice(None) for a in range(3))
            out[place] |= binary_fill_holes(region[place])
    return out
