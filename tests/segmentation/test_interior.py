"""The inside of a lesion on one image. Witness: closed forms of a ball, a linear image, known noise."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Grid, Mask, Volume
from pnst.segmentation.interior import crop_interior, depth_map
from pnst.segmentation.settings import TissueSettings
from pnst.study import Lesion

GRID = oblique((61, 74, 19), (0.5, 0.4, 2.0))
CENTRE = GRID.to_world((29.3, 36.1, 9.2))
R = np.linalg.norm(
    GRID.to_world(np.stack(np.meshgrid(*map(np.arange, GRID.shape), indexing="ij"), axis=-1)) - CENTRE, axis=-1
)
BALL = Mask(R < 11, GRID)
SMOOTHING_MM = TissueSettings().lesion_smoothing_mm
NOISY = np.random.default_rng(2).normal(200, 5, GRID.shape).astype(np.float32)


def test_blank_slices_are_counted_and_one_lost_voxel_makes_none():
    data = NOISY.copy()
    data[..., 8], data[..., 9] = 0, np.nan
    data[30, 36, 10] = np.nan
    assert crop_interior(Volume(data, GRID), BALL, SMOOTHING_MM).blank_slices == 2
    assert crop_interior(Volume(NOISY, GRID), BALL, SMOOTHING_MM).blank_slices == 0


def test_signal_to_noise_is_the_median_over_the_noise():
    assert crop_interior(Volume(NOISY, GRID), BALL, SMOOTHING_MM).signal_to_noise == pytest.approx(40, rel=0.05)
    assert np.isnan(crop_interior(Volume(NOISY, GRID), Mask(R < 1.2, GRID), SMOOTHING_MM).signal_to_noise)


def test_another_image_is_interpolated_where_it_is_and_unknown_beyond():  # closed form: a linear image is exact
    inside = crop_interior(Volume(NOISY, GRID), BALL, SMOOTHING_MM)
    other = oblique((40, 20, 35), (1.3, 1.1, 0.9))
    index = np.stack(np.meshgrid(*map(np.arange, other.shape), indexing="ij"), axis=-1)
    linear = other.to_world(index) @ (1.0, -2.0, 0.5)
    here = inside.volume.grid
    points = here.to_world(np.stack(np.meshgrid(*map(np.arange, here.shape), indexing="ij"), axis=-1))
    found, at = inside.resample_like(Volume(linear.astype(np.float32), other)), other.to_index(points)
    within = ((at > 1e-6) & (at < np.subtract(other.shape, 1) - 1e-6)).all(axis=-1)
    assert 0 < within.mean() < 1
    assert (np.isnan(found) == ~within).all()
    assert found[within] == pytest.approx((points @ (1.0, -2.0, 0.5))[within], abs=1e-3)
    away = np.eye(4)
    away[:3, 3] = 900
    assert np.isnan(inside.resample_like(Volume(NOISY, Grid(GRID.shape, away @ GRID.affine)))).all()


def test_depth_of_a_ball_on_another_grid():  # closed form: R − r
    depth = depth_map(Lesion("ball", BALL, "formula"))
    inside = crop_interior(Volume(NOISY, GRID), BALL, SMOOTHING_MM)
    here = inside.volume.grid
    r = np.linalg.norm(
        here.to_world(np.stack(np.meshgrid(*map(np.arange, here.shape), indexing="ij"), axis=-1)) - CENTRE, axis=-1
    )
    found = inside.resample_like(depth)
    assert float(depth.data.max()) == pytest.approx(11, rel=0.03)
    assert found[inside.lesion.data] == pytest.approx((11 - r)[inside.lesion.data], abs=0.6)
    assert (np.nan_to_num(found[r > 12]) == 0).all()
