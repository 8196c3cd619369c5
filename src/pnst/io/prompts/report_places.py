"""Where the coordinates of a DICOM report lie: in a frame of reference (SCOORD3D), or on an image (SCOORD)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pnst.errors import GeometryError
from pnst.io.dicom.frame import FramePlane, Header
from pnst.io.digest import uid_digest
from pnst.io.lps import LPS_TO_RAS
from pnst.io.prompts.refusal import bad_prompt
from pnst.segmentation.prompt import Position
from pnst.study import Study
from pnst.typing import FloatArray

UNCHECKED = (
    "the study does not say which frame of reference it counts in: that the report's positions are in it is taken"
)


@dataclass(frozen=True, eq=False)
class ReportPlaces:
    """The places of a report's coordinates in a study."""

    file: Path
    study: Study
    folder: Path | None
    """Where the study's DICOM images lie, among which a report names the one that was measured on."""
    notes: list[str] = field(default_factory=list)
    """What was noticed while placing."""

    def __call__(self, item: Any) -> Sequence[Position]:
        """RAS mm of the points of an item. Raises `InputError` and `GeometryError` for what has no place here."""
        if str(item.get("ValueType")) == "SCOORD3D":
            return self._in_frame(item)
        return self._on_image(item)

    def _in_frame(self, item: Any) -> Sequence[Position]:
        self._check_frame(str(item.get("ReferencedFrameOfReferenceUID") or ""))
        return _ras(_points(item, 3, self.file))

    def _on_image(self, item: Any) -> Sequence[Position]:
        if str(item.get("PixelOriginInterpretation") or "FRAME") != "FRAME":
            raise bad_prompt(self.file, "positions on a whole slide", "positions on one frame of an MR image")
        plane = self._plane(_image(item, self.file))
        return _ras(on_plane(_points(item, 2, self.file), plane))

    def _plane(self, image: Any) -> FramePlane:
        """The plane of an image that a report names."""
        header = self._headers.get(str(image.get("ReferencedSOPInstanceUID") or ""))
        if header is None:
            raise GeometryError(
                "the report was measured on an image that is not in this study",
                got="the number of another image" if self._headers else "a study that is no folder of DICOM images",
                expected="an image of the study, as DICOM",
                remedy="give the DICOM study that was measured, or type the positions with --line",
            )
        self._check_series(header)
        number = int(image.get("ReferencedFrameNumber") or 1)
        plane = header.frames[number - 1].plane if 1 <= number <= len(header.frames) else None
        if plane is None:
            raise bad_prompt(self.file, "an image that does not say where it lies", "an image with a place")
        return plane

    def _check_series(self, header: Header) -> None:
        """Refuse an image that neither belongs to a series of the study nor counts as one does."""
        known = {series.source.series_digest for series in self.study.series.values()} - {None}
        if uid_digest(header.series_uid) not in known:
            self._check_frame(header.frame_of_reference)

    def _check_frame(self, uid: str) -> None:
        known = {series.source.frame_digest for series in self.study.series.values()} - {None}
        if not known:
            if UNCHECKED not in self.notes:
                self.notes.append(UNCHECKED)
        elif uid_digest(uid) not in known:
            raise GeometryError(
                "the report counts in the frame of reference of no image in this study",
                got="another frame of reference" if uid else "no frame of reference",
                expected="that of a series which has a role",
                remedy="give the study that was measured, or type the positions with --line",
            )

    @cached_property
    def _headers(self) -> Mapping[str, Header]:
        """The study's images by their UID; none where it is no folder of DICOM files."""
        if self.folder is None:
            return {}
        from pnst.io.dicom.files import read_tree

        return {header.instance_uid: header for header in read_tree(self.folder).headers}


def on_plane(points: FloatArray, plane: FramePlane) -> FloatArray:
    """(n, 3) LPS mm of points (n, 2), column and row, counted from the corner of the first pixel (PS3.3 C.18.6).

    The middle of the first pixel, and half a pixel further along the row:

    >>> plane = FramePlane((10.0, 20.0, 30.0), (1, 0, 0, 0, 1, 0), spacing=(2.0, 3.0))
    >>> on_plane(np.array([[0.5, 0.5], [1.0, 0.5]]), plane).tolist()
    [[10.0, 20.0, 30.0], [11.5, 20.0, 30.0]]
    """
    along_row, along_column = np.array(plane.orientation, dtype=np.float64).reshape(2, 3)
    rows_apart, columns_apart = plane.spacing
    across, down = (points - 0.5)[:, 0, None], (points - 0.5)[:, 1, None]
    steps = across * columns_apart * along_row + down * rows_apart * along_column
    return np.asarray(np.array(plane.position) + steps)


def _image(item: Any, file: Path) -> Any:
    """What an item of coordinates says of the image that it was selected from."""
    images = [one for one in item.get("ContentSequence") or () if str(one.get("ValueType", "")) == "IMAGE"]
    named: Any = images[0].get("ReferencedSOPSequence") or () if len(images) == 1 else ()
    if len(named) != 1:
        raise bad_prompt(file, "positions on an image that is not named", "positions with the image they lie on")
    return named[0]


def _points(item: Any, axes: int, file: Path) -> FloatArray:
    """(n, axes): the points of an item."""
    written = item.get("GraphicData")
    numbers = np.array([] if written is None else written, dtype=np.float64).ravel()
    if not numbers.size or numbers.size % axes or not np.isfinite(numbers).all():
        raise bad_prompt(file, f"{numbers.size} coordinates of {axes} axes", f"points of {axes} numbers")
    return numbers.reshape(-1, axes)


def _ras(points: FloatArray) -> list[Position]:
    return [(float(x), float(y), float(z)) for x, y, z in points @ LPS_TO_RAS[:3, :3]]
