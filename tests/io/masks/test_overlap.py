"""Lesions drawn over each other. Witness: boxes whose shared voxels are counted."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import AmbiguityError
from pnst.image import Grid, Mask
from pnst.io.masks.overlap import check_overlap, shared_part
from pnst.study import Lesion


def box(label: str, grid: Grid, first: int, last: int, wide: int = 8) -> Lesion:
    """Slices `first` to `last` along the first axis."""
    data = np.zeros(grid.shape, dtype=bool)
    data[first:last, 4 : 4 + wide, 3:7] = True
    return Lesion(label, Mask(data, grid), "formula")


@pytest.mark.parametrize(
    ("first", "last", "share"),
    [(4, 10, 1.0), (10, 16, 0.0), (7, 13, 0.5), (5, 9, 1.0), (9, 19, 1 / 6)],  # of the smaller one
)
def test_the_share_is_of_the_smaller_one(oblique, first, last, share):
    one, other = box("a", oblique(), 4, 10), box("b", oblique(), first, last)
    assert shared_part(one, other) == shared_part(other, one) == pytest.approx(share)


def test_the_share_on_other_voxels_is_that_in_the_patient(oblique):
    fine = oblique((46, 38, 22), (0.35, 0.45, 2.0))
    one, other = box("a", oblique(), 4, 10), box("b", oblique(), 7, 13)
    carried = Lesion("b", other.mask_on(fine), "formula")
    assert shared_part(one, carried) == pytest.approx(0.5, abs=0.08)


def test_half_of_the_smaller_one_is_allowed_and_more_is_not(oblique):
    grid = oblique()
    check_overlap([box("a", grid, 4, 10), box("b", grid, 7, 13), box("c", grid, 13, 19)])
    with pytest.raises(AmbiguityError, match=r"'mass' and 'target' overlap.*67% of the smaller one") as refusal:
        check_overlap([box("mass", grid, 4, 10), box("c", grid, 15, 19), box("target", grid, 6, 14)])
    assert "MASK:LABEL" in refusal.value.remedy
    check_overlap([box("a", grid, 4, 10)])
    check_overlap([])
