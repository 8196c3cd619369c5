"""Slices that were not drawn on, between slices that were: interpolated from their neighbours, or refused.

Shape-based interpolation (Raya & Udupa 1990, IEEE TMI 9:32) of L = 2ρd − d², with d the signed distance to the outline
and ρ the radius of a disc of its area: for the slices of an ellipsoid L is a quadratic along the slices, which the
interpolation gives back exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pnst.errors import GeometryError
from pnst.image import Mask
from pnst.kernels.box import bounding_box
from pnst.typing import BoolArray, FloatArray, IntArray

MAX_MISSING_SLICES = 2
"""Slices in a row that are interpolated: with three, three quarters of what is measured would not have been drawn."""

MAX_BULGE = 0.12
"""Share of ρ² by which L may exceed its straight line between two slices: an ellipsoid drawn on three reaches 0.11."""

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
    planes, inside_planes = np.moveaxis(filled, axis, 2), np.moveaxis(inside, axis, 2)
    pixel = [s for a, s in enumerate(spacing) if a != axis]
    for a, b in gaps:
        if not (planes[:, :, a] & planes[:, :, b]).any():
            empty += b - a - 1
            continue
        if b - a - 1 > MAX_MISSING_SLICES:
            raise _too_sparse(f"{b - a - 1} slices in a row without a contour, {len(drawn)} with one")
        near = drawn[max(0, drawn.index(a) - 1) : drawn.index(b) + 2]
        planes[:, :, a + 1 : b] = _between(inside_planes[:, :, near], np.array(near), a, b, pixel)
        count += b - a - 1
    extent = drawn[-1] - drawn[0] + 1
    notes = (f"{count} of {extent} slices were not drawn on and were interpolated between their neighbours",)
    apart = (f"{empty} of {extent} slices were not drawn on and were left empty: what lies on either side is apart",)
    return filled, (notes if count else ()) + (apart if empty else ())


def fill_sparse(mask: Mask) -> tuple[Mask, tuple[str, ...]]:
    """A mask of voxels that was drawn on some slices only (no two of them side by side), interpolated; else as it is.

    Raises `GeometryError` as `fill_gaps` does.
    """
    for axis in range(3):
        drawn = _drawn_slices(mask, axis)
        if len(drawn) >= MIN_SPARSE_SLICES and min(np.diff(drawn)) > 1:
            inside, notes = fill_gaps(mask.data, axis, mask.grid.spacing, drawn)
            return Mask(inside, mask.grid), notes
    return mask, ()


def _drawn_slices(mask: Mask, axis: int) -> list[int]:
    box = mask.box()
    if box is None:
        return []
    others = tuple(a for a in range(3) if a != axis)
    return [box[axis].start + int(k) for k in np.flatnonzero(mask.data[box].any(axis=others))]


def _between(stack: BoolArray, at: IntArray, a: int, b: int, pixel_mm: Sequence[float]) -> BoolArray:
    """The slices between a and b, (nu, nv, b − a − 1), from up to four slices `at` these places (nu, nv, n)."""
    u, v, _ = bounding_box(stack) or (slice(None),) * 3
    levels, radii = zip(*[_level(np.asarray(stack[u, v, n]), pixel_mm) for n in range(len(at))], strict=True)
    low, high = (int(np.flatnonzero(at == k)[0]) for k in (a, b))
    max_bulge = MAX_BULGE * max(radii[low], radii[high]) ** 2
    between = np.zeros((*stack.shape[:2], b - a - 1), dtype=bool)
    for n, k in enumerate(range(a + 1, b)):
        line = levels[low] + (k - a) / (b - a) * (levels[high] - levels[low])
        curves = [_parabola(levels, at, k, three) for three in _triples(len(at), low)]
        weights = _weights(len(curves), a, b, k)
        bulge = sum(weight * (curve - line) for weight, curve in zip(weights, curves, strict=True))
        between[u, v, n] = line + np.clip(bulge, -max_bulge, max_bulge) > 0
    return between


def _triples(count: int, low: int) -> list[tuple[int, int, int]]:
    """The threes of neighbouring slices that hold the two about the gap, the lower three first."""
    return [(n, n + 1, n + 2) for n in (low - 1, low) if n >= 0 and n + 2 < count]


def _weights(curves: int, a: int, b: int, k: int) -> tuple[float, ...]:
    """Of two parabolas the nearer slice's counts more, as in Catmull and Rom's cubic; one counts alone."""
    share = (k - a) / (b - a)
    return (1 - share, share) if curves == 2 else (1.0,) * curves


def _parabola(levels: Sequence[FloatArray], at: IntArray, k: int, three: tuple[int, int, int]) -> FloatArray:
    """Lagrange's parabola through three slices, at slice k."""
    total = np.zeros_like(levels[0])
    for n in three:
        others = [m for m in three if m != n]
        total += levels[n] * float(np.prod([(k - at[m]) / (at[n] - at[m]) for m in others]))
    return total


def _level(inside: BoolArray, pixel_mm: Sequence[float]) -> tuple[FloatArray, float]:
    """L in mm² of one slice (nu, nv), each pixel's by the nearest of its pieces, and the greatest ρ in mm."""
    from scipy.ndimage import distance_transform_edt, label

    padded, half = np.pad(inside, 1), float(np.mean(pixel_mm)) / 2
    pieces, count = label(padded)
    areas = np.bincount(pieces.ravel(), minlength=count + 1) * float(np.prod(pixel_mm))
    outside, nearest = distance_transform_edt(~padded, pixel_mm, return_indices=True)
    rho = np.sqrt(areas[pieces[tuple(nearest)]] / np.pi)
    distance = np.where(padded, distance_transform_edt(padded, pixel_mm) - half, half - outside)
    level: FloatArray = 2 * rho * distance - distance**2
    return level[1:-1, 1:-1], float(np.sqrt(areas[1:].max(initial=0.0) / np.pi))


def _too_sparse(got: str) -> GeometryError:
    return GeometryError(
        "the region is drawn on too few slices",
        got=got,
        expected=f"at most {MAX_MISSING_SLICES} slices in a row that are not drawn on",
        remedy="draw the slices between, or give pieces that lie apart as regions of their own",
    )
