"""The other lesions of a study: they belong to no lesion's surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from pnst.errors import InputError
from pnst.image import Grid
from pnst.study import Lesion
from pnst.typing import BoolArray

MAX_OVERLAP = 0.5
"""Two regions that share more than this of the smaller one are not two tumours."""


def refuse_overlaps(lesion: Lesion, others: Iterable[Lesion]) -> None:
    """Raise `InputError` that names both where another region is the same tumour, or a part of it."""
    for other in others:
        theirs = other.mask_on(lesion.mask.grid).data
        shared = np.count_nonzero(theirs & lesion.mask.data)
        if shared > MAX_OVERLAP * min(np.count_nonzero(theirs), np.count_nonzero(lesion.mask.data)):
            raise InputError(
                f"the regions {lesion.label!r} and {other.label!r} are not two tumours",
                got=f"{shared} voxels in both",
                expected="lesions that lie beside each other",
                remedy="choose one with its label, or give the other as a mask, such as --mask edema=FILE:LABEL",
            )


def neighbours_on(grid: Grid, others: Iterable[Lesion], margin_mm: float) -> BoolArray | None:
    """(ni, nj, nk): the voxels of a grid in other lesions or within `margin_mm` of them; None where there are none."""
    import edt

    hidden: BoolArray | None = None
    for other in others:
        mask = other.mask_on(grid)
        box = mask.box(margin_mm + max(grid.spacing))
        if box is None:
            continue
        if hidden is None:
            hidden = np.zeros(grid.shape, dtype=bool)
        distance = edt.edt((~mask.data[box]).astype(np.uint8), anisotropy=grid.spacing)
        hidden[box] |= distance <= margin_mm + min(grid.spacing) / 2  # a surface lies half a voxel off its centres
    return hidden


def touching(lesion: Lesion, others: Sequence[Lesion], margin_mm: float) -> tuple[str, ...]:
    """The labels of the other lesions whose surface comes within `margin_mm` of the lesion's, or lies inside it."""
    from scipy.spatial import cKDTree

    if not others:
        return ()
    tree, reach = cKDTree(lesion.mesh.vertices), margin_mm + max(lesion.mask.grid.spacing)
    distances = (tree.query(other.mesh.vertices, distance_upper_bound=reach)[0] for other in others)
    return tuple(other.label for other, near in zip(others, distances, strict=True) if np.isfinite(near).any())
