"""Masks on finer grids. Witness: the mask as drawn, its voxels repeated by NumPy; a shape drawn on the finer grid."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Grid, Mask
from pnst.io.masks.upsampling import undo_upsampling


def ball(grid: Grid, radius: float) -> Mask:
    points = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    centre = grid.to_world((np.array(grid.shape) - 1) / 2 + (0.2, -0.3, 0.1))
    return Mask(np.linalg.norm(points - centre, axis=-1) < radius, grid)


def finer(grid: Grid, times: tuple[int, int, int]) -> Grid:
    """The same block of space in more voxels."""
    affine = np.array(grid.affine)
    affine[:3, :3] = affine[:3, :3] / times
    affine[:3, 3] = grid.to_world((1 / np.array(times) - 1) / 2)
    ni, nj, nk = np.multiply(grid.shape, times).tolist()
    return Grid((ni, nj, nk), affine)


def repeated(mask: Mask, times: tuple[int, int, int]) -> Mask:
    data = mask.data
    for axis, n in enumerate(times):
        data = np.repeat(data, n, axis=axis)
    return Mask(data, finer(mask.grid, times))


def stored_otherwise(mask: Mask) -> Mask:
    """The first axis backwards, then the axes in another order."""
    affine = np.array(mask.grid.affine)
    affine[:3, 3] = mask.grid.to_world((mask.grid.shape[0] - 1, 0, 0))
    affine[:3, 0] *= -1
    ni, nj, nk = mask.grid.shape
    return Mask(mask.data[::-1].transpose(2, 0, 1), Grid((nk, ni, nj), affine[:, [2, 0, 1, 3]]))


@pytest.mark.parametrize("times", [(2, 2, 3), (1, 1, 5), (4, 3, 1)])
@pytest.mark.parametrize("store", [lambda mask: mask, stored_otherwise], ids=["as it is", "turned"])
def test_repeated_voxels_come_back(oblique, study_of, times, store):
    drawn = ball(oblique(), 6.0)
    restored, notes = undo_upsampling(store(repeated(drawn, times)), study_of(t1=drawn.grid))
    assert restored.grid is drawn.grid
    assert np.array_equal(restored.data, drawn.data)
    assert "repeat those of t1" in notes[0]


def test_a_crop_of_repeated_voxels_comes_back(oblique, study_of):
    drawn = ball(oblique(), 6.0)
    fine = repeated(drawn, (2, 2, 3))
    restored, _ = undo_upsampling(fine.crop(fine.box(0.5)), study_of(t2_fs=drawn.grid))
    assert np.array_equal(restored.data, drawn.data)


def test_centres_on_the_border_of_two_voxels_belong_to_either(oblique, study_of):
    """Both grids begin at one centre, as resampling tools make them: every second one of i and j lies on a border."""
    drawn = ball(oblique(), 6.0)
    ni, nj, nk = drawn.grid.shape
    fine = Grid((2 * ni - 1, 2 * nj - 1, nk), drawn.grid.affine @ np.diag((0.5, 0.5, 1.0, 1.0)))
    down, up = np.arange(2 * ni - 1) // 2, (np.arange(2 * nj - 1) + 1) // 2
    restored, _ = undo_upsampling(Mask(drawn.data[np.ix_(down, up, np.arange(nk))], fine), study_of(t1=drawn.grid))
    assert np.array_equal(restored.data, drawn.data)


def test_what_was_drawn_on_the_finer_grid_stays_there(oblique, study_of):
    grid = oblique()
    mask = ball(finer(grid, (2, 2, 3)), 6.0)
    assert undo_upsampling(mask, study_of(t1=grid)) == (mask, ())


def test_a_mask_as_coarse_or_turned_stays_where_it_is(oblique, study_of):
    mask = ball(oblique(), 6.0)
    turned = oblique(turns=(0.25, -0.3, 0.4))
    for grid in (mask.grid, finer(mask.grid, (1, 1, 2)), turned):
        assert undo_upsampling(mask, study_of(t1=grid)) == (mask, ())
