"""DICOM SEG: one region a segment, binary, fractional or label map; geometry from the frames' own positions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask
from pnst.io.lps import LPS_TO_RAS
from pnst.io.masks.label_map import PROBABILITY_THRESHOLD
from pnst.io.masks.region import MaskWithNotes, NamedRegion
from pnst.typing import AnyArray, BoolArray, FloatArray

SEG_CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
"""Segmentation Storage, and Label Map Segmentation Storage."""

MAX_OFF_SPACING = 0.02
"""Share of the slice spacing by which a frame may lie off the even spacing."""


def seg_regions(dataset: Any) -> list[NamedRegion]:
    """The segments of a DICOM SEG data set; overlapping segments stay separate.

    Raises `InputError` for tiled (microscopy) or undecodable frames, `GeometryError` for frames that do not stack.
    """
    if "TotalPixelMatrixRows" in dataset:
        raise _bad_seg("a tiled segmentation of a microscopy slide", "frames of a patient's slices")
    frames = _Frames(dataset)
    segments = [s for s in dataset.SegmentSequence if int(s.SegmentNumber) > 0]  # 0 is a label map's background
    return [_region(frames, int(s.SegmentNumber), str(s.get("SegmentLabel") or s.SegmentNumber)) for s in segments]


def _region(frames: _Frames, number: int, name: str) -> NamedRegion:
    def draw() -> MaskWithNotes:
        notes = (f"fractional segment, thresholded at {PROBABILITY_THRESHOLD}",) if frames.fractional else ()
        return Mask(frames.inside(number), frames.grid), notes

    return NamedRegion(number, name, f"DICOM SEG, segment {number}", draw, empty=not frames.holds(number))


@dataclass(frozen=True, eq=False)
class _Frames:
    """The frames of one SEG, decoded once and only when a segment is drawn."""

    dataset: Any

    @property
    def fractional(self) -> bool:
        return str(self.dataset.SegmentationType) == "FRACTIONAL"

    @cached_property
    def segments(self) -> tuple[int, ...] | None:
        """The segment that each frame belongs to; None for a label map, whose voxels say it."""
        if str(self.dataset.SegmentationType) == "LABELMAP":
            return None
        items = [_macro(self.dataset, f, "SegmentIdentificationSequence") for f in range(self.count)]
        return tuple(int(item.ReferencedSegmentNumber) for item in items)

    @property
    def count(self) -> int:
        return len(self.dataset.PerFrameFunctionalGroupsSequence)

    @cached_property
    def pixels(self) -> AnyArray:
        """(frames, rows, columns)."""
        array = np.asarray(self.dataset.pixel_array)
        array = array[np.newaxis] if array.ndim == 2 else array
        if len(array) != self.count:
            raise _bad_seg(f"{len(array)} frames of pixels for {self.count} described", "one description a frame")
        return array

    def holds(self, number: int) -> bool:
        """Whether any voxel may belong to the segment (a binary frame is not decoded for this)."""
        return bool((self.pixels == number).any()) if self.segments is None else number in self.segments

    def inside(self, number: int) -> BoolArray:
        """(columns, rows, slices): the voxels of a segment."""
        mask = np.zeros(self.grid.shape, dtype=bool)
        for frame, k in enumerate(self.slices):
            if self.segments is None:
                own = self.pixels[frame] == number
            elif self.segments[frame] != number:
                continue
            elif self.fractional:
                own = self.pixels[frame] >= PROBABILITY_THRESHOLD * float(self.dataset.MaximumFractionalValue)
            else:
                own = self.pixels[frame] > 0
            mask[:, :, k] |= own.T
        return mask

    @cached_property
    def _stack(self) -> tuple[Grid, tuple[int, ...]]:
        return _stack(self.dataset, self.count)

    @property
    def grid(self) -> Grid:
        return self._stack[0]

    @property
    def slices(self) -> tuple[int, ...]:
        return self._stack[1]


def _macro(dataset: Any, frame: int, name: str) -> Any:
    """A functional group of a frame, its own or the shared one."""
    for groups in (dataset.PerFrameFunctionalGroupsSequence[frame], dataset.SharedFunctionalGroupsSequence[0]):
        if groups.get(name):
            return groups.get(name)[0]
    raise GeometryError(
        "the DICOM SEG does not say where its frames are",
        got=f"frame {frame + 1} without {name}",
        expected="a position, orientation and pixel spacing for each frame",
        remedy="export the segmentation again",
    )


def _stack(dataset: Any, count: int) -> tuple[Grid, tuple[int, ...]]:
    """The grid of all frames, and the slice of each."""
    planes = [_macro(dataset, f, "PlaneOrientationSequence").ImageOrientationPatient for f in range(count)]
    orientation = np.array(planes, dtype=np.float64)
    measures = _macro(dataset, 0, "PixelMeasuresSequence")
    position = np.array(
        [_macro(dataset, f, "PlanePositionSequence").ImagePositionPatient for f in range(count)], dtype=np.float64
    )
    along, down = orientation[0, :3], orientation[0, 3:]
    normal = np.cross(along, down)
    depth = position @ normal
    shift = position - position[0] - np.outer(depth - depth[0], normal)
    if np.abs(orientation - orientation[0]).max() > 1e-4 or np.abs(shift).max() > 1e-2:
        raise _bad_stack("frames turned or shifted against each other", "parallel frames stacked along their normal")
    step = _step(np.unique(np.round(depth, 4)), measures)
    slices = np.rint((depth - depth.min()) / step).astype(int)
    between_rows, between_columns = (float(s) for s in measures.PixelSpacing)
    affine = np.eye(4)
    affine[:3, :3] = np.stack([along * between_columns, down * between_rows, normal * step], axis=1)
    affine[:3, 3] = position[np.argmin(depth)]
    shape = (int(dataset.Columns), int(dataset.Rows), int(slices.max()) + 1)
    return Grid(shape, LPS_TO_RAS @ affine), tuple(slices.tolist())


def _step(depths: FloatArray, measures: Any) -> float:
    """Spacing of the slices: as written where the positions agree, else the least distance between positions."""
    written = [float(measures.get(key) or 0) for key in ("SpacingBetweenSlices", "SliceThickness")]
    if len(depths) == 1:
        step = next((w for w in written if w > 0), 0.0)
        if step == 0:
            raise _bad_stack("one frame without a thickness", "a spacing between slices")
        return step
    gaps = np.diff(depths)
    for step in (written[0], float(gaps.min())):
        if step > 0 and np.rint(gaps.min() / step) >= 1 and _max_off_spacing(gaps, step) <= MAX_OFF_SPACING:
            return float(step)
    raise _bad_stack(f"frames {gaps.min():.4g} to {gaps.max():.4g} mm apart", "evenly spaced slices (some may be bare)")


def _max_off_spacing(gaps: FloatArray, step: float) -> float:
    return float(np.abs(gaps / step - np.rint(gaps / step)).max())


def _bad_stack(got: str, expected: str) -> GeometryError:
    return GeometryError(
        "the frames of the DICOM SEG do not stack",
        got=got,
        expected=expected,
        remedy="export the segmentation on one series",
    )


def _bad_seg(got: str, expected: str) -> InputError:
    return InputError(
        "the DICOM SEG cannot be used", got=got, expected=expected, remedy="export the segmentation again"
    )
