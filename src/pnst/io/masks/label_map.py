"""Label maps: whole numbers are labels, one region each; a map between 0 and 1 is a probability."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pnst.errors import InputError
from pnst.image import Grid, Mask
from pnst.io.masks.region import NamedRegion
from pnst.typing import AnyArray, BoolArray

MAX_LABELS = 256
"""More labels than this, or a label beyond 65535, and the file is an image, not a label map."""

PROBABILITY_THRESHOLD = 0.5


def label_regions(
    values: AnyArray, grid: Grid, notes: tuple[str, ...] = (), names: Mapping[int, str] | None = None
) -> list[NamedRegion]:
    """One region for each label above 0 of (ni, nj, nk) values; NaN is outside every one.

    `names` names labels; a label without one is called by its number. A map that is not whole numbers and lies
    between 0 and 1 is one region, where it reaches 0.5, and its notes report it. Raises `InputError` for anything else.
    """
    if values.ndim != 3:
        raise _no_label_map(f"{values.ndim} axes", "three axes: one volume of labels")
    finite = np.nan_to_num(values, nan=0.0)
    lowest, highest = float(finite.min()), float(finite.max())
    if not np.array_equal(np.rint(finite), finite):
        if lowest < 0 or highest > 1:
            raise _no_label_map(f"fractions between {lowest:.3g} and {highest:.3g}", "whole numbers, or fractions 0–1")
        return [_probability_region(finite >= PROBABILITY_THRESHOLD, grid, notes)]
    names = names or {}
    return [_label_region(finite, n, grid, names.get(n, str(n)), notes) for n in _labels(finite, lowest, highest)]


def _label_region(values: AnyArray, number: int, grid: Grid, name: str, notes: tuple[str, ...]) -> NamedRegion:
    return NamedRegion(number, name, f"label map, value {number}", lambda: (Mask(values == number, grid), notes))


def _probability_region(inside: BoolArray, grid: Grid, notes: tuple[str, ...]) -> NamedRegion:
    note = f"a probability map, thresholded at {PROBABILITY_THRESHOLD}"
    return NamedRegion(1, "1", "probability map", lambda: (Mask(inside, grid), (*notes, note)), empty=not inside.any())


def _labels(values: AnyArray, lowest: float, highest: float) -> list[int]:
    if lowest < 0 or highest > np.iinfo(np.uint16).max:
        raise _no_label_map(f"values from {lowest:g} to {highest:g}", "labels from 0 to 65535")
    counts = np.bincount(values.ravel().astype(np.int64))
    labels = [int(n) for n in np.flatnonzero(counts) if n > 0]
    if len(labels) > MAX_LABELS:
        raise _no_label_map(f"{len(labels)} different values", f"at most {MAX_LABELS} labels")
    return labels


def _no_label_map(got: str, expected: str) -> InputError:
    return InputError(
        "the mask is no label map",
        got=got,
        expected=expected,
        remedy="give the mask that was drawn on the image, not the image; save one volume of labels",
    )
