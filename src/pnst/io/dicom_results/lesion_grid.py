"""The one series whose slices all segments of a run lie on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pnst.image import Grid, Mask
from pnst.io.dicom_results.source import SourceSeries, SourceStudy
from pnst.study import Lesion


@dataclass(frozen=True, eq=False)
class PlacedLesions:
    """Every lesion as voxels of one series."""

    series: SourceSeries
    masks: tuple[Mask, ...]
    drawn: tuple[bool, ...]
    """Whether a lesion was drawn on these voxels; else it was carried to them."""

    def says(self, lesion: int) -> str:
        """Where the segment of lesion 0, 1, … comes from."""
        role = self.series.role
        return (
            f"drawn on the {role} series" if self.drawn[lesion] else f"carried to the {role} series from other voxels"
        )

    @property
    def slices(self) -> range:
        """From the first slice that holds a lesion to the last one."""
        held = [k for mask in self.masks if (box := mask.box()) is not None for k in (box[2].start, box[2].stop)]
        return range(min(held), max(held)) if held else range(self.series.grid.shape[2])


def place_lesions(lesions: Sequence[Lesion], source: SourceStudy) -> PlacedLesions:
    """The lesions on the series that most were drawn on; where there are several such, or none, on the finest that
    holds them.

    A lesion that was drawn on other voxels is carried by its surface, as for measuring. A series that was moved by
    alignment is taken only where there is no other: a lesion lies on it where it was moved to.
    """
    still = [series for series in source.series.values() if not series.moved] or list(source.series.values())
    placed = [_placed(lesions, series) for series in still]
    return max(placed, key=lambda one: (sum(one.drawn), _held(lesions, one), -one.series.grid.voxel_volume_mm3))


def _placed(lesions: Sequence[Lesion], series: SourceSeries) -> PlacedLesions:
    masks = tuple(lesion.mask_on(series.grid) for lesion in lesions)
    return PlacedLesions(series, masks, tuple(_is_drawn_on(lesion, series.grid) for lesion in lesions))


def _is_drawn_on(lesion: Lesion, grid: Grid) -> bool:
    return lesion.mask.grid.canonical().matches(grid.canonical())


def _held(lesions: Sequence[Lesion], placed: PlacedLesions) -> int:
    """Halves of the lesions that the series holds: by what coarse and fine voxels differ, no series is chosen."""
    shares = (mask.volume_mm3 / lesion.mask.volume_mm3 for lesion, mask in zip(lesions, placed.masks, strict=True))
    return sum(round(2 * min(1.0, share)) for share in shares)
