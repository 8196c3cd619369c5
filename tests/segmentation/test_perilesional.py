"""Cells round a lesion. Witness: means with a formula, invariants of the voxels' storage."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from bodies import oblique
from pnst.image import Grid, Mask, Volume
from pnst.segmentation.perilesional import (
    block_means,
    crop_perilesional,
    downsampling_factors,
    resample_nearest,
    upsample,
)
from pnst.segmentation.settings import TissueSettings
from pnst.segmentation.tissue import TissueNotFound
from scenes import stored

GRID = oblique((61, 74, 9), (0.5, 0.4, 4.0))
POINTS = np.stack(np.meshgrid(*[np.arange(n) for n in GRID.shape], indexing="ij"), axis=-1) * GRID.spacing
R = np.linalg.norm(POINTS - np.array([14.0, 15.0, 17.0]), axis=-1)
IMAGE = (100 + 40 * np.sin(POINTS[..., 0] / 3) + np.random.default_rng(2).normal(scale=5, size=GRID.shape)).astype(
    np.float32
)


def test_a_cell_is_about_a_millimetre_in_plane_and_one_slice():
    assert downsampling_factors(GRID) == (2, 2, 1)
    assert downsampling_factors(oblique((30, 20, 10), (0.9, 3.0, 0.35))) == (1, 1, 3)
    assert downsampling_factors(oblique((1, 20, 10), (0.3, 0.35, 4.0))) == (1, 3, 1)  # never more than there are


def test_cell_means_and_what_they_leave_out():  # closed form
    data = np.arange(5 * 4 * 2, dtype=np.float32).reshape(5, 4, 2)
    means = block_means(data, (2, 2, 1))
    assert means.shape == (2, 2, 2)
    assert means[0, 0, 0] == pytest.approx(np.mean(data[:2, :2, 0]))
    assert means[1, 1, 1] == pytest.approx(np.mean(data[2:4, 2:4, 1]))


def test_the_lesions_cells_are_those_of_which_it_holds_half():  # brute force: the share of all cells
    perilesional = crop_perilesional(Volume(IMAGE, GRID), Mask(R < 6, GRID), reach_mm=99)
    share = block_means(perilesional.lesion.data, (2, 2, 1))
    assert np.array_equal(perilesional.downsampled.lesion, share >= 0.5)


def test_tissue_is_looked_for_within_reach_and_clear_of_the_lesion():  # an independent distance
    downsampled = crop_perilesional(Volume(IMAGE, GRID), Mask(R < 6, GRID), reach_mm=14).downsampled
    distance = distance_transform_edt(~downsampled.lesion, sampling=downsampled.grid.spacing)
    clear = distance > downsampled.settings.clear_of_lesion_mm
    assert np.array_equal(downsampled.shell, clear & (distance <= 14))


def test_spreading_puts_every_cell_on_its_voxels():
    perilesional = crop_perilesional(Volume(IMAGE, GRID), Mask(R < 6, GRID), reach_mm=99)
    number = np.arange(perilesional.downsampled.smooth.size).reshape(perilesional.downsampled.smooth.shape)
    on_voxels = upsample(number, perilesional.volume.grid)
    assert on_voxels.shape == perilesional.volume.grid.shape
    assert (on_voxels[::2, ::2][: number.shape[0], : number.shape[1]] == number).all()
    assert (on_voxels[-1] == on_voxels[-2]).all()  # the odd voxel takes the last cell's value


def test_cells_lie_where_their_voxels_do():
    perilesional = crop_perilesional(Volume(IMAGE, GRID), Mask(R < 6, GRID), reach_mm=99)
    first = perilesional.volume.grid.to_world([(0, 0, 3), (1, 1, 3)]).mean(axis=0)
    assert perilesional.downsampled.grid.to_world((0, 0, 3)) == pytest.approx(first, abs=1e-9)
    assert perilesional.downsampled.distance[perilesional.downsampled.lesion].max() == 0


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_voxels_storage_changes_no_cell(order):  # law: to the last digit
    plain = crop_perilesional(Volume(IMAGE, GRID), Mask(R < 6, GRID), reach_mm=8)
    grid = stored(GRID, order, (0, 2))
    data, mask = (np.flip(array.transpose(order), axis=(0, 2)) for array in (IMAGE, R < 6))
    other = crop_perilesional(Volume(data, grid), Mask(mask, grid), reach_mm=8)
    assert other.downsampled.grid.matches(plain.downsampled.grid)
    assert np.array_equal(other.downsampled.smooth, plain.downsampled.smooth)
    assert np.array_equal(other.downsampled.distance, plain.downsampled.distance)


def test_a_lesion_smaller_than_a_cell_is_not_lost():
    one = np.zeros(GRID.shape, dtype=bool)
    one[21, 33, 4] = True
    perilesional = crop_perilesional(Volume(IMAGE, GRID), Mask(one, GRID))
    assert np.count_nonzero(perilesional.downsampled.lesion) == 1
    assert np.isfinite(perilesional.downsampled.distance).all()


def test_a_lesion_outside_the_series():
    image = Volume(np.ones(GRID.shape, np.float32), GRID)
    with pytest.raises(TissueNotFound, match="outside this series"):
        crop_perilesional(image, Mask(np.zeros(GRID.shape, bool), GRID))


def test_the_anchor_is_the_median_of_the_lesion(t1):
    assert t1.lesion_median == pytest.approx(np.median(t1.volume.data[t1.lesion.data]))


def test_no_lesion_is_refused():
    with pytest.raises(TissueNotFound, match="outside this series"):
        crop_perilesional(Volume(IMAGE, GRID), Mask(np.zeros(GRID.shape, dtype=bool), GRID))


def test_the_settings_say_how_near_tissue_is_looked_for():
    perilesional = crop_perilesional(
        Volume(IMAGE, GRID), Mask(R < 6, GRID), TissueSettings(near_mm=7.0, clear_of_lesion_mm=2.0)
    )
    within = perilesional.downsampled.distance[perilesional.downsampled.shell]
    assert within.min() > 2
    assert within.max() <= 7
    assert perilesional.shell.sum() == np.count_nonzero(perilesional.on_voxels(perilesional.downsampled.shell))


def test_smoothing_beside_voxels_without_data_keeps_the_level():  # closed form: a constant stays what it is
    data = np.where(POINTS[..., 0] > 16, np.nan, 80.0).astype(np.float32)
    downsampled = crop_perilesional(Volume(data, GRID), Mask(R < 4, GRID)).downsampled
    assert not downsampled.shell.all()
    assert downsampled.smooth[downsampled.shell] == pytest.approx(80.0, rel=1e-5)


def test_the_nearest_voxel_on_another_grid():  # closed form: its own, and the fill outside
    fine = Grid((8, 8, 4), GRID.affine @ np.diag([0.5, 0.5, 1.0, 1.0]))
    found = resample_nearest(IMAGE, GRID, fine, fill=-1.0)
    assert found[4, 6, 2] == IMAGE[2, 3, 2]
    away = GRID.affine.copy()
    away[:3, 3] += 900
    assert (resample_nearest(IMAGE, GRID, Grid((4, 5, 3), away), fill=-1.0) == -1).all()
    assert resample_nearest(IMAGE > 100, GRID, fine, fill=False).dtype == np.bool_


@pytest.mark.parametrize("turn_deg", [0.0, 20.0])
def test_the_nearest_voxel_is_that_of_the_rounded_index(turn_deg):  # brute force, along the axes and turned
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    affine, shape = np.eye(4), (41, 53, 7)
    affine[:3, :3] = GRID.directions @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.diag((-0.61, 0.83, 5.3))
    affine[:3, 3] = GRID.to_world((30.3, 36.6, 4.4)) - affine[:3, :3] @ (np.array(shape) / 2)
    onto = Grid(shape, affine)
    index = GRID.to_index(onto.to_world(np.stack(np.indices(onto.shape), axis=-1)))
    inside = ((index >= 0) & (index <= np.array(GRID.shape) - 1)).all(axis=-1)
    true = np.where(inside, IMAGE[tuple(np.where(inside[..., None], np.rint(index), 0).astype(int).T)].T, -1.0)
    assert 0 < inside.sum() < inside.size
    np.testing.assert_array_equal(resample_nearest(IMAGE, GRID, onto, fill=-1.0), true)
