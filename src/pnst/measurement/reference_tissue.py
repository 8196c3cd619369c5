"""Muscle and fat as the series of a study show them near a lesion: what the signs are read against."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from pnst.image import Mask
from pnst.measurement.family import NotMeasurable
from pnst.measurement.series_view import SeriesViews
from pnst.segmentation.bone_and_skin import BoneAndSkin, find_bone_and_skin
from pnst.segmentation.fat import darkest_fraction, fat_scale
from pnst.segmentation.muscle import darker_muscle, muscle_level, muscle_on_t1
from pnst.segmentation.perilesional import Perilesional, resample_nearest
from pnst.segmentation.tissue import FatScale, MuscleLevel, TissueNotFound
from pnst.study import Role, Series, Study
from pnst.typing import BoolArray, FloatArray

GIVEN, ON_T1, HISTOGRAM = "given mask", "muscle on T1", "histogram"
"""Where muscle's level comes from; from the histogram when nothing shows where muscle lies."""


@dataclass(frozen=True, eq=False)
class ReferenceIntensities:
    """What is known so far of a patient's tissues, by series; repetitions of a measurement share it."""

    fat: dict[Role | None, FatScale] = field(default_factory=dict)
    muscle: dict[Role | None, MuscleLevel] = field(default_factory=dict)
    reach_mm: dict[Role | None, float] = field(default_factory=dict)
    """How far round the lesion oedema had to be looked for."""


