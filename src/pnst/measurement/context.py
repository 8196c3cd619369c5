"""What the families share: the lesion on each series' grid and the tissue levels, each worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pnst.image import BoolArray, FloatArray, Mask, Volume
from pnst.kernels.mesh import longest_diameter
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.segmentation.tissue import (
    NEAR_MM,
    FatScale,
    MuscleLevel,
    Surroundings,
    TissueNotFound,
    fat_scale,
    muscle_level,
    muscle_on_t1,
    surroundings,
)
from pnst.study import Lesion, Role, Series, Study

LEAST_MUSCLE_MM3 = 1000.0
"""Less muscle than this on T1 is no reference."""

LARGEST_UNSEEN = 0.05
"""A larger share of the lesion's surface beyond the border of an image is said in `quality`."""


@dataclass(frozen=True, eq=False)
class Context:
    """One lesion in one study, under one set of settings."""

    study: Study
    lesion: Lesion
    settings: MeasureSettings
    _around: dict[tuple[Role, float], Surroundings] = field(default_factory=dict)

    def series(self, *roles: Role) -> Series | None:
        """The first of these roles that the study has."""
        return next((self.study.series[role] for role in roles if role in self.study.series), None)

    @cached_property
    def diameter(self) -> tuple[float, FloatArray]:
        """The longest diameter of the lesion's surface in mm, and its ends (2, 3)."""
        return longest_diameter(self.lesion.mesh.vertices)

    def lesion_on(self, volume: Volume) -> Mask:
        """The lesion on an image's grid; `NotMeasurable` where it lies outside."""
        mask = self.lesion.on(volume.grid)
        if not mask.data.any():
            outside = self._share_outside(volume) == 1
            raise NotMeasurable(
                "the lesion lies outside this series"
                if outside
                else "no voxel of this series has its centre in the lesion"
            )
        return mask

    def cut_off(self, series: Series) -> str | None:
        """A remark where the series ends within the lesion."""
        share = self._share_outside(series.volume)
        return f"{share:.0%} of the lesion's surface lies outside the series" if share > LARGEST_UNSEEN else None

    def _share_outside(self, volume: Volume) -> float:
        """The share of the lesion's surface that lies outside an image's voxels."""
        index = volume.grid.to_index(self.lesion.mesh.vertices)
        inside = ((index > -0.5) & (index < np.asarray(volume.grid.shape) - 0.5)).all(axis=1)
        return 1 - float(np.average(inside, weights=self.lesion.mesh.vertex_areas))

    def around(self, series: Series, reach_mm: float = NEAR_MM) -> Surroundings:
        """A series cropped to the lesion and its surroundings, worked out once."""
        if series.role is None:
            raise ValueError("a series in a study has a role")
        key = (series.role, reach_mm)
        if key not in self._around:
            self._around[key] = surroundings(series.volume, self.lesion_on(series.volume), reach_mm)
        return self._around[key]

    @cached_property
    def fat_series(self) -> Series:
        """The series that shows fat: a Dixon fat image, else T1 without fat suppression."""
        series = self.series(Role.FAT, Role.T1)
        if series is None:
            raise NotMeasurable("no T1 series without fat suppression and no Dixon fat image")
        if series.role is Role.T1 and series.acquisition.fat_suppressed:
            raise NotMeasurable("the T1 series is fat suppressed and there is no Dixon fat image")
        return series

    @cached_property
    def fat_scale(self) -> FatScale:
        """Muscle and fat modes of the fat series; `NotMeasurable` where they do not show."""
        try:
            return fat_scale(self.around(self.fat_series))
        except TissueNotFound as reason:
            raise NotMeasurable(str(reason)) from reason

    def muscle(self, series: Series) -> MuscleLevel:
        """Muscle's level on a series: from a given mask, else where T1 shows muscle, else from the histogram."""
        around = self.around(series)
        try:
            given = self.study.masks.get("muscle")
            if given is not None:
                return muscle_level(around, carried(given, around.volume) & around.shell, "given mask")
            try:
                on_t1 = muscle_on_t1(self.around(self.fat_series), self.fat_scale)
            except NotMeasurable:
                return muscle_level(around, None, "histogram")
            muscle = carried(on_t1, around.volume) & around.shell
            if np.count_nonzero(muscle) * around.volume.grid.voxel_volume_mm3 < LEAST_MUSCLE_MM3:
                return muscle_level(around, None, "histogram")
            return muscle_level(around, muscle, "muscle on T1")
        except TissueNotFound as reason:
            raise NotMeasurable(str(reason)) from reason


def carried(mask: Mask, volume: Volume) -> BoolArray:
    """A tissue mask on another grid: the nearest voxel's word, false outside."""
    from scipy.ndimage import affine_transform

    to_mask = mask.grid.inverse @ volume.grid.affine
    data = affine_transform(
        mask.data.astype(np.uint8), to_mask[:3, :3], to_mask[:3, 3], volume.grid.shape, order=0, mode="constant"
    )
    return np.asarray(data > 0)
