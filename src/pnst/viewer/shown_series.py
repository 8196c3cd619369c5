"""The series as the page shows them: one 3-D image each, in the order closest to RAS, slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pnst.image import Volume
from pnst.reporting.canvas import ADC_RANGE, window, window_of
from pnst.reporting.figures import displayed
from pnst.reporting.plane import FIRST_SIDES, ORIENTATIONS, FieldOfView, ImagePlane
from pnst.reporting.vocabulary import facts, role_title
from pnst.study import Lesion, Role, Study
from pnst.typing import AnyArray

ADC_MAP = "adc_map"
"""The key of the map that was measured, beside the roles."""
NO_SIGNAL, LEVELS = 0, 65534
"""What a slice holds where there is no finite signal, and the steps between the lowest (1) and the highest."""


@dataclass(frozen=True, eq=False)
class ShownSeries:
    """One image that can be scrolled."""

    key: str
    title: str
    facts: str
    """What the header says of how it was acquired."""
    volume: Volume
    """3-D, in canonical order."""
    in_colour: bool = False
    """A map of a quantity, whose range is the same in every study."""

    @cached_property
    def signal_range(self) -> tuple[float, float]:
        """The lowest and the highest finite signal, apart."""
        finite = self.volume.data[np.isfinite(self.volume.data)]
        if finite.size == 0:
            return 0.0, 1.0
        low, high = float(finite.min()), float(finite.max())
        return low, high if high > low else low + 1.0

    def plane(self, axis: int, index: int) -> ImagePlane:
        """One slice across a canonical axis."""
        return ImagePlane(self.volume.grid, axis, index)

    def levels(self, axis: int, index: int) -> bytes:
        """Rows of little-endian uint16 as they stand on the screen: 1 to 65535 over `signal_range`, 0 for no signal."""
        return self._levels(self.plane(axis, index).image(self.volume.data)).tobytes()

    def _levels(self, image: AnyArray) -> AnyArray:
        low, high = self.signal_range
        share = np.nan_to_num((image.astype(np.float64) - low) / (high - low), nan=0.0, posinf=0.0, neginf=0.0)
        levels = 1 + np.rint(LEVELS * np.clip(share, 0, 1))
        return np.where(np.isfinite(image), levels, NO_SIGNAL).astype("<u2")

    def to_dict(self, lesion: Lesion | None = None) -> dict[str, Any]:
        """What the page has to know of it: where its voxels are, how its planes are lettered, what to show first: the
        grey levels of a lesion and its surroundings, where there is one, as on the pages."""
        grid = self.volume.grid
        middles = [n // 2 for n in grid.shape]
        return {
            "key": self.key,
            "title": self.title[:1].upper() + self.title[1:],
            "facts": self.facts,
            "unit": self.volume.unit,
            "in_colour": self.in_colour,
            "shape": list(grid.shape),
            "spacing_mm": list(grid.spacing),
            "affine": grid.affine.tolist(),
            "inverse": grid.inverse.tolist(),
            "slice_axis": grid.slice_axis,
            "range": list(self.signal_range),
            "window": list(self._window(middles, lesion)),
            "planes": [
                {
                    "title": ORIENTATIONS[axis],
                    "from": FIRST_SIDES[axis],
                    "letters": list(self.plane(axis, middles[axis]).letters),
                }
                for axis in range(3)
            ],
        }

    def _window(self, middles: Sequence[int], lesion: Lesion | None) -> tuple[float, float]:
        if self.in_colour:
            return ADC_RANGE
        axis = self.volume.grid.slice_axis
        if lesion is not None:
            points = lesion.mesh.vertices
            field = FieldOfView.around(self.volume, points, axis, lesion)
            if field is not None:
                return window_of(field, field.volume.data, points)
        return window(self.plane(axis, middles[axis]).image(self.volume.data).astype(np.float32))


def shown_series(study: Study) -> dict[str, ShownSeries]:
    """Every series of a study by its role; of diffusion the mean of its highest b-value."""
    shown = {}
    for role, series in study.series.items():
        volume = Volume(displayed(series.volume, series), series.volume.grid, series.volume.unit).canonical()
        shown[str(role)] = ShownSeries(
            str(role), role_title(role), ", ".join(facts(series)), volume, in_colour=role is Role.ADC
        )
    return shown


def shown_adc(adc: Volume) -> ShownSeries:
    """The ADC map that was measured, where it was measured."""
    return ShownSeries(ADC_MAP, "ADC map, as measured", "", adc.canonical(), in_colour=True)
