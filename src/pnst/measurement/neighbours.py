"""The other lesions of a study: they belong to no lesion's surroundings.

A study may hold a hundred, so that whatever is asked of all of them rests on their boxes, and voxels are looked at only
where boxes meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pnst.errors import InputError
from pnst.image import Box, Grid
from pnst.kernels.ball import dilate_by_ball
from pnst.study import Lesion
from pnst.typing import BoolArray, FloatArray

MAX_OVERLAP = 0.5
"""Two regions that share more than this of the smaller one are not two tumours."""


def refuse_overlaps(lesion: Lesion, others: Iterable[Lesion]) -> None:
    """Raise `InputError` that names both where another region is the same tumour, or a part of it."""
    for other in _within(lesion.world_box, others, max(lesion.mask.grid.spacing)):
        theirs = other.mask_on(lesion.mask.grid)
        box = lesion.mask.box()
        shared = 0 if box is None else int(np.count_nonzero(theirs.data[box] & lesion.mask.data[box]))
        if shared > MAX_OVERLAP * min(theirs.count, lesion.mask.count):
            raise InputError(
                f"the regions {lesion.label!r} and {other.label!r} are not two tumours",
                got=f"{shared} voxels in both",
                expected="lesions that lie beside each other",
                remedy="choose one with its label, or give the other as a mask, such as --mask edema=FILE:LABEL",
            )


def neighbours_in(box: Box | None, grid: Grid, others: Iterable[Lesion], margin_mm: float) -> BoolArray | None:
    """The voxels of a box of a grid in other lesions or within `margin_mm` of them: (ni, nj, nk) of the box.

    None where there are none, as if no other lesion were known.
    """
    if box is None:
        return None
    hidden = np.zeros(grid.crop(box).shape, dtype=bool)
    corners = grid.crop(box).corners()
    reach = margin_mm + max(grid.spacing)
    for other in _within(np.stack([corners.min(axis=0), corners.max(axis=0)]), others, reach):
        part = other.part_on(grid)
        if part is not None:
            _hide(hidden, box, *_widened(*part, grid, margin_mm))
    return hidden if hidden.any() else None


def _widened(box: Box, inside: BoolArray, grid: Grid, margin_mm: float) -> tuple[Box, BoolArray]:
    """A lesion's voxels in their box, with those within a margin of them in a box so much larger."""
    reach = margin_mm + min(grid.spacing) / 2  # a surface lies half a voxel off its centres
    pads = [int(np.ceil(reach / step)) for step in grid.spacing]
    low = [min(pad, side.start) for pad, side in zip(pads, box, strict=True)]
    high = [min(pad, count - side.stop) for pad, side, count in zip(pads, box, grid.shape, strict=True)]
    padded = np.pad(inside, list(zip(low, high, strict=True)))
    i, j, k = (slice(s.start - a, s.stop + b) for s, a, b in zip(box, low, high, strict=True))
    return (i, j, k), dilate_by_ball(padded, grid.spacing, reach)


def _hide(hidden: BoolArray, box: Box, there: Box, part: BoolArray) -> None:
    """Mark, in the array of one box, what another box holds of it."""
    both = [(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(box, there, strict=True)]
    if all(start < stop for start, stop in both):
        here, within = (
            tuple(slice(start - side.start, stop - side.start) for (start, stop), side in zip(both, sides, strict=True))
            for sides in (box, there)
        )
        hidden[here] |= part[within]


def touching(lesion: Lesion, others: Sequence[Lesion], margin_mm: float) -> tuple[str, ...]:
    """The labels of the other lesions whose surface comes within `margin_mm` of the lesion's, or lies inside it."""
    reach = margin_mm + max(lesion.mask.grid.spacing)
    near = list(_within(lesion.world_box, others, reach))
    if not near:
        return ()
    tree = lesion.mesh.tree
    distances = (tree.query(other.mesh.vertices, distance_upper_bound=reach)[0] for other in near)
    return tuple(other.label for other, there in zip(near, distances, strict=True) if np.isfinite(there).any())


def _within(world_box: FloatArray, others: Iterable[Lesion], reach_mm: float) -> Iterator[Lesion]:
    """The lesions whose box of RAS mm comes within reach of another one (2, 3)."""
    for other in others:
        apart = np.maximum(world_box[0] - other.world_box[1], other.world_box[0] - world_box[1])
        if apart.max() <= reach_mm:
            yield other
