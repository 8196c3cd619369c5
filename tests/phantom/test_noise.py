"""Witnesses: moments of the Rayleigh and Rician distributions."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.noise import rician


def test_rician_noise_has_its_moments() -> None:
    rng = np.random.default_rng(4)
    sigma, count = 7.0, 400_000
    air = rician(np.zeros(count), sigma, rng)
    assert air.mean() == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=5e-3)
    assert air.std() == pytest.approx(sigma * np.sqrt(2 - np.pi / 2), rel=5e-3)
    signal = rician(np.full(count, 20.0), sigma, rng)
    assert np.mean(signal**2) == pytest.approx(20**2 + 2 * sigma**2, rel=5e-3)


def test_without_noise_nothing_changes() -> None:
    signal = np.arange(5.0)
    np.testing.assert_array_equal(rician(signal, 0.0, np.random.default_rng(0)), signal)
