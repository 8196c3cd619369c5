"""Error-function fits against the profiles that they were made from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from pnst.kernels.edge import fit_steps

X = np.linspace(-6, 6, 25)
RNG = np.random.default_rng(7)


def step(height: float, position: float, sigma: float) -> np.ndarray:
    return height / 2 * erf((X - position) / (np.sqrt(2) * sigma))


@pytest.mark.parametrize("sigma", [0.4, 0.8, 1.5, 2.4, 3.5])
@pytest.mark.parametrize("position", [-1.5, 0.0, 0.7])
def test_a_noiseless_step_comes_back(sigma, position):  # closed form
    found = fit_steps(X, (400 + step(-180, position, sigma))[None], noise=1.0)
    assert found.sigma[0] == pytest.approx(sigma, rel=0.02)
    assert found.position[0] == pytest.approx(position, abs=0.02)
    assert found.height[0] == pytest.approx(-180, rel=0.03)


def test_noise_does_not_bias_the_width():  # closed form, 400 draws at step ÷ noise 12
    profiles = 300 + step(-120, 0.3, 1.2) + RNG.normal(scale=10, size=(400, len(X)))
    found = fit_steps(X, profiles, noise=10)
    assert np.median(found.sigma) == pytest.approx(1.2, abs=0.1)
    assert np.median(found.position) == pytest.approx(0.3, abs=0.05)


def test_of_two_steps_the_one_at_the_lesion_is_taken():  # closed form: lesion → oedema → muscle
    profile = 250 + step(-100, 0.0, 0.5) + step(-120, 4.0, 0.5)
    found = fit_steps(X, profile[None], noise=2.0)
    assert found.sigma[0] == pytest.approx(0.5, abs=0.1)
    assert found.position[0] == pytest.approx(0.0, abs=0.1)
    assert found.height[0] == pytest.approx(-100, rel=0.1)


def test_one_blurred_step_is_not_split_in_two():  # saying no
    profiles = 250 + step(-200, 0.0, 2.5) + RNG.normal(scale=5, size=(200, len(X)))
    assert np.median(fit_steps(X, profiles, noise=5).sigma) == pytest.approx(2.5, rel=0.1)


def test_a_flat_profile_has_a_step_within_noise():  # saying no
    found = fit_steps(X, 100 + RNG.normal(scale=3, size=(300, len(X))), noise=3)
    assert np.median(np.abs(found.height)) < 3 * 3


def test_scale_and_offset_of_the_image_change_nothing():  # law
    profiles = 300 + step(-120, 0.3, 1.2) + RNG.normal(scale=10, size=(50, len(X)))
    plain, scaled = fit_steps(X, profiles, noise=10), fit_steps(X, 7 * profiles + 1000, noise=70)
    np.testing.assert_allclose(scaled.sigma, plain.sigma, rtol=1e-3)
    np.testing.assert_allclose(scaled.height, 7 * plain.height, rtol=1e-3)
