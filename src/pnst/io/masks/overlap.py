"""Lesions that are drawn over each other: one tumour would be counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pnst.errors import AmbiguityError
from pnst.image import Mask
from pnst.study import Lesion
from pnst.typing import FloatArray

MAX_SHARED = 0.5
"""Share of the smaller one. Neighbours that touch share little; a target volume holds its tumour whole."""


def check_overlap(lesions: Sequence[Lesion]) -> None:
    """Raise `AmbiguityError`, with their names, for two lesions that share more than half of the smaller one."""
    boxes = [_world_box(lesion.mask) for lesion in lesions]
    for a, b in combinations(range(len(lesions)), 2):
        apart = (boxes[a][0] > boxes[b][1]).any() or (boxes[b][0] > boxes[a][1]).any()
        share = 0.0 if apart else shared_part(lesions[a], lesions[b])
        if share > MAX_SHARED:
            raise AmbiguityError(
                f"the regions {lesions[a].label!r} and {lesions[b].label!r} overlap",
                got=f"{share:.0%} of the smaller one lies in the other",
                expected=f"lesions that share at most {MAX_SHARED:.0%}",
                remedy="choose one by its label (MASK:LABEL on the command line)",
            )


def shared_part(one: Lesion, other: Lesion) -> float:
    """The share of the smaller lesion's voxels, on the grid of the first, that the other one holds too."""
    box = one.mask.box()
    if one.mask.grid.matches(other.mask.grid) and box is not None:
        fewest = min(int(np.count_nonzero(lesion.mask.data)) for lesion in (one, other))
        return int(np.count_nonzero(one.mask.data[box] & other.mask.data[box])) / fewest
    carried = other.mask_on(one.mask.grid).data
    smaller_mm3 = min(one.mask.volume_mm3, other.mask.volume_mm3)
    return float(np.count_nonzero(one.mask.data & carried) * one.mask.grid.voxel_volume_mm3 / smaller_mm3)


def _world_box(mask: Mask) -> tuple[FloatArray, FloatArray]:
    """The lowest and the highest RAS mm of a mask's voxels."""
    box = mask.box(max(mask.grid.spacing))
    corners = (mask.grid if box is None else mask.grid.crop(box)).corners()
    return corners.min(axis=0), corners.max(axis=0)
