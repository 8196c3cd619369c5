"""Label maps: whole numbers are labels, one region each; a map between 0 and 1 is a probability."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pnst.errors import InputError
from pnst.image import Box, Grid, Mask
from pnst.io.masks.gaps import fill_sparse
from pnst.io.masks.region import MaskWithNotes, NamedRegion
from pnst.typing import AnyArray, BoolArray

MAX_LABELS = 256
"""More labels than this, or a label beyond 65535, and the file is an image, not a label map."""

PROBABILITY_THRESHOLD = 0.5

MAX_OFF_WHOLE = 1e-3
"""A value off a whole number by this share of it (of 1 below that) was whole before a program resampled it."""

MAX_OFF_LABEL = 0.01
"""… and by no more than this, however large it is."""

_CHUNK = 1 << 22

MIN_LABELS_OF_IMAGE = 16
MIN_EQUAL_NEIGHBOURS = 0.5
"""A map of more labels than the former whose voxels differ from most of their neighbours is an image of few values."""


def label_regions(
    values: AnyArray, grid: Grid, notes: tuple[str, ...] = (), names: Mapping[int, str] | None = None
) -> list[NamedRegion]:
    """One region for each label above 0 of (ni, nj, nk) values; NaN is outside every one.

    `names` names labels; a label without one is called by its number. Values that are whole but for rounding are
    rounded, one positive value beside 0 is a mask, and a map that is neither and lies between 0 and 1 is one region,
    where it reaches 0.5; the notes report it. Raises `InputError` for anything else.
    """
    if values.ndim != 3:
        raise _no_label_map(f"{values.ndim} axes", "three axes: one volume of labels")
    finite = np.nan_to_num(values, nan=0.0)
    whole = np.rint(finite)
    if not np.array_equal(whole, finite):
        off = np.abs(finite - whole)
        if (off > np.minimum(MAX_OFF_WHOLE * np.maximum(np.abs(whole), 1), MAX_OFF_LABEL)).any():
            return _fraction_regions(finite, grid, notes)
        notes = (*notes, f"labels off whole numbers by up to {float(off.max()):.1g} were rounded")
    lowest, highest = float(whole.min()), float(whole.max())
    names, labels = names or {}, _labels(whole, lowest, highest)
    boxes = _boxes(whole) if labels else {}
    return [_label_region(whole, boxes[n], n, grid, names.get(n, str(n)), notes) for n in labels]


def _fraction_regions(values: AnyArray, grid: Grid, notes: tuple[str, ...]) -> list[NamedRegion]:
    """The one region of a probability map, or of a mask whose one value is any number above 1."""
    lowest, highest = float(values.min()), float(values.max())
    if lowest >= -MAX_OFF_WHOLE and highest <= 1 + MAX_OFF_WHOLE:
        note = f"a probability map, thresholded at {PROBABILITY_THRESHOLD}"
        return [_mask_region(values >= PROBABILITY_THRESHOLD, grid, "probability map", (*notes, note))]
    if lowest == 0 and ((values == 0) | (values == highest)).all():
        return [_mask_region(values > 0, grid, "mask", (*notes, f"a mask of one value, {highest:.6g}"))]
    raise _no_label_map(f"fractions between {lowest:.3g} and {highest:.3g}", "whole numbers, or fractions 0–1")


def _label_region(
    values: AnyArray, box: Box, number: int, grid: Grid, name: str, notes: tuple[str, ...]
) -> NamedRegion:
    def draw(*, gaps: bool = True) -> MaskWithNotes:
        # Of many labels: memory that is not written to is not taken.
        inside = np.zeros(values.shape, dtype=bool, order="F" if values.flags.f_contiguous else "C")
        inside[box] = values[box] == number
        return _drawn(inside, grid, notes, gaps)

    return NamedRegion(number, name, f"label map, value {number}", draw)


def _mask_region(inside: BoolArray, grid: Grid, made_by: str, notes: tuple[str, ...]) -> NamedRegion:
    def draw(*, gaps: bool = True) -> MaskWithNotes:
        return _drawn(inside, grid, notes, gaps)

    return NamedRegion(1, "1", made_by, draw, empty=not inside.any())


def _drawn(inside: BoolArray, grid: Grid, notes: tuple[str, ...], gaps: bool) -> MaskWithNotes:
    mask, gap_notes = fill_sparse(Mask(inside, grid)) if gaps else (Mask(inside, grid), ())
    return mask, (*notes, *gap_notes)


def _labels(values: AnyArray, lowest: float, highest: float) -> list[int]:
    if lowest < 0 or highest > np.iinfo(np.uint16).max:
        raise _no_label_map(f"values from {lowest:g} to {highest:g}", "labels from 0 to 65535")
    present = np.zeros(int(highest) + 1, dtype=bool)
    flat = values.ravel(order="K")
    for start in range(0, flat.size, _CHUNK):  # a large map is not held twice, in 64 bits
        present[flat[start : start + _CHUNK].astype(np.int64)] = True
    labels = [int(n) for n in np.flatnonzero(present) if n > 0]
    if len(labels) > MAX_LABELS:
        raise _no_label_map(f"{len(labels)} different values", f"at most {MAX_LABELS} labels")
    if len(labels) > MIN_LABELS_OF_IMAGE and _equal_neighbours(values) < MIN_EQUAL_NEIGHBOURS:
        raise _no_label_map(f"{len(labels)} values that change from voxel to voxel", "regions of one value each")
    return labels


def _boxes(values: AnyArray) -> dict[int, Box]:
    """The box of each label of (ni, nj, nk), in one pass for all of them and in the order of storage."""
    from scipy.ndimage import find_objects

    order = sorted(range(3), key=lambda axis: -abs(values.strides[axis]))
    boxes = enumerate(find_objects(values.transpose(order).astype(np.uint16, order="C")), start=1)
    i, j, k = np.argsort(order).tolist()
    return {number: (box[i], box[j], box[k]) for number, box in boxes if box is not None}


def _equal_neighbours(values: AnyArray) -> float:
    """The share of voxels above 0 , or whose next one is, that equal it, along the longest axis."""
    axis = int(np.argmax(values.shape))
    here, there = np.delete(values, -1, axis), np.delete(values, 0, axis)
    labelled = (here > 0) | (there > 0)
    return float((here == there)[labelled].mean()) if labelled.any() else 1.0


def _no_label_map(got: str, expected: str) -> InputError:
    return InputError(
        "the mask is no label map",
        got=got,
        expected=expected,
        remedy="give the mask that was drawn on the image, not the image; save one volume of labels",
    )
