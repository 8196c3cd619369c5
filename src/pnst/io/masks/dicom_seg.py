"""DICOM SEG: one region a segment, binary, fractional or label map; geometry from the frames' own positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from pnst.errors import InputError
from pnst.image import Grid, Mask
from pnst.io.digest import uid_digest
from pnst.io.masks.dicom_text import element_text
from pnst.io.masks.gaps import fill_sparse
from pnst.io.masks.label_map import PROBABILITY_THRESHOLD
from pnst.io.masks.region import MaskWithNotes, NamedRegion, method_of
from pnst.io.masks.seg_planes import macro, stack
from pnst.study import Series
from pnst.typing import AnyArray, BoolArray

SEG_CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
"""Segmentation Storage, and Label Map Segmentation Storage."""

MAX_SIDE = 16384
"""Rows or columns above this are damage, not an image."""

_BITS = (1, 8, 16)


def seg_regions(dataset: Any, series: Sequence[Series] = ()) -> list[NamedRegion]:
    """The segments of a DICOM SEG data set, on the planes of `series`; overlapping segments stay separate.

    Raises `InputError` for tiled (microscopy) or undecodable frames, `GeometryError` for frames that do not stack.
    """
    if "TotalPixelMatrixRows" in dataset:
        raise _bad_seg("a tiled segmentation of a microscopy slide", "frames of a patient's slices")
    _check_size(dataset)
    frames = _Frames(dataset, series)
    segments = [s for s in dataset.SegmentSequence if int(s.SegmentNumber) > 0]  # 0 is a label map's background
    return [_region(frames, segment) for segment in segments]


def _region(frames: _Frames, segment: Any) -> NamedRegion:
    number = int(segment.SegmentNumber)
    codes = segment.get("SegmentedPropertyTypeCodeSequence") or ()

    def draw(*, gaps: bool = True) -> MaskWithNotes:
        notes = (f"fractional segment, thresholded at {PROBABILITY_THRESHOLD}",) if frames.fractional else ()
        mask = Mask(frames.inside(number), frames.grid)
        filled, gap_notes = fill_sparse(mask) if gaps else (mask, ())
        return filled, (*notes, *gap_notes)

    return NamedRegion(
        number,
        element_text(segment, "SegmentLabel") or str(number),
        f"DICOM SEG, segment {number}",
        draw,
        empty=not frames.holds(number),
        meaning=element_text(codes[0], "CodeMeaning") if codes else "",
        code=(element_text(codes[0], "CodeValue"), element_text(codes[0], "CodingSchemeDesignator")) if codes else None,
        drawing_method=method_of(element_text(segment, "SegmentAlgorithmType")),
    )


def _check_size(dataset: Any) -> None:
    """Raise `InputError` where the bytes of the pixels are not those that the header promises."""
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    frames, described = int(dataset.get("NumberOfFrames") or 1), len(dataset.PerFrameFunctionalGroupsSequence)
    if not (0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE):
        raise _bad_seg(f"frames of {rows} × {columns}", f"1 to {MAX_SIDE} rows and columns")
    if frames != described:
        raise _bad_seg(f"{frames} frames of pixels for {described} described", "one description a frame")
    bits = int(dataset.BitsAllocated)
    if bits not in _BITS or int(dataset.get("SamplesPerPixel") or 1) != 1:
        raise _bad_seg(f"{bits} bits a voxel", "one sample of 1, 8 or 16 bits")
    if _is_packed(dataset):
        return
    promised = -(-rows * columns * frames * bits // 8)
    held = len(dataset.PixelData)
    if held not in (promised, promised + promised % 2):
        raise _bad_seg(f"{held} bytes of pixels", f"{promised}, as {frames} frames of {rows} × {columns} need")


def _is_packed(dataset: Any) -> bool:
    """Whether its frames are compressed one by one."""
    syntax = getattr(dataset, "file_meta", Dataset()).get("TransferSyntaxUID")
    return syntax is not None and bool(syntax.is_encapsulated)


@dataclass(frozen=True, eq=False)
class _Frames:
    """The frames of one SEG, decoded one by one and only when a segment is drawn."""

    dataset: Any
    series: Sequence[Series]

    @property
    def fractional(self) -> bool:
        return str(self.dataset.SegmentationType) == "FRACTIONAL"

    @cached_property
    def segments(self) -> tuple[int, ...] | None:
        """The segment that each frame belongs to; None for a label map, whose voxels say it."""
        if str(self.dataset.SegmentationType) == "LABELMAP":
            return None
        items = [macro(self.dataset, f, "SegmentIdentificationSequence") for f in range(self.count)]
        return tuple(int(item.ReferencedSegmentNumber) for item in items)

    @property
    def count(self) -> int:
        return len(self.dataset.PerFrameFunctionalGroupsSequence)

    def pixels(self, frame: int) -> AnyArray:
        """(rows, columns) of one frame."""
        from pydicom.pixels import pixel_array

        if int(self.dataset.BitsAllocated) == 1 and not _is_packed(self.dataset):
            return self._bits(frame)
        return np.asarray(pixel_array(self.dataset, index=frame, raw=True))

    def _bits(self, frame: int) -> AnyArray:
        """(rows, columns) of one frame of single bits, which need not begin with a byte."""
        rows, columns = int(self.dataset.Rows), int(self.dataset.Columns)
        start = frame * rows * columns
        stop = start + rows * columns
        held = np.frombuffer(self.dataset.PixelData[start // 8 : -(-stop // 8)], np.uint8)
        return np.unpackbits(held, bitorder="little")[start % 8 :][: rows * columns].reshape(rows, columns)

    @cached_property
    def labels(self) -> frozenset[int]:
        """The labels of a label map."""
        return frozenset(int(n) for f in range(self.count) for n in np.unique(self.pixels(f)))

    def holds(self, number: int) -> bool:
        """Whether any voxel may belong to the segment (a binary frame is not decoded for this)."""
        return number in (self.labels if self.segments is None else self.segments)

    def inside(self, number: int) -> BoolArray:
        """(columns, rows, slices): the voxels of a segment."""
        mask = np.zeros(self.grid.shape, dtype=bool)
        for frame, k in enumerate(self.slices):
            if self.segments is None:
                own = self.pixels(frame) == number
            elif self.segments[frame] != number:
                continue
            elif self.fractional:
                own = self.pixels(frame) >= PROBABILITY_THRESHOLD * float(self.dataset.MaximumFractionalValue)
            else:
                own = self.pixels(frame) > 0
            mask[:, :, k] |= own.T
        return mask

    @cached_property
    def _stack(self) -> tuple[Grid, tuple[int, ...]]:
        items = self.dataset.get("ReferencedSeriesSequence") or ()
        uids = {uid_digest(str(item.get("SeriesInstanceUID") or "")) for item in items} - {None}
        named = [s.volume.grid for s in self.series if s.source.series_digest in uids]
        return stack(self.dataset, self.count, named, [s.volume.grid for s in self.series])

    @property
    def grid(self) -> Grid:
        return self._stack[0]

    @property
    def slices(self) -> tuple[int, ...]:
        return self._stack[1]


def _bad_seg(got: str, expected: str) -> InputError:
    return InputError(
        "the DICOM SEG cannot be used", got=got, expected=expected, remedy="export the segmentation again"
    )
