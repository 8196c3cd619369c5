"""What the families share: the lesion on each series' grid and the tissue levels, each worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from pnst.image import BoolArray, FloatArray, Grid, Mask, Volume
from pnst.kernels.hull import Hull, convex_hull, longest_diameter
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings, TissueSettings
from pnst.segmentation.enhancing import Enhancement, Unenhanced, relative_enhancement, unenhanced
from pnst.segmentation.fat import fat_scale
from pnst.segmentation.interior import Interior, interior
from pnst.segmentation.muscle import muscle_level, muscle_on_t1
from pnst.segmentation.surroundings import Surroundings, TissueRule, nearest, surroundings
from pnst.segmentation.t1_bright import BrightRule, T1Bright, t1_bright
from pnst.segmentation.tissue import FatScale, MuscleLevel, TissueNotFound
from pnst.study import Lesion, Role, Series, Study

LARGEST_UNSEEN = 0.05
"""A larger share of the lesion's surface beyond the border of an image is said in `quality`."""


@dataclass(frozen=True, eq=False)
class Context:
    """One lesion in one study, under one set of settings."""

    study: Study
    lesion: Lesion
    settings: MeasureSettings
    _on: dict[Grid, Mask] = field(default_factory=dict)
    _around: dict[tuple[Role, float], Surroundings] = field(default_factory=dict)
    _inside: dict[Role, Interior] = field(default_factory=dict)
    _scales: dict[Role, FatScale] = field(default_factory=dict)
    _muscle: dict[Role, MuscleLevel] = field(default_factory=dict)
    _thirds: list[tuple[Grid, tuple[BoolArray, BoolArray]]] = field(default_factory=list)

    def repeated(self, study: Study, lesion: Lesion) -> Context:
        """Another look at the same patient: what muscle and fat look like is known already."""
        return replace(self, study=study, lesion=lesion, _on={}, _around={}, _inside={}, _thirds=[])

    def series(self, *roles: Role) -> Series | None:
        """The first of these roles that the study has."""
        return next((self.study.series[role] for role in roles if role in self.study.series), None)

    @cached_property
    def hull(self) -> Hull:
        """The convex hull of the lesion's surface."""
        return convex_hull(self.lesion.mesh)

    @cached_property
    def diameter(self) -> tuple[float, FloatArray]:
        """The longest diameter of the lesion's surface in mm, and its ends (2, 3)."""
        return longest_diameter(self.lesion.mesh.vertices, self.hull.corners)

    def lesion_on(self, volume: Volume) -> Mask:
        """The lesion on an image's grid; `NotMeasurable` where it lies outside."""
        if volume.grid not in self._on:
            self._on[volume.grid] = self.lesion.on(volume.grid)
        mask = self._on[volume.grid]
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

    def blank(self, series: Series) -> str | None:
        """A remark where slices of the lesion hold no image."""
        count = self.around(series).blank_slices
        return f"{count} of the lesion's slices hold no image in the {series.role} series" if count else None

    def _share_outside(self, volume: Volume) -> float:
        """The share of the lesion's surface that lies outside an image's voxels."""
        index = volume.grid.to_index(self.lesion.mesh.vertices)
        inside = ((index > -0.5) & (index < np.asarray(volume.grid.shape) - 0.5)).all(axis=1)
        return 1 - float(np.average(inside, weights=self.lesion.mesh.vertex_areas))

    def around(self, series: Series, reach_mm: float | None = None) -> Surroundings:
        """A series cropped to the lesion and its surroundings (as far as tissue is looked for), worked out once."""
        rule = tissue_rule(self.settings.tissue)
        reach_mm = rule.near_mm if reach_mm is None else reach_mm
        if series.role is None:
            raise ValueError("a series in a study has a role")
        key = (series.role, reach_mm)
        if key not in self._around:
            self._around[key] = surroundings(series.volume, self.lesion_on(series.volume), reach_mm, rule)
        return self._around[key]

    def inside(self, series: Series) -> Interior:
        """A series cropped to the lesion's inside, worked out once."""
        if series.role is None:
            raise ValueError("a series in a study has a role")
        if series.role not in self._inside:
            self._inside[series.role] = interior(series.volume, self.lesion_on(series.volume))
        return self._inside[series.role]

    def thirds(self, inside: Interior) -> tuple[BoolArray, BoolArray]:
        """The outer and the inner third of the lesion by depth, off its edge voxels; worked out once a grid."""
        grid = inside.volume.grid
        found = next((pair for known, pair in self._thirds if known.matches(grid)), None)
        if found is None:
            found = inside.thirds(self.lesion)
            self._thirds.append((grid, found))
        return found[0] & inside.core, found[1] & inside.core

    @cached_property
    def t1_bright(self) -> T1Bright:
        """Blood and fat within the lesion, on T1; `NotMeasurable` without a T1 that shows muscle and fat."""
        series, suppressed = self.series(Role.T1), self.series(Role.T2_FS)
        if series is None:
            raise NotMeasurable("no T1 series")
        if series.acquisition.fat_suppressed:
            raise NotMeasurable("the T1 series is fat suppressed, so that nothing can be compared with fat")
        inside, rule = self.inside(series), self.settings.t1_high
        return t1_bright(
            inside,
            self._fat_scale_on(series),
            None if suppressed is None else inside.other(suppressed.volume),
            BrightRule(rule.lesion_sd, rule.fat_step_fraction, rule.fat_t2_ratio),
        )

    def t1_bright_on(self, volume: Volume) -> tuple[BoolArray, BoolArray]:
        """Blood and fat within the lesion on another image's grid; nothing where T1 cannot tell."""
        try:
            return carried(self.t1_bright.blood, volume), carried(self.t1_bright.fat, volume)
        except NotMeasurable:
            nothing = np.zeros(volume.grid.shape, dtype=bool)
            return nothing, nothing

    @cached_property
    def enhancement(self) -> Enhancement:
        """How much the lesion enhances; `NotMeasurable` without T1 before and after contrast, or without muscle."""
        pre, post = self.series(Role.T1), self.series(Role.T1_POST)
        if pre is None or post is None:
            raise NotMeasurable(f"no T1 series {'before' if pre is None else 'after'} contrast")
        inside, before, after = self.inside(post), self.muscle(pre).mode, self.muscle(post).mode
        if min(before, after) <= 0:
            raise NotMeasurable("muscle holds no signal on T1, so that nothing can be compared with it")
        blood, fat = self.t1_bright_on(inside.volume)
        found = relative_enhancement(inside, inside.other(pre.volume), (before, after), blood, fat)
        if not found.known.any():
            raise NotMeasurable("no voxel of the lesion off its edge and its fat is seen before and after contrast")
        return found

    @cached_property
    def unenhanced(self) -> Unenhanced:
        """The pieces of the lesion that do not enhance; `NotMeasurable` as `enhancement`."""
        return unenhanced(
            self.enhancement, self.settings.cyst.enhancement_share, self.settings.enhancement.enhancing_fraction
        )

    @cached_property
    def enhancement_quality(self) -> str | None:
        """What makes `enhancement` doubtful."""
        pre, post = self.study.series[Role.T1], self.study.series[Role.T1_POST]
        remarks = [remark for remark in (self.cut_off(pre), self.cut_off(post)) if remark]
        if pre.volume.grid.canonical().box_of(self.inside(post).volume.grid) is None:
            remarks.append("T1 was interpolated onto the voxels of the contrast-enhanced series")
        if "histogram" in (self.muscle(pre).source, self.muscle(post).source):
            remarks.append("muscle was taken from the histogram")
        try:
            if not self.t1_bright.fat_known:
                remarks.append("without fat-suppressed T2, fat within the lesion was not told from blood")
        except NotMeasurable as reason:
            remarks.append(f"blood and fat were not left out ({reason})")
        return "; ".join(dict.fromkeys(remarks)) or None

    @cached_property
    def fat_series(self) -> Series:
        """The series that shows fat: a Dixon fat image, else T1 without fat suppression."""
        series = self.series(Role.FAT, Role.T1)
        if series is None:
            raise NotMeasurable("no T1 series without fat suppression and no Dixon fat image")
        if series.role is Role.T1 and series.acquisition.fat_suppressed:
            raise NotMeasurable("the T1 series is fat suppressed and there is no Dixon fat image")
        return series

    @property
    def fat_scale(self) -> FatScale:
        """Muscle and fat modes of the fat series; `NotMeasurable` where they do not show."""
        return self._fat_scale_on(self.fat_series)

    def _fat_scale_on(self, series: Series) -> FatScale:
        key = series.role or Role.T1
        try:
            if key not in self._scales:
                self._scales[key] = fat_scale(self.around(series))
            return self._scales[key]
        except TissueNotFound as reason:
            raise NotMeasurable(str(reason)) from reason

    @cached_property
    def _muscle_on_t1(self) -> Mask:
        return muscle_on_t1(self.around(self.fat_series), self.fat_scale)

    def muscle(self, series: Series) -> MuscleLevel:
        """Muscle's level on a series: from a given mask, else where T1 shows muscle, else from the histogram."""
        if series.role is None:
            raise ValueError("a series in a study has a role")
        if series.role not in self._muscle:
            try:
                self._muscle[series.role] = self._muscle_on(self.around(series))
            except TissueNotFound as reason:
                raise NotMeasurable(str(reason)) from reason
        return self._muscle[series.role]

    def _muscle_on(self, around: Surroundings) -> MuscleLevel:
        cells, given = around.cells, self.study.masks.get("muscle")
        if given is not None:
            inside = nearest(given.data, given.grid, cells.grid, fill=False)
            return muscle_level(around, inside & cells.shell, "given mask")
        try:
            on_t1 = self._muscle_on_t1
        except NotMeasurable:
            return muscle_level(around, None, "histogram")
        muscle = nearest(on_t1.data, on_t1.grid, cells.grid, fill=False) & cells.shell
        if np.count_nonzero(muscle) * cells.grid.voxel_volume_mm3 < 1000 * self.settings.tissue.least_muscle_ml:
            return muscle_level(around, None, "histogram")
        return muscle_level(around, muscle, "muscle on T1")

    def fat_fraction(self, around: Surroundings) -> FloatArray | None:
        """The fat fraction of T1 (or a fat image) in the cells of another series; NaN outside; None without one."""
        try:
            scale, cells = self.fat_scale, self.around(self.fat_series).cells
        except NotMeasurable:
            return None
        return nearest(scale.fraction(cells.smooth), cells.grid, around.cells.grid, fill=np.nan)


def tissue_rule(settings: TissueSettings) -> TissueRule:
    """The settings that decide where tissues are found."""
    return TissueRule(
        near_mm=settings.near_mm,
        clear_mm=settings.clear_of_lesion_mm,
        fat_step=settings.fat_step_fraction,
        least_fat_share=settings.least_fat_fraction,
        fat_sd=settings.fat_sd,
    )


def carried(mask: Mask, volume: Volume) -> BoolArray:
    """A tissue mask on another grid: the nearest voxel's word, false outside."""
    return nearest(mask.data, mask.grid, volume.grid, fill=False)
