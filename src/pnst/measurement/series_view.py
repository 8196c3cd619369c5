"""A lesion as each series shows it: its voxels there, its surroundings, its inside, and what makes them doubtful."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pnst.image import Box, Mask, Volume
from pnst.kernels.depth import thirds
from pnst.measurement.family import NotMeasurable
from pnst.measurement.neighbours import neighbours_in, touching
from pnst.measurement.settings import MeasureSettings
from pnst.segmentation.interior import Interior, crop_interior, depth_map
from pnst.segmentation.perilesional import Perilesional, crop_perilesional
from pnst.study import Lesion, Series
from pnst.typing import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class SeriesViews:
    """One lesion on many series; what several families look at is worked out once."""

    lesion: Lesion
    settings: MeasureSettings
    others: tuple[Lesion, ...] = ()
    """The study's other lesions."""
    flagging: bool = True
    """Whether anybody asks what makes numbers doubtful: looking for it takes time."""
    _masks: dict[Series, Mask] = field(default_factory=dict)
    _perilesional: dict[tuple[Series, float], Perilesional] = field(default_factory=dict)
    _interiors: dict[Series, Interior] = field(default_factory=dict)
    _warnings: dict[Series, list[str]] = field(default_factory=dict)

    def mask(self, series: Series) -> Mask:
        """The lesion on a series' grid; `NotMeasurable` where it lies outside."""
        mask = self._mask(series)
        if mask.box() is None:
            raise NotMeasurable(
                "the lesion lies outside this series"
                if self.outside_fov_fraction(series) == 1
                else "no voxel of this series has its centre in the lesion"
            )
        return mask

    def _mask(self, series: Series) -> Mask:
        if series not in self._masks:
            self._masks[series] = self.lesion.mask_on(series.volume.grid)
        return self._masks[series]

    def box(self, series: Series, margin_mm: float) -> Box | None:
        """The part of a series that holds the lesion, with a margin; None where it lies outside."""
        return self._mask(series).box(margin_mm)

    def perilesional(self, series: Series, reach_mm: float | None = None) -> Perilesional:
        """A series cropped to the lesion and its surroundings, as far as tissue is looked for there or as told."""
        settings = self.settings.tissue
        key = (series, settings.near_mm if reach_mm is None else reach_mm)
        if key not in self._perilesional:
            mask = self.mask(series)
            hidden = neighbours_in(mask.box(key[1]), mask.grid, self.others, settings.neighbour_margin_mm)
            self._perilesional[key] = crop_perilesional(series.volume, mask, settings, key[1], hidden)
        return self._perilesional[key]

    def interior(self, series: Series) -> Interior:
        """A 3-D series cropped to the lesion; `NotMeasurable` where it holds no number there."""
        if series not in self._interiors:
            self._interiors[series] = crop_interior(
                series.volume, self.mask(series), self.settings.tissue.lesion_smoothing_mm
            )
        if self._interiors[series].lost_fraction == 1:
            raise NotMeasurable("the series holds no data within the lesion")
        return self._interiors[series]

    @cached_property
    def neighbour_flags(self) -> tuple[str, ...]:
        """What to say of numbers read outside the lesion where another one touches it."""
        names = touching(self.lesion, self.others, self.settings.tissue.neighbour_margin_mm)
        return tuple(f"lesion {name} lies beside it: what faces that is not measured" for name in names)

    @cached_property
    def _depth(self) -> Volume:
        return depth_map(self.lesion)

    def depth_within(self, inside: Interior) -> FloatArray:
        """(ni, nj, nk) of the interior: mm below the lesion's surface, 0 outside."""
        return inside.resample_like(self._depth, smooth=True)

    def thirds(self, inside: Interior) -> tuple[BoolArray, BoolArray]:
        """The outer and the inner third of the lesion by depth, off its edge voxels."""
        # The map's own greatest depth: between thick slices it is missed by the voxels' centres.
        outer, inner = thirds(self.depth_within(inside), float(self._depth.data.max()))
        return outer & inside.core, inner & inside.core

    def outside_fov_fraction(self, series: Series) -> float:
        """The share of the lesion's surface that lies outside a series' voxels."""
        grid, mesh = series.volume.grid, self.lesion.mesh
        index = grid.to_index(mesh.vertices)
        inside = ((index > -0.5) & (index < np.asarray(grid.shape) - 0.5)).all(axis=1)
        return 1 - float(np.average(inside, weights=mesh.vertex_areas))

    def quality_flags(self, *series: Series) -> tuple[str, ...]:
        """What makes numbers read on these series doubtful: cut off, slices without image, noise."""
        if not self.flagging:
            return ()
        for one in series:
            if one not in self._warnings:
                self._warnings[one] = self._quality_flags(one)
        return tuple(warning for one in series for warning in self._warnings[one])

    def _quality_flags(self, series: Series) -> list[str]:
        quality, warnings = self.settings.quality, []
        unseen = self.outside_fov_fraction(series)
        if unseen > quality.largest_unseen_fraction:
            warnings.append(f"{unseen:.0%} of the lesion's surface lies outside the series")
        if series.volume.data.ndim == 3:
            inside = self.interior(series)
            lost, blank, ratio = inside.lost_fraction, inside.blank_slices, inside.signal_to_noise
            if lost > quality.largest_unseen_fraction:
                warnings.append(f"{lost:.0%} of the lesion's voxels hold no number in the {series.role} series")
            if blank:
                warnings.append(f"{blank} of the lesion's slices hold no image in the {series.role} series")
            if ratio < quality.least_signal_to_noise:
                warnings.append(f"the lesion's signal is {ratio:.2g} × the noise in the {series.role} series")
        return warnings
