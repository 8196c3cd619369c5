"""Which series the segments lie on. Witness: masks of which every voxel is known."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from pnst.image import Grid, Mask
from pnst.io.dicom_results.lesion_grid import place_lesions
from pnst.io.dicom_results.source import SourceFrame, SourceSeries, SourceStudy
from pnst.study import Lesion, Role


def source(**series: Grid | tuple[Grid, bool]) -> SourceStudy:
    """A study whose series have these grids; with True, moved."""
    made = {}
    for role, given in series.items():
        grid, moved = given if isinstance(given, tuple) else (given, False)
        frame = SourceFrame("1.2", "1.3", "1.4", None)
        made[Role(role)] = SourceSeries(Role(role), grid, "1.5", (frame,) * grid.shape[2], moved)
    return SourceStudy(Dataset(), made, 1)


def lesion(grid: Grid, label: str = "1", slices: slice = slice(3, 7)) -> Lesion:
    inside = np.zeros(grid.shape, dtype=bool)
    inside[6:14, 5:12, slices] = True
    return Lesion(label, Mask(inside, grid), "test")


@pytest.fixture
def grids(oblique) -> tuple[Grid, Grid]:
    """Two grids of one place: fine and coarse."""
    fine = oblique((24, 20, 11), (1.0, 1.2, 4.0))
    coarse = Grid((14, 12, 9), fine.affine @ np.diag([1.9, 1.9, 1.3, 1.0]))
    return fine, coarse


def test_the_series_that_it_was_drawn_on_keeps_its_voxels(grids):
    fine, coarse = grids
    own = lesion(coarse)
    placed = place_lesions([own], source(t1=fine, t2_fs=coarse))
    assert (placed.series.role, placed.drawn) == (Role.T2_FS, (True,))
    assert np.array_equal(placed.masks[0].data, own.mask.data)
    assert placed.says(0) == "drawn on the t2_fs series"
    assert placed.slices == range(3, 7)


def test_voxels_stored_in_another_order_are_the_same_voxels(grids, oblique):
    fine, _ = grids
    turned = fine.canonical()
    own = Lesion("1", Mask(fine.to_canonical(lesion(fine).mask.data), turned), "test")
    placed = place_lesions([own], source(t1=fine))
    assert placed.drawn == (True,)
    assert np.array_equal(placed.masks[0].data, lesion(fine).mask.data)


def test_a_lesion_of_its_own_voxels_is_carried_to_the_finest_series(grids):
    fine, coarse = grids
    own_grid = Grid((16, 14, 12), fine.affine @ np.diag([1.4, 1.4, 0.9, 1.0]))
    placed = place_lesions([lesion(own_grid)], source(t2_fs=coarse, t1=fine))
    assert (placed.series.role, placed.drawn) == (Role.T1, (False,))
    assert placed.says(0) == "carried to the t1 series from other voxels"
    assert placed.masks[0].volume_mm3 == pytest.approx(
        lesion(own_grid).mask.volume_mm3, rel=0.2
    )  # the corners of a small box are lost


def test_most_lesions_decide(grids):
    fine, coarse = grids
    lesions = [lesion(fine, "a"), lesion(coarse, "b", slice(2, 5)), lesion(coarse, "c", slice(4, 6))]
    placed = place_lesions(lesions, source(t1=fine, t2_fs=coarse))
    assert (placed.series.role, placed.drawn) == (Role.T2_FS, (False, True, True))
    assert [placed.says(n).split()[0] for n in range(3)] == ["carried", "drawn", "drawn"]


def test_a_series_that_does_not_hold_it_is_not_taken(grids):
    fine, coarse = grids
    part = fine.crop((slice(0, 8), slice(0, 20), slice(0, 11)))
    own_grid = Grid((16, 14, 12), fine.affine @ np.diag([1.4, 1.4, 0.9, 1.0]))
    placed = place_lesions([lesion(own_grid)], source(t1=part, t2_fs=coarse))
    assert placed.series.role is Role.T2_FS


def test_a_series_that_was_moved_is_not_taken_where_there_is_another(grids):
    fine, coarse = grids
    own = lesion(fine)
    assert place_lesions([own], source(dwi=(fine, True), t1=coarse)).series.role is Role.T1
    assert place_lesions([own], source(dwi=(fine, True))).series.role is Role.DWI
