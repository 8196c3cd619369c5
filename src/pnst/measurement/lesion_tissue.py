"""What a lesion holds: blood and fat, what takes up the contrast agent and what does not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.measurement.family import NotMeasurable
from pnst.measurement.reference_tissue import HISTOGRAM, ReferenceTissue
from pnst.measurement.series_view import SeriesViews
from pnst.segmentation.edge_fat import edge_fat
from pnst.segmentation.enhancing import Enhancement, Unenhanced, relative_enhancement, unenhanced
from pnst.segmentation.interior import Interior
from pnst.segmentation.perilesional import resample_nearest
from pnst.segmentation.t1_bright import FatWitness, T1Bright, t1_bright
from pnst.study import Role, Series, Study
from pnst.typing import BoolArray

VOXEL_ROUNDING = 1e-2
"""Rounding, in voxels: centres closer than this coincide, as files round their geometry."""


@dataclass(frozen=True, eq=False)
class LesionTissue:
    """The tissues within one lesion, each worked out once."""

    study: Study
    views: SeriesViews
    reference_tissue: ReferenceTissue

    @cached_property
    def t1_bright(self) -> T1Bright:
        """Blood and fat, on T1; `NotMeasurable` without a T1 that shows muscle and fat."""
        series = self.study.series.get(Role.T1)
        if series is None:
            raise NotMeasurable("no T1 series")
        if series.acquisition.fat_suppressed:
            raise NotMeasurable("the T1 series is fat suppressed, so that nothing can be compared with fat")
        inside, perilesional = self.views.interior(series), self.views.perilesional(series)
        settings, scale = self.views.settings.t1_high, self.reference_tissue.fat_scale(series)
        mixed = edge_fat(inside, perilesional, self.views.lesion.mesh, scale, settings)
        deep = self.views.depth_within(inside) > settings.deep_mm + sorted(inside.volume.grid.spacing)[1]
        return t1_bright(inside, scale, self._fat_witnesses(inside), mixed, deep, settings)

    def _fat_witnesses(self, inside: Interior) -> list[FatWitness]:
        """What tells fat from blood: a Dixon fat image, which knows nothing else; fat-suppressed T2; a water image."""
        witnesses, series = [], self.study.series
        if Role.FAT in series:
            with suppress(NotMeasurable):
                scale = self.reference_tissue.fat_scale(series[Role.FAT])
                witnesses.append(FatWitness(scale.fraction(inside.resample_like(series[Role.FAT].volume)), True))
        dark = (series[role].volume for role in (Role.T2_FS, Role.WATER) if role in series)
        return witnesses + [FatWitness(inside.resample_like(volume), False) for volume in dark]

    def t1_bright_on(self, volume: Volume) -> tuple[BoolArray, BoolArray]:
        """Blood and fat on another image's grid; nothing where T1 cannot tell, or most of the lesion is as bright."""
        with suppress(NotMeasurable):
            if not self.t1_bright.whole:
                return _carried(self.t1_bright.blood, volume), _carried(self.t1_bright.fat, volume)
        nothing = np.zeros(volume.grid.shape, dtype=bool)
        return nothing, nothing

    def edge_fat_on(self, volume: Volume) -> BoolArray:
        """What an infiltrating edge mixes in of fat, on another image's grid; nothing where T1 cannot tell."""
        try:
            return _carried(self.t1_bright.edge_fat, volume)
        except NotMeasurable:
            return np.zeros(volume.grid.shape, dtype=bool)

    @cached_property
    def _before_and_after(self) -> tuple[Series, Series]:
        pre, post = self.study.series.get(Role.T1), self.study.series.get(Role.T1_POST)
        if pre is None or post is None:
            raise NotMeasurable(f"no T1 series {'before' if pre is None else 'after'} contrast")
        return pre, post

    @cached_property
    def enhancement(self) -> Enhancement:
        """How much the lesion enhances; `NotMeasurable` without T1 before and after contrast, or without muscle."""
        pre, post = self._before_and_after
        inside, min_signal = self.views.interior(post), self.views.settings.enhancement.min_signal_fraction
        before, after = self.reference_tissue.muscle(pre).mode, self.reference_tissue.muscle(post).mode
        if min(before, after) <= 0:
            raise NotMeasurable("muscle holds no signal on T1, so that nothing can be compared with it")
        blood, fat = self.t1_bright_on(inside.volume)
        before_contrast = inside.resample_like(pre.volume)
        enhancement = relative_enhancement(inside, before_contrast, (before, after), blood, fat, min_signal)
        if not enhancement.known.any():
            raise NotMeasurable("no voxel of the lesion off its edge and its fat is seen before and after contrast")
        return enhancement

    @cached_property
    def unenhanced(self) -> Unenhanced:
        """The pieces that do not enhance; `NotMeasurable` as `enhancement`."""
        settings, enhancement = self.views.settings, self.enhancement
        mixed = self.edge_fat_on(enhancement.post.volume)
        return unenhanced(enhancement, mixed, settings.cyst.enhancement_share, settings.enhancement.enhancing_fraction)

    @cached_property
    def cystic(self) -> Unenhanced:
        """`unenhanced` in a lesion that does enhance; `NotMeasurable` where nothing is there to hold a cyst against."""
        unenhanced, share = self.unenhanced, self.views.settings.cyst.least_enhancing_fraction
        if np.count_nonzero(unenhanced.enhancing) < share * np.count_nonzero(self.enhancement.known):
            raise NotMeasurable("the lesion does not enhance, so that a cyst cannot be told from the rest of it")
        return unenhanced

    @cached_property
    def enhancement_quality_flags(self) -> tuple[str, ...]:
        """What makes `enhancement` doubtful."""
        pre, post = self._before_and_after
        warnings = [*self.views.quality_flags(pre, post)]
        if not _on_voxels(pre.volume.grid, post.volume.grid):
            warnings.append("T1 was interpolated onto the voxels of the contrast-enhanced series")
        if HISTOGRAM in (self.reference_tissue.muscle(pre).source, self.reference_tissue.muscle(post).source):
            warnings.append("muscle was taken from the histogram")
        try:
            if self.t1_bright.whole:
                warnings.append(
                    "more than half of the lesion is bright on T1, and none of it was left out as blood or fat"
                )
            elif not self.t1_bright.fat_known:
                warnings.append(
                    "without fat-suppressed T2 or a Dixon series, fat within the lesion was not told from blood"
                )
        except NotMeasurable as reason:
            warnings.append(f"blood and fat were not left out ({reason})")
        return tuple(warnings)


def _on_voxels(grid: Grid, other: Grid) -> bool:
    """Whether the voxels of `other` have their centres on those of `grid`, or of its continuation."""
    if not np.allclose(sorted(grid.spacing), sorted(other.spacing), rtol=1e-3):
        return False
    index = grid.to_index(other.corners())
    return bool(np.abs(index - np.rint(index)).max() < VOXEL_ROUNDING)


def _carried(mask: Mask, volume: Volume) -> BoolArray:
    """A tissue mask on another grid: the nearest voxel's word, false outside."""
    return resample_nearest(mask.data, mask.grid, volume.grid, fill=False)
