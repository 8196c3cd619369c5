"""A lesion as diffusion shows it: the map near it, its solid part, and the darkest parts of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.kernels.lowest_region import lowest_region
from pnst.kernels.noise import noise_sd
from pnst.kernels.sphere_mean import SphereMean, sphere_weights
from pnst.measurement.adc_map import DecayMap, decay_map, diffusion_or_map
from pnst.measurement.edge import Edge
from pnst.measurement.family import NotMeasurable
from pnst.measurement.lesion_tissue import LesionTissue
from pnst.measurement.series_view import SeriesViews
from pnst.measurement.settings import AdcSettings
from pnst.measurement.solid import SolidPart, solid_part
from pnst.study import Role, Series, Study
from pnst.typing import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Diffusion:
    """One lesion on its diffusion series, else on the vendor's ADC map; in canonical order, so that the voxels' storage
    changes no number. Raises `NotMeasurable` where there is neither, or where the lesion lies outside.
    """

    study: Study
    views: SeriesViews
    lesion_tissue: LesionTissue
    find_edge: Callable[[], Edge]

    @property
    def settings(self) -> AdcSettings:
        """Those of `adc`."""
        return self.views.settings.adc

    @cached_property
    def series(self) -> Series:
        """What is measured on."""
        series = diffusion_or_map(self.study, self.settings.b_tolerance)
        if series is None:
            raise NotMeasurable("no diffusion series and no ADC map")
        return series

    @cached_property
    def _near(self) -> tuple[Volume, Mask]:
        mask = self.views.mask(self.series)
        box = mask.box(self.settings.map_margin_mm)
        if box is None:
            raise NotMeasurable("the lesion lies outside this series")
        return self.series.volume.crop(box).canonical(), mask.crop(box).canonical()

    @property
    def part(self) -> Volume:
        """The series near the lesion."""
        return self._near[0]

    @property
    def lesion(self) -> Mask:
        """The lesion on `part`."""
        return self._near[1]

    @cached_property
    def fit(self) -> DecayMap | None:
        """The decay fitted near the lesion; None for a vendor's map."""
        return self._fitted(self.settings) if self.series.role is Role.DWI else None

    @cached_property
    def adc(self) -> Volume:
        """The map near the lesion, NaN where it is not known: a vendor's map holds 0 there."""
        if self.fit is not None:
            return self.fit.adc
        data = self.part.data
        return self.part if data.all() else replace(self.part, data=np.where(data == 0, np.nan, data))

    @cached_property
    def solid(self) -> SolidPart:
        """What counts of the lesion."""
        known = np.isfinite(self.adc.data)
        self._check(self.adc.data[known & self.lesion.data])
        try:
            edge = self.find_edge()
        except NotMeasurable:
            edge = None
        return solid_part(self.lesion_tissue, self.lesion, known, edge, self.settings)

    def _check(self, values: FloatArray) -> None:
        """Refuse what is no tissue's diffusion: b-values of other volumes, or in another unit."""
        if not values.size:
            raise NotMeasurable("no voxel of the lesion holds an ADC")
        low, high = self.settings.least_plausible_um2_per_ms, self.settings.most_plausible_um2_per_ms
        median = float(np.median(values))
        if not low <= median <= high:
            raise NotMeasurable(
                f"the lesion's median ADC is {median:.3g} µm²/ms, that of tissue between {low:g} and {high:g}: "
                "b-values or a unit must be wrong"
            )

    def within_solid(self, settings: AdcSettings, *, all_b: bool = False) -> DecayMap:
        """Another fit, of the solid part alone, with the noise of `fit`."""
        return self._fitted(settings, all_b=all_b, solid=True)

    def _fitted(self, settings: AdcSettings, *, all_b: bool = False, solid: bool = False) -> DecayMap:
        within = self.solid.mask.data if solid else None
        noise = self.fit.noise_sd if solid and self.fit is not None else None
        try:
            return decay_map(self.series, self.part, settings, all_b=all_b, within=within, noise_sd=noise)
        except InputError as reason:
            raise NotMeasurable(f"{reason.what}: {reason.got}") from reason

    def noise(self) -> FloatArray:
        """(ni, nj, nk) SD of the map by noise: from the fit, else from the vendor's map itself; NaN where not known."""
        if self.fit is not None:
            return self.fit.sd
        sd = noise_sd(self.adc.data, self.solid.mask.data, self.adc.grid.slice_axis)
        return np.full(self.adc.grid.shape, sd, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Darkest:
    """The darkest parts of a map over a body, and what noise alone would make of a body that is the same all over."""

    min: float
    """Lowest mean over a sphere, µm²/ms."""
    dark: float
    """Mean, over the darkest connected region, of the map averaged over that sphere."""
    region: Mask
    min_uniform: float | None
    dark_uniform: float | None


def darkest(values: FloatArray, body: Mask, sd: FloatArray, settings: AdcSettings) -> Darkest:
    """`values` (ni, nj, nk) are finite within the body, `sd` is their noise; without it nothing uniform can be told.

    The uniform body has the body's own mean, its voxels and its noise, drawn with a fixed seed; its values are means
    over `noise_draws` draws.
    """
    box = body.box()
    if box is None:
        raise NotMeasurable("nothing solid is left of the lesion on the diffusion grid")
    inside, voxel_mm3 = body.data[box], body.grid.voxel_volume_mm3
    sphere = SphereMean(inside, sphere_weights(settings.sphere_mm / 2, body.grid.spacing))
    share = settings.dark_fraction * np.count_nonzero(inside) * voxel_mm3
    size = int(np.ceil(max(1000 * settings.dark_volume_ml, share) / voxel_mm3))
    least, dark, region = _extremes(sphere, values[box], size)
    known = sd[box][inside]
    uniform: list[float | None] = [None, None]
    if np.isfinite(known).any():
        known = np.nan_to_num(known, nan=float(np.nanmedian(known)))
        rng = np.random.default_rng(0)
        noise = np.zeros(inside.shape, dtype=np.float32)
        drawn = []
        for _ in range(settings.noise_draws):
            noise[inside] = known * rng.standard_normal(known.size, dtype=np.float32)
            drawn.append(_extremes(sphere, noise, size)[:2])
        mean = float(values[box][inside].mean(dtype=np.float64))
        uniform = [mean + float(bias) for bias in np.mean(drawn, axis=0)]
    whole = np.zeros(body.data.shape, dtype=bool)
    whole[box] = region
    return Darkest(least, dark, Mask(whole, body.grid), *uniform)


def _extremes(sphere: SphereMean, values: FloatArray, size: int) -> tuple[float, float, BoolArray]:
    means = sphere(values)
    region = lowest_region(means, size)
    return float(np.nanmin(means)), float(means[region].mean(dtype=np.float64)), region
