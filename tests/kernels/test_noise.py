"""Noise of images that hold a known one."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.noise import noise_sd


@pytest.fixture
def rng() -> np.random.Generator:
    """The same draws in each test, whichever ran before."""
    return np.random.default_rng(11)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_noise_is_told_from_gradients_and_edges(rng, axis):  # closed form
    shape = (40, 37, 31)
    ramp = sum(3.0 * g for g in np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"))
    image = ramp + np.where(np.arange(shape[0])[:, None, None] > 20, 300, 0) + rng.normal(scale=7, size=shape)
    assert noise_sd(image, np.ones(shape, dtype=bool), axis) == pytest.approx(7, rel=0.05)


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_holes_add_no_noise(rng, hole):  # closed form: the noise that was planted
    image = 500 + rng.normal(scale=7, size=(40, 37, 31))
    image[rng.random(image.shape) < 0.1] = hole
    everywhere = np.ones(image.shape, dtype=bool)
    assert noise_sd(image, everywhere, 2) == pytest.approx(7, rel=0.05)
    assert noise_sd(np.nan_to_num(image, posinf=0), everywhere, 2) > 15


def test_noise_of_too_few_voxels_is_unknown():
    where = np.zeros((9, 8, 7), dtype=bool)
    where[4, 4, 3] = True
    assert np.isnan(noise_sd(np.zeros((9, 8, 7)), where, 2))
