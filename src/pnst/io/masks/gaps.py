"""Slices that were not drawn on, between slices that were: interpolated from their neighbours, or refused.

Shape-based interpolation (Raya & Udupa 1990, IEEE TMI 9:32): the signed distance to the outline, weighted linearly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from pnst.errors import GeometryError
from pnst.image import Mask
from pnst.kernels.box import bounding_box
from pnst.typing import BoolArray, FloatArray

MAX_MISSING_SLICES = 2
"""Slices in a row that are interpolated: with three, three quarters of what is measured would not have been drawn."""

MIN_SPARSE_SLICES = 3
"""Slices, none beside another, that show a mask to be drawn on some slices only. Two may be two pieces."""


def fill_gaps(
    inside: BoolArray, axis: int, spacing: Sequence[float], drawn: Sequence[int]
) -> tuple[BoolArray, tuple[str, ...]]:
    """The mask (ni, nj, nk) with the slices across an axis interpolated that lie between those drawn on, and a note.

    Where the two do not overlap they are pieces of their own, and what lies between stays empty. The ends are not
    extended. Raises `GeometryError` for more than `MAX_MISSING_SLICES` in a row.
    """
    gaps = [(a, b) for a, b in pairwise(drawn) if b - a > 1]
    if not gaps:
        return inside, ()
    filled, count, empty = inside.copy(), 0, 0
    planes = np.moveaxis(filled, axis, 2)
    pixel = [s for a, s in enumerate(spacing) if a != axis]
    for a, b in gaps:
        if not (planes[:, :, a] & planes[:, :, b]).any():
            empty += b - a - 1
            continue
        if b - a - 1 > MAX_MISSING_SLICES:
            raise _too_sparse(f"{b - a - 1} slices in a row without a contour, {len(drawn)} with one")
        for k, between in zip(range(a + 1, b), _between(planes[:, :, a], planes[:, :, b], b - a, pixel), strict=True):
            planes[:, :, k] = between
            count += 1
    extent = drawn[-1] - drawn[0] + 1
    notes = (f"{count} of {extent} slices were not drawn on and were interpolated between their neighbours",)
    apart = (f"{empty} of {extent} slices were not drawn on and were left empty: what lies on either side is apart",)
    return filled, (notes if count else ()) + (apart if empty else ())


def fill_sparse(mask: Mask) -> tuple[Mask, tuple[str, ...]]:
    """A mask of voxels that was drawn on some slices only (no two of them side by side), interpolated; else as it is.

    Raises `GeometryError` as `fill_gaps` does.
    """
    for axis in range(3):
        drawn = _drawn_slices(mask.data, axis)
        if len(drawn) >= MIN_SPARSE_SLICES and min(np.diff(drawn)) > 1:
            inside, notes = fill_gaps(mask.data, axis, mask.grid.spacing, drawn)
            return Mask(inside, mask.grid), notes
    return mask, ()


def _drawn_slices(inside: BoolArray, axis: int) -> list[int]:
    others = tuple(a for a in range(3) if a != axis)
    return [int(k) for k in np.flatnonzero(inside.any(axis=others))]


def _between(first: BoolArray, last: BoolArray, steps: int, pixel_mm: Sequence[float]) -> Iterator[BoolArray]:
    """The steps − 1 slices between two, each (nu, nv)."""
    box = bounding_box(first | last) or (slice(None), slice(None))
    low, high = _signed_distance(first[box], pixel_mm), _signed_distance(last[box], pixel_mm)
    for step in range(1, steps):
        between = np.zeros_like(first)
        between[box] = low + step / steps * (high - low) > 0
        yield between


def _signed_distance(inside: BoolArray, pixel_mm: Sequence[float]) -> FloatArray:
    """mm from the border between pixels, positive inside."""
    from scipy.ndimage import distance_transform_edt

    padded = np.pad(inside, 1)
    mm: FloatArray = distance_transform_edt(padded, pixel_mm) - distance_transform_edt(~padded, pixel_mm)
    return mm[1:-1, 1:-1]


def _too_sparse(got: str) -> GeometryError:
    return GeometryError(
        "the region is drawn on too few slices",
        got=got,
        expected=f"at most {MAX_MISSING_SLICES} slices in a row that are not drawn on",
        remedy="draw the slices between, or give pieces that lie apart as regions of their own",
    )
