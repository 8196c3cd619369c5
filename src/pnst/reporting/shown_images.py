"""What is laid over what in a viewer: the image, the ADC map, regions and the lesion, each on its own voxels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from pnst.errors import SettingError
from pnst.image import Box, Grid, Mask, Volume
from pnst.measurement.measurements import Measurements
from pnst.study import Lesion, Role, Study
from pnst.typing import FloatArray

ADC = "adc"
USUAL = (ADC, "edema", "fat_rim")
"""What is shown of a lesion's regions where nothing else is asked for."""


@dataclass(frozen=True, eq=False)
class ShownImage:
    """One image of the viewer: grey, a colour map, or one colour where a mask is true."""

    title: str
    image: Volume | Mask
    """A crop of what was read or measured: the same voxels in the same place."""
    colour: str | None = None
    """Of a mask; None for a volume."""
    limits: tuple[float, float] | None = None
    """The values shown darkest and brightest; None for a mask."""
    is_map: bool = False
    """A map in colour, not an image in grey."""
    is_lesion: bool = False


def image_layer(study: Study, lesion: Lesion, role: Role | str | None, margin_mm: float) -> ShownImage:
    """The series within a margin of the lesion, windowed as on the pages: by the lesion and its surroundings.

    Raises `InputError` where the study has no such series, or it does not show the lesion.
    """
    from pnst.reporting.canvas import window_of
    from pnst.reporting.figures import displayed
    from pnst.reporting.shown_series import shown_field, shown_series
    from pnst.reporting.vocabulary import role_title

    series = shown_series(study, lesion, role)
    field = shown_field(series, lesion, lesion.mesh.vertices)
    limits = window_of(field, displayed(field.volume, series), lesion.mesh.vertices)
    part = series.volume.crop(_box(series.volume.grid, lesion.mesh.vertices, margin_mm))
    title = role_title(series.role)
    return ShownImage(
        title[:1].upper() + title[1:], Volume(displayed(part, series), part.grid, part.unit), limits=limits
    )


def overlay_layers(lesion: Lesion, m: Measurements | None, names: Sequence[str] | None) -> list[ShownImage]:
    """The ADC map, then regions, then the lesion on top; those of `USUAL` that were measured, or those of `names`.

    Raises `SettingError` for a name that is no region of `m` to be shown.
    """
    from pnst.reporting.outline_colours import LESION

    return [*_regions(m, names), ShownImage("Lesion", _tight(lesion.mask), LESION, is_lesion=True)]


def _regions(m: Measurements | None, names: Sequence[str] | None) -> Iterable[ShownImage]:
    from pnst.reporting.canvas import ADC_RANGE
    from pnst.reporting.figures import REGIONS

    regions = {} if m is None else dict(m.regions)
    known = [name for name, region in regions.items() if name == ADC or (name in REGIONS and _holds(region))]
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise SettingError(
            "no such region to show",
            got=", ".join(map(repr, unknown)),
            expected=", ".join(known) or "measurements with regions (m=)",
            remedy="name some of these (regions=), or leave it out",
        )
    wanted = [name for name in USUAL if name in known] if names is None else names
    for name in sorted(wanted, key=lambda name: name != ADC):  # the map below the regions
        region = regions[name]
        if isinstance(region, Volume):
            yield ShownImage("ADC", region, limits=ADC_RANGE, is_map=True)
        elif isinstance(region, Mask):
            title, colour, _ = REGIONS[name]
            yield ShownImage(title, _tight(region), colour)


def _holds(region: object) -> bool:
    return isinstance(region, Mask) and region.count > 0


def _tight(mask: Mask) -> Mask:
    """The mask's true voxels with one more on every side, so that its border is seen."""
    box = mask.box(max(mask.grid.spacing))
    return mask if box is None else mask.crop(box)


def _box(grid: Grid, vertices: FloatArray, margin_mm: float) -> Box:
    """The voxels within a margin of RAS points (n, 3); all of them where it meets none."""
    low, high = vertices.min(axis=0) - margin_mm, vertices.max(axis=0) + margin_mm
    corners = np.array(list(product(*zip(low, high, strict=True))))
    return grid.box_around(corners) or (slice(None), slice(None), slice(None))