@dataclass(frozen=True, eq=False)
class ReferenceTissue:
    """Levels of muscle and fat, each found when it is asked for; `NotMeasurable` where it does not show."""

    study: Study
    views: SeriesViews
    reference_intensities: ReferenceIntensities
    _on_t1: dict[float, Mask] = field(default_factory=dict)

    @cached_property
    def fat_series(self) -> Series:
        """The series that shows fat: a Dixon fat image, else T1 without fat suppression."""
        series = self.study.series.get(Role.FAT) or self.study.series.get(Role.T1)
        if series is None:
            raise NotMeasurable("no T1 series without fat suppression and no Dixon fat image")
        if series.role is Role.T1 and series.acquisition.fat_suppressed:
            raise NotMeasurable("the T1 series is fat suppressed and there is no Dixon fat image")
        return series

    def fat_scale(self, series: Series) -> FatScale:
        """Muscle and fat modes of a T1 or fat image: near the lesion, or further away where one does not show there."""
        if series.role not in self.reference_intensities.fat:
            try:
                self.reference_intensities.fat[series.role] = self._fat_scale(series)
            except TissueNotFound as reason:
                raise NotMeasurable(str(reason)) from reason
        return self.reference_intensities.fat[series.role]

    def _fat_scale(self, series: Series) -> FatScale:
        tissue = self.views.settings.tissue
        for reach_mm in (tissue.near_mm, tissue.middle_mm):
            if reach_mm < self._far_mm:
                with suppress(TissueNotFound):
                    return fat_scale(self.views.perilesional(series, reach_mm))
        return fat_scale(self.views.perilesional(series, self._far_mm))

    @cached_property
    def bone_and_skin(self) -> BoneAndSkin:
        """Marrow and skin near the lesion, on the series that shows fat."""
        perilesional, scale = self.views.perilesional(self.fat_series), self.fat_scale(self.fat_series)
        return find_bone_and_skin(perilesional, scale, darkest_fraction(perilesional, scale))

    def fat_fraction(self, perilesional: Perilesional) -> FloatArray | None:
        """The fat fraction of T1 (or a fat image) in the cells of another series; NaN outside; None without one."""
        try:
            scale, series = self.fat_scale(self.fat_series), self.fat_series
        except NotMeasurable:
            return None
        downsampled = self.views.perilesional(series, perilesional.reach_mm).downsampled
        return resample_nearest(
            scale.fraction(downsampled.smooth), downsampled.grid, perilesional.downsampled.grid, fill=np.nan
        )

    def muscle(self, series: Series) -> MuscleLevel:
        """Muscle's level on a series: from a given mask, else where T1 shows muscle, else from the histogram."""
        if series.role not in self.reference_intensities.muscle:
            try:
                self.reference_intensities.muscle[series.role] = self._muscle_level(series)
            except TissueNotFound as reason:
                raise NotMeasurable(str(reason)) from reason
        return self.reference_intensities.muscle[series.role]

    @property
    def _far_mm(self) -> float:
        return max(self.views.settings.tissue.near_mm, self.views.settings.tissue.far_mm)

    def _muscle_level(self, series: Series) -> MuscleLevel:
        given = self.study.masks.get("muscle")
        if given is not None:
            return self._given_muscle(series, given)
        if series.role is Role.T2_FS:
            return self._muscle_on_t2_fs[0]
        perilesional = self.views.perilesional(series, self._muscle_reach_mm)
        return muscle_level(perilesional, *self._muscle_cells(perilesional))

    @cached_property
    def _muscle_reach_mm(self) -> float:
        """How far muscle is looked for: as far as on fat-suppressed T2, which tells it from oedema."""
        try:
            return self._muscle_on_t2_fs[1]
        except (KeyError, NotMeasurable, TissueNotFound):
            return self.views.settings.tissue.near_mm

    @cached_property
    def _muscle_on_t2_fs(self) -> tuple[MuscleLevel, float]:
        """The level, and how far away it was found; far where near the lesion nothing is dark enough for muscle."""
        series, near_mm = self.study.series[Role.T2_FS], self.views.settings.tissue.near_mm
        perilesional = self.views.perilesional(series)
        near = muscle_level(perilesional, *self._muscle_cells(perilesional))
        darkest_oedema = self.views.settings.tissue.dark_muscle_fraction * perilesional.lesion_median
        if near.mode <= darkest_oedema:
            return near, near_mm
        perilesional = self.views.perilesional(series, self._far_mm)
        muscle, source = self._muscle_cells(perilesional)
        try:
            return darker_muscle(perilesional, muscle, near, darkest_oedema, source), self._far_mm
        except TissueNotFound:
            return replace(near, unsure=True), near_mm

    def _muscle_cells(self, perilesional: Perilesional) -> tuple[BoolArray | None, str]:
        """Where T1 shows muscle, in the cells of another series, and the source in words; None where it does not."""
        try:
            on_t1 = self._muscle_on_t1(perilesional.reach_mm)
        except NotMeasurable:
            return None, HISTOGRAM
        downsampled = perilesional.downsampled
        muscle = resample_nearest(on_t1.data, on_t1.grid, downsampled.grid, fill=False) & downsampled.shell
        min_muscle_ml = self.views.settings.tissue.least_muscle_ml
        enough = np.count_nonzero(muscle) * downsampled.grid.voxel_volume_mm3 >= 1000 * min_muscle_ml
        return (muscle, ON_T1) if enough else (None, HISTOGRAM)

    def _given_muscle(self, series: Series, given: Mask) -> MuscleLevel:
        """The level in a mask wherever it lies on the series, as far as the other side of the body."""
        box, settings = given.box(), self.views.settings.tissue
        if box is None:
            raise NotMeasurable("the given muscle mask is empty")
        corners = given.grid.crop(box).corners()
        reach = float(np.linalg.norm(corners - self.views.lesion.mesh.centroid, axis=1).max())
        perilesional = self.views.perilesional(series, max(reach, settings.near_mm))
        inside = resample_nearest(given.data, given.grid, perilesional.downsampled.grid, fill=False)
        try:
            clear = perilesional.downsampled.distance > settings.clear_of_lesion_mm
            return muscle_level(perilesional, inside & clear & np.isfinite(perilesional.downsampled.raw), GIVEN)
        except TissueNotFound as reason:
            raise NotMeasurable(f"the given muscle mask holds too little of the {series.role} series") from reason

    def _muscle_on_t1(self, reach_mm: float) -> Mask:
        """Where T1 shows muscle within that distance of the lesion."""
        if reach_mm not in self._on_t1:
            series = self.study.series.get(Role.T1)
            if series is None or series.acquisition.fat_suppressed:
                raise NotMeasurable("no T1 series without fat suppression")  # on a fat image air looks like muscle
            self._on_t1[reach_mm] = muscle_on_t1(self.views.perilesional(series, reach_mm), self.fat_scale(series))
        return self._on_t1[reach_mm]
