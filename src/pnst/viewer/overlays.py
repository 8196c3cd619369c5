"""What is laid over a series: the lesion and what was measured round it, each in the house's colour.

A region is drawn on the series whose voxels it has and on no other: nothing is resampled but the lesion's own surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import Grid, Mask, Volume, embed
from pnst.reporting.figures import REGIONS
from pnst.reporting.outline_colours import LESION
from pnst.reporting.plane import ImagePlane
from pnst.reporting.vocabulary import as_words
from pnst.study import Lesion, Role
from pnst.typing import BoolArray
from pnst.viewer.shown_series import ADC_MAP, ShownSeries, shown_adc
from pnst.workflow.case import Case

LESION_LAYER, OTHERS_LAYER, UNSURE_LAYER = "lesion", "other_lesions", "unsure"
FIRST_SHOWN = (LESION_LAYER, OTHERS_LAYER, "edema", "fat_rim")
MOST_LAYERS = 32
"""A voxel holds one bit a layer."""
OTHER_COLOUR, UNSURE_COLOUR, NAMELESS_COLOUR = "#cc79a7", "#ffffff", "#bbbbbb"


@dataclass(frozen=True)
class OverlayLayer:
    """One region over the images."""

    name: str
    title: str
    colour: str

    @property
    def first_shown(self) -> bool:
        """Whether the page shows it before anyone asks."""
        return self.name in FIRST_SHOWN


class Overlays:
    """The layers of one step: the lesions on every series, and what was measured once it is."""

    def __init__(self, case: Case, active: int, measured: Case | None = None) -> None:
        self._study = case.study
        self._moved = case.study if measured is None else measured.study
        self._lesion = case.lesions[active] if case.lesions else None
        self._others = [lesion for lesion in case.lesions if lesion is not self._lesion]
        self._regions = _regions(measured, self._lesion)
        self._on: dict[str, dict[str, BoolArray]] = {}

    @property
    def adc(self) -> Volume | None:
        """The ADC map of the lesion that is shown."""
        adc = self._regions.get("adc")
        return adc if isinstance(adc, Volume) else None

    @cached_property
    def shown_adc(self) -> ShownSeries | None:
        """That map as a series of the page."""
        return None if self.adc is None else shown_adc(self.adc)

    @property
    def layers(self) -> list[OverlayLayer]:
        """Every layer, the lesion first; a voxel's bit n belongs to the n-th."""
        layers = [] if self._lesion is None else [OverlayLayer(LESION_LAYER, "Lesion", LESION)]
        if self._others:
            layers.append(OverlayLayer(OTHERS_LAYER, "Other lesions", OTHER_COLOUR))
        if getattr(self._lesion, "unsure", None) is not None:
            layers.append(OverlayLayer(UNSURE_LAYER, "Border unsure", UNSURE_COLOUR))
        layers += [_layer(name) for name, region in self._regions.items() if isinstance(region, Mask)]
        return layers[:MOST_LAYERS]

    def on(self, key: str) -> dict[str, BoolArray]:
        """OverlayLayer → (ni, nj, nk) on the voxels of a shown series, in canonical order; without those not on it."""
        if key not in self._on:
            grid, read = self._grids(key)
            masks = {layer.name: self._mask(layer.name, grid) for layer in self.layers}
            self._on[key] = {name: read.to_canonical(mask.data) for name, mask in masks.items() if mask is not None}
        return self._on[key]

    def bits(self, key: str, plane: ImagePlane) -> bytes:
        """Rows of little-endian uint32 as they stand on the screen, one bit a layer."""
        masks = self.on(key)
        bits = np.zeros(plane.image(np.empty(plane.grid.shape, dtype=bool)).shape, dtype="<u4")
        for n, layer in enumerate(self.layers):
            if layer.name in masks:
                bits |= plane.image(masks[layer.name]).astype("<u4") << np.uint32(n)
        return bits.tobytes()

    def _grids(self, key: str) -> tuple[Grid, Grid]:
        """Where the series' voxels were measured, and where they are shown: a series may have been moved between."""
        if key == ADC_MAP and self.adc is not None:
            return self.adc.grid, self.adc.grid
        role = Role(key)
        return self._moved.series[role].volume.grid, self._study.series[role].volume.grid

    def _mask(self, name: str, grid: Grid) -> Mask | None:
        if name == LESION_LAYER and self._lesion is not None:
            return self._lesion.mask_on(grid)
        if name == OTHERS_LAYER:
            union = np.any([lesion.mask_on(grid).data for lesion in self._others], axis=0)
            return Mask(union, grid)
        region = getattr(self._lesion, "unsure", None) if name == UNSURE_LAYER else self._regions[name]
        if not isinstance(region, Mask) or grid.canonical().box_of(region.grid.canonical()) is None:
            return None
        return embed(region, grid)


def _regions(measured: Case | None, lesion: Lesion | None) -> dict[str, object]:
    """What was measured of the lesion; nothing where it was not."""
    if measured is None:
        return {}
    pairs = zip(measured.lesions, measured.measurements, strict=True)
    return next((dict(m.regions) for own, m in pairs if own is lesion), {})


def _layer(name: str) -> OverlayLayer:
    if name in REGIONS:
        title, colour, _ = REGIONS[name]
        return OverlayLayer(name, title, colour)
    if name in _ADC:
        return OverlayLayer(name, *_ADC[name])
    return OverlayLayer(name, as_words(name), NAMELESS_COLOUR)


_ADC = {"solid": ("Part whose ADC was averaged", "#f0f0f0"), "adc_dark": ("Its darkest part", "#ff2a00")}
"""The report's black outline would be lost on grey slices."""
