"""Error-function fits against the profiles that they were made from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from pnst.kernels.edge import bic_variance_ratio, fit_step, fit_step_beside

X = np.linspace(-6, 6, 25)


@pytest.fixture
def rng() -> np.random.Generator:
    """The same draws in each test, whichever ran before."""
    return np.random.default_rng(7)


def step(height: float, position: float, sigma: float) -> np.ndarray:
    return height / 2 * erf((X - position) / (np.sqrt(2) * sigma))


@pytest.mark.parametrize("sigma", [0.4, 0.8, 1.5, 2.4, 3.5])
@pytest.mark.parametrize("position", [-1.5, 0.0, 0.7])
def test_a_noiseless_step_comes_back(sigma, position):  # closed form
    steps = fit_step(X, (400 + step(-180, position, sigma))[None])
    assert steps.sigma[0] == pytest.approx(sigma, rel=0.02)
    assert steps.position[0] == pytest.approx(position, abs=0.02)
    assert steps.height[0] == pytest.approx(-180, rel=0.03)


def test_noise_does_not_bias_the_width(rng):  # closed form, 400 draws at step ÷ noise 12
    profiles = 300 + step(-120, 0.3, 1.2) + rng.normal(scale=10, size=(400, len(X)))
    steps = fit_step(X, profiles)
    assert np.median(steps.sigma) == pytest.approx(1.2, abs=0.1)
    assert np.median(steps.position) == pytest.approx(0.3, abs=0.05)


def test_of_two_steps_the_one_at_the_lesion_is_taken():  # closed form: lesion → oedema → muscle
    profile = 250 + step(-100, 0.0, 0.5) + step(-120, 4.0, 0.5)
    assert fit_step(X, profile[None]).sigma[0] > 1.5  # one step would be a blurred edge
    steps = fit_step_beside(X, profile[None], np.array([0.5]), 0.2)
    assert steps.sigma[0] == pytest.approx(0.5, abs=0.1)
    assert steps.position[0] == pytest.approx(0.0, abs=0.1)
    assert steps.height[0] == pytest.approx(-100, rel=0.1)


def test_a_thin_dark_rim_is_no_taller_step():  # closed form: lesion, 3 mm of fat, muscle, each blurred by 1.4 mm
    profile = 400 + step(-640, 0.0, 1.4) + step(330, 3.0, 1.4)
    steps = fit_step_beside(X, profile[None], np.array([1.4]), 0.2)
    assert steps.sigma[0] == pytest.approx(1.4, abs=0.15)
    assert steps.position[0] == pytest.approx(0.0, abs=0.2)


def test_one_blurred_step_is_not_split_in_two(rng):  # saying no
    profiles = 250 + step(-200, 0.0, 2.5) + rng.normal(scale=5, size=(200, len(X)))
    one, two = fit_step(X, profiles), fit_step_beside(X, profiles, np.full(200, 0.5), 0.2)
    believed = two.residual**2 < bic_variance_ratio(12.0, np.full(200, 1.5)) * one.residual**2
    assert np.mean(believed) < 0.05
    assert np.median(one.sigma) == pytest.approx(2.5, rel=0.1)


def test_a_second_step_is_believed_more_easily_in_fine_voxels():  # closed form: m^(−3/m), at least two samples
    gain = bic_variance_ratio(12.0, np.array([0.75, 1.5, 12.0]))
    np.testing.assert_allclose(gain, [16 ** (-3 / 16), 8 ** (-3 / 8), 2**-1.5])


def test_a_flat_profile_has_a_step_within_noise(rng):  # saying no
    steps = fit_step(X, 100 + rng.normal(scale=3, size=(300, len(X))))
    assert np.median(np.abs(steps.height)) < 3 * 3


def test_scale_and_offset_of_the_image_change_nothing(rng):  # law
    profiles = 300 + step(-120, 0.3, 1.2) + rng.normal(scale=10, size=(50, len(X)))
    plain, scaled = fit_step(X, profiles), fit_step(X, 7 * profiles + 1000)
    np.testing.assert_allclose(scaled.sigma, plain.sigma, rtol=1e-3)
    np.testing.assert_allclose(scaled.height, 7 * plain.height, rtol=1e-3)
