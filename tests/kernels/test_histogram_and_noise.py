"""Modes and noise of images made from known distributions."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.histogram import modes, sd_below
from pnst.kernels.noise import noise_sd
from pnst.kernels.sampling import rays, sample

RNG = np.random.default_rng(11)


def mixture(scale: float = 1.0, offset: float = 0.0) -> np.ndarray:
    parts = [RNG.normal(100, 8, 6000), RNG.normal(260, 12, 20000), RNG.normal(700, 30, 9000)]
    return scale * np.concatenate(parts) + offset


def test_three_tissues_give_three_modes():  # closed form
    peaks = modes(mixture())
    assert [m.value for m in peaks] == pytest.approx([100, 260, 700], abs=6)
    assert [m.share for m in peaks] == pytest.approx([6 / 35, 20 / 35, 9 / 35], abs=0.03)
    assert peaks[0].high == pytest.approx(peaks[1].low)


@pytest.mark.parametrize("seed", range(6))
def test_ripples_of_few_values_neither_split_a_mode_nor_cut_it_short(seed):  # closed form: one normal distribution
    widest = max(modes(np.random.default_rng(seed).normal(110, 5, 20000)), key=lambda mode: mode.share)
    assert widest.share > 0.95
    assert widest.low < 110 - 8
    assert widest.high > 110 + 8


@pytest.mark.parametrize(("scale", "offset"), [(3.0, 0.0), (0.01, -5.0), (1.0, 1e4)])
def test_scale_and_offset_move_the_modes_with_them(scale, offset):  # law
    peaks = modes(mixture(scale, offset))
    assert [(m.value - offset) / scale for m in peaks] == pytest.approx([100, 260, 700], abs=6)


@pytest.mark.parametrize("values", [RNG.normal(size=100), np.zeros(0)])
def test_too_few_values_have_no_mode(values):
    assert modes(values) == []


def test_values_without_spread_are_their_own_mode():  # an image without noise
    assert modes(np.full(5000, 3.0)) == [(3.0, 3.0, 3.0, 1.0)]


def test_spread_is_taken_from_below_the_mode():  # closed form: disease above the mode does not widen it
    values = np.concatenate([RNG.normal(100, 10, 50_000), RNG.uniform(110, 400, 30_000)])
    assert sd_below(values, 100, 40) == pytest.approx(10, rel=0.03)
    assert sd_below(values, -500, -600) == 0


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_noise_is_found_over_gradients_and_edges(axis):  # closed form
    shape = (40, 37, 31)
    ramp = sum(3.0 * g for g in np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"))
    image = ramp + np.where(np.arange(shape[0])[:, None, None] > 20, 300, 0) + RNG.normal(scale=7, size=shape)
    assert noise_sd(image, np.ones(shape, dtype=bool), axis) == pytest.approx(7, rel=0.05)


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_holes_add_no_noise(hole):  # closed form: the noise that was planted
    image = 500 + RNG.normal(scale=7, size=(40, 37, 31))
    image[RNG.random(image.shape) < 0.1] = hole
    everywhere = np.ones(image.shape, dtype=bool)
    assert noise_sd(image, everywhere, 2) == pytest.approx(7, rel=0.05)
    assert noise_sd(np.nan_to_num(image, posinf=0), everywhere, 2) > 15


def test_noise_of_too_few_voxels_is_unknown():
    where = np.zeros((9, 8, 7), dtype=bool)
    where[4, 4, 3] = True
    assert np.isnan(noise_sd(np.zeros((9, 8, 7)), where, 2))


def test_samples_of_a_linear_image_are_exact_and_nan_outside():  # closed form: trilinear
    data = np.fromfunction(lambda i, j, k: 2 * i - 3 * j + 5 * k, (6, 7, 8))
    points = np.array([[1.25, 2.5, 3.75], [4.9, 0.1, 6.6], [5.2, 1, 1]])
    values = sample(data, points)
    assert values[:2] == pytest.approx([2 * 1.25 - 3 * 2.5 + 5 * 3.75, 2 * 4.9 - 0.3 + 33], abs=1e-4)
    assert np.isnan(values[2])


def test_rays_go_along_the_direction():
    points = rays(np.array([[1.0, 2, 3]]), np.array([[0, 0.6, 0.8]]), np.array([-5.0, 0, 10]))
    np.testing.assert_allclose(points[0], [[1, -1, -1], [1, 2, 3], [1, 8, 11]])
