"""DICOM RT Structure Sets: one region an ROI, its closed contours filled on the slices they were drawn on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.digest import uid_digest
from pnst.io.lps import LPS_TO_RAS
from pnst.io.masks.contours import fill_contours
from pnst.io.masks.region import MaskWithNotes, NamedRegion
from pnst.study import Series
from pnst.typing import FloatArray

CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
"""Contour types with an inside (PS3.3 C.8.8.6.3)."""


def rtstruct_regions(dataset: Any, series: Sequence[Series]) -> list[NamedRegion]:
    """The ROIs of an RTSTRUCT data set, in its order, to be filled on the series it names, else on any that fits.

    Raises `InputError` for contour data that is not triples of finite numbers.
    """
    images = _images(dataset, series)
    items = {int(item.ReferencedROINumber): item for item in dataset.get("ROIContourSequence", ())}
    return [
        _region(int(roi.ROINumber), str(roi.get("ROIName") or roi.ROINumber), items.get(int(roi.ROINumber)), images)
        for roi in dataset.StructureSetROISequence
    ]


def _region(number: int, name: str, item: Any, images: _Images) -> NamedRegion:
    closed_items = (
        [] if item is None else [c for c in item.get("ContourSequence") or () if c.ContourGeometricType in CLOSED]
    )

    def draw() -> MaskWithNotes:
        contours = [_points(contour, name) for contour in closed_items]
        kept, notes = _without_repeats([contour for contour in contours if len(contour) > 2])
        if not kept:
            raise _bad_roi(name, "no closed contour of three points or more", "closed planar contours")
        mask, fill_notes = fill_contours(kept, images.grids, _thickness(closed_items), drawn_on=images.drawn_on)
        return mask, (*notes, *images.notes, *fill_notes)

    return NamedRegion(number, name, "RTSTRUCT contours", draw, empty=not closed_items)


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


def _points(contour: Any, name: str) -> FloatArray:
    """(n, 3) RAS mm of one contour, without a last point that repeats the first."""
    value = contour.get_item("ContourData").value
    # Ten times faster than pydicom's element by element: a contour has thousands of numbers.
    words = value.strip(b" \0").split(b"\\") if isinstance(value, bytes) else list(value or ())
    flat = np.array(words).astype(np.float64)
    if flat.size % 3 or not np.isfinite(flat).all():
        raise _bad_roi(name, f"contour data of {flat.size} numbers", "triples of finite numbers")
    points: FloatArray = flat.reshape(-1, 3) @ LPS_TO_RAS[:3, :3]
    return points[:-1] if len(points) > 1 and (points[0] == points[-1]).all() else points


def _without_repeats(contours: Sequence[FloatArray]) -> tuple[list[FloatArray], tuple[str, ...]]:
    """A contour stored twice would cancel itself under the even-odd rule: it is taken once, and reported."""
    distinct = list({contour.tobytes(): contour for contour in contours}.values())
    repeats = len(contours) - len(distinct)
    return distinct, (f"{repeats} contours are stored twice and were taken once",) if repeats else ()


def _thickness(contours: Sequence[Any]) -> float | None:
    slabs = {float(c.ContourSlabThickness) for c in contours if c.get("ContourSlabThickness")}
    return slabs.pop() if len(slabs) == 1 else None


def _bad_roi(name: str, got: str, expected: str) -> InputError:
    return InputError(
        f"the RTSTRUCT region {name!r} cannot be drawn",
        got=got,
        expected=expected,
        remedy="export the structure set again, or choose another region",
    )
