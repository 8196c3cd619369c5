"""DICOM RT Structure Sets: one region an ROI, its closed contours filled on the slices they were drawn on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pnst.image import Grid
from pnst.io.digest import uid_digest
from pnst.io.masks.contours import fill_contours
from pnst.io.masks.dicom_text import element_text
from pnst.io.masks.region import MaskWithNotes, NamedRegion, method_of
from pnst.io.masks.region_names import safe_label
from pnst.io.masks.roi import WITHOUT_INSIDE, bad_roi, contours_of, drawing
from pnst.study import Series


def rtstruct_regions(dataset: Any, series: Sequence[Series]) -> list[NamedRegion]:
    """The ROIs of an RTSTRUCT data set, in its order, to be filled on the series it names, else on any that fits.

    The contours of one ROI may stand in several items. An ROI that is damaged is a region that says so and does not
    spoil the others; contours of a number that no ROI has are a region called by that number.
    """
    images = _images(dataset, series)
    items: dict[int, list[Any]] = {}
    for item in dataset.get("ROIContourSequence") or ():
        items.setdefault(_number(item, "ReferencedROINumber"), []).append(item)
    rois = list(dataset.get("StructureSetROISequence") or ())
    numbers = [_number(roi, "ROINumber") for roi in rois]
    regions = []
    for place, (roi, number) in enumerate(zip(rois, numbers, strict=True), start=1):
        name = element_text(roi, "ROIName")
        repeated = numbers.count(number) > 1 or number < 0
        damage = "a number that is missing or another ROI's" if repeated else None
        own = _region(place if number < 0 else number, name, items.get(number, ()), images, damage)
        regions.append(replace(own, drawing_method=method_of(element_text(roi, "ROIGenerationAlgorithm"))))
    unnamed = [number for number in items if number not in numbers]
    return regions + [_region(number, "", items[number], images, _unnamed(number)) for number in unnamed]


def _unnamed(number: int) -> str | None:
    return "contours that belong to no ROI" if number < 0 else None


def _number(item: Any, keyword: str) -> int:
    """-1 where it is missing or no number."""
    try:
        return max(int(str(item.get(keyword)).strip()), -1)
    except ValueError:
        return -1


def _region(number: int, name: str, items: Sequence[Any], images: _Images, damage: str | None) -> NamedRegion:
    contours, damaged = contours_of(items)
    damage, label = damage or damaged, safe_label(name, number)

    def draw(*, gaps: bool = True) -> MaskWithNotes:
        if damage:
            raise bad_roi(label, damage, "contours of a known type, each with its points")
        drawn = drawing(contours, label)
        mask, notes = fill_contours(
            drawn.points, images.grids, drawn.thickness_mm, images.drawn_on, drawn.xor, gaps=gaps
        )
        return mask, (*drawn.notes, *images.notes, *notes)

    empty = not any(c.size and c.kind not in WITHOUT_INSIDE for c in contours)
    return NamedRegion(number, name or str(number), "RTSTRUCT contours", draw, empty=empty, damage=damage)


@dataclass(frozen=True)
class _Images:
    """The study's grids, and those of the series that the file says it was drawn on."""

    grids: Sequence[Grid]
    drawn_on: Sequence[Grid]
    notes: tuple[str, ...]


def _images(dataset: Any, series: Sequence[Series]) -> _Images:
    named = {
        uid_digest(str(referenced.get("SeriesInstanceUID") or ""))
        for frame in dataset.get("ReferencedFrameOfReferenceSequence") or ()
        for study in frame.get("RTReferencedStudySequence") or ()
        for referenced in study.get("RTReferencedSeriesSequence") or ()
    } - {None}
    drawn_on = [s.volume.grid for s in series if s.source.series_digest in named]
    identified = any(s.source.series_digest for s in series)  # NIfTI says nothing of the series it came from
    absent = bool(named) and identified and not drawn_on
    notes = ("the series that the contours were drawn on has no role in this study",) if absent else ()
    return _Images([s.volume.grid for s in series], drawn_on, notes)
