"""The mono-exponential fit against decays with a formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pnst.kernels.diffusion import fit_decay, geometric_mean, shells

B = (50.0, 400.0, 800.0)


def decay(adc: np.ndarray, s0: float = 1000.0) -> np.ndarray:
    return s0 * np.exp(-np.outer(adc, np.array(B) / 1000))


@given(adc=st.floats(0.1, 3.5), s0=st.floats(1.0, 3e4))
def test_a_noiseless_decay_is_exact(adc, s0):  # closed form
    fit = fit_decay(decay(np.array([adc]), s0), B)
    assert fit.adc[0] == pytest.approx(adc, abs=2e-4)
    assert fit.s0[0] == pytest.approx(s0, rel=1e-3)
    assert fit.residual[0] < 1e-4


@pytest.mark.parametrize("adc", [0.5, 1.0, 1.6, 2.5])
def test_rician_noise_at_snr_20_biases_by_under_a_percent(adc):  # closed form, 20,000 draws
    rng = np.random.default_rng(3)
    clean = decay(np.full(20_000, adc))
    noisy = np.hypot(clean + rng.normal(scale=50, size=clean.shape), rng.normal(scale=50, size=clean.shape))
    mean = fit_decay(noisy, B).adc.mean()
    assert mean == pytest.approx(adc, rel=0.01 if adc < 2 else 0.02)  # at 2.5 the last shell lies on the noise floor


def test_weights_from_the_measured_signal_would_fail_that():  # a known-bad method, so that the bound can fail
    rng = np.random.default_rng(3)
    clean = decay(np.full(20_000, 1.6))
    noisy = np.hypot(clean + rng.normal(scale=50, size=clean.shape), rng.normal(scale=50, size=clean.shape))
    b, log, w = np.array(B) / 1000, np.log(noisy), noisy**2
    mean_b, mean_y = (w * b).sum(1) / w.sum(1), (w * log).sum(1) / w.sum(1)
    slope = (w * (b - mean_b[:, None]) * (log - mean_y[:, None])).sum(1) / (w * (b - mean_b[:, None]) ** 2).sum(1)
    assert -slope.mean() < 1.6 * 0.99


@given(scale=st.floats(0.01, 1e4))
def test_scaling_the_signal_leaves_adc_alone(scale):  # law
    rng = np.random.default_rng(5)
    noisy = decay(np.full(50, 1.2)) + rng.normal(scale=20, size=(50, 3))
    np.testing.assert_allclose(fit_decay(noisy * scale, B).adc, fit_decay(noisy, B).adc, rtol=2e-4)


def test_shells_without_signal_are_left_out_and_too_few_give_nan():
    signal = decay(np.array([1.3, 1.3, 1.3]))
    signal[0, 2], signal[1, 1:], signal[2] = 0, np.nan, 0
    fit = fit_decay(signal, B)
    assert fit.adc[0] == pytest.approx(1.3, abs=1e-3)
    assert np.isnan(fit.adc[1:]).all()


def test_blocks_are_invisible():  # invariant: more voxels than a block holds
    adc = np.linspace(0.3, 3.0, 150_001)
    np.testing.assert_allclose(fit_decay(decay(adc), B).adc, adc, atol=5e-4)


def test_shells_gather_what_is_near_and_nothing_else():
    found = shells([0, 795, 0.001, 800, 400, 805, 928.3], tolerance=10)
    assert found.b_values == pytest.approx((0.0005, 400, 800, 928.3))
    assert found.members == ((0, 2), (4,), (1, 3, 5), (6,))


def test_directions_are_averaged_geometrically():  # closed form: the mean of their ADCs
    along = np.array([0.8, 1.4, 2.3])
    signal = np.concatenate([[1000.0], 1000 * np.exp(-along * 0.8)])[None]
    found = shells([0, 800, 800, 800], 10)
    fit = fit_decay(geometric_mean(signal, found), found.b_values)
    assert fit.adc[0] == pytest.approx(along.mean(), abs=1e-3)
    arithmetic = np.array([[1000.0, signal[0, 1:].mean()]])
    assert fit_decay(arithmetic, found.b_values).adc[0] < along.mean() - 0.05  # what the arithmetic mean would give


def test_a_direction_without_signal_leaves_its_shell_empty():
    found = shells([0, 800, 800], 10)
    assert geometric_mean(np.array([[1000.0, 300.0, 0.0]]), found)[0, 1] == 0
