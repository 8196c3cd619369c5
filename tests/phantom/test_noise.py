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


def test_averaging_magnitudes_calms_tissue_and_leaves_the_floor() -> None:
    rng = np.random.default_rng(8)
    once, often = (rician(np.full((300, 200), 90.0), 3.0, rng, averages=n) for n in (1, 9))
    assert once.std() / often.std() == pytest.approx(3, rel=0.02)
    floor = rician(np.zeros((300, 200)), 3.0, rng, averages=9)
    assert floor.mean() == pytest.approx(3 * np.sqrt(np.pi / 2), rel=5e-3)
    assert floor.std() == pytest.approx(3 * np.sqrt(2 - np.pi / 2) / 3, rel=0.02)


def test_the_mean_of_a_rician_signal_is_its_laguerre_polynomial() -> None:
    """⟨M⟩ = σ √(π/2) L½(−ν²/2σ²), L½(x) = e^(x/2) ((1 − x) I₀(−x/2) − x I₁(−x/2))."""
    from scipy.special import ive

    sigma, nu = 7.0, 9.0
    x = nu**2 / (2 * sigma**2)
    exact = sigma * np.sqrt(np.pi / 2) * ((1 + x) * ive(0, x / 2) + x * ive(1, x / 2))
    mean = rician(np.full((800, 600), nu), sigma, np.random.default_rng(5)).mean()
    assert mean == pytest.approx(exact, rel=2e-3)
    assert exact > 1.2 * nu


def test_noise_of_a_zero_filled_image_keeps_its_moments() -> None:
    air = rician(np.zeros((200, 180, 12)), 5.0, np.random.default_rng(6), acquired=0.7)
    assert air.mean() == pytest.approx(5 * np.sqrt(np.pi / 2), rel=5e-3)
    assert air.std() == pytest.approx(5 * np.sqrt(2 - np.pi / 2), rel=0.01)
    ties = np.corrcoef(air[1:].ravel(), air[:-1].ravel())[0, 1]
    assert ties > 0.05
