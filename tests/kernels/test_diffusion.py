"""The mono-exponential fit against decays with a formula, and against Rician noise drawn from its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pnst.kernels.diffusion import Shells, fit_decay, geometric_mean, group_by_b_value, log_means

B = (50.0, 400.0, 800.0)
SNR = 20.0
DRAWS = 20_000
PROTOCOLS = [
    ((50, 400, 800), (1, 1, 1)),
    ((0, 50, 400, 800), (1, 1, 1, 1)),
    ((0, 500, 1000), (1, 1, 1)),
    ((0, 500, 1000), (1, 3, 3)),
    ((0, 800), (1, 1)),
    ((0, 800), (1, 6)),
    ((50, 800), (2, 4)),
]


def protocol(b_values, counts=None) -> Shells:
    """Shells of so many measurements each, stored one after the other."""
    ends = np.cumsum(counts or [1] * len(b_values))
    starts = [0, *ends[:-1]]
    return Shells(
        tuple(map(float, b_values)), tuple(tuple(range(a, b)) for a, b in zip(starts, ends.tolist(), strict=True))
    )


def decay(adc: np.ndarray, shells: Shells | None = None, s0: float = 1000.0) -> np.ndarray:
    """(n, m) noiseless signal."""
    shells = shells or protocol(B)
    return s0 * np.exp(-np.outer(adc, np.repeat(shells.b_values, shells.counts) / 1000))


def rician(clean: np.ndarray, sd: float = 1000 / SNR, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.hypot(clean + rng.normal(scale=sd, size=clean.shape), rng.normal(scale=sd, size=clean.shape))


@given(adc=st.floats(0.1, 3.5), s0=st.floats(1.0, 3e4), first=st.sampled_from([0.0, 50.0, 200.0]))
def test_a_noiseless_decay_is_exact(adc, s0, first):  # closed form
    shells = protocol((first, 400, 800))
    end = s0 * np.exp(-0.8 * adc)
    fit = fit_decay(decay(np.array([adc]), shells, s0), shells, floor=1.01 * end)
    assert fit.adc[0] == pytest.approx(adc, abs=1e-5)
    assert fit.s0[0] == pytest.approx(s0, rel=1e-5)
    assert fit.residual[0] < 1e-6
    assert fit.below_floor[0]
    assert not fit_decay(decay(np.array([adc]), shells, s0), shells, floor=0.99 * end).below_floor[0]


@given(b=st.lists(st.integers(0, 3000), min_size=2, max_size=9, unique=True), adc=st.floats(0.2, 3.0))
def test_any_b_values_are_exact_where_float32_holds_the_signal(b, adc):  # closed form
    shells = protocol(sorted(b))
    fit = fit_decay(decay(np.array([adc]), shells), shells)
    assert fit.adc[0] == pytest.approx(adc, abs=2e-3 / (max(b) - min(b)) + 1e-4)


@pytest.mark.parametrize(("b_values", "counts"), PROTOCOLS)
@pytest.mark.parametrize("adc", [0.5, 1.0, 1.6, 2.5])
def test_rician_noise_at_snr_20_biases_by_under_a_percent(b_values, counts, adc):  # 20,000 draws, 4 standard errors
    shells = protocol(b_values, counts)
    fit = fit_decay(rician(decay(np.full(DRAWS, adc), shells)), shells, noise_sd=1000 / SNR)
    assert abs(fit.adc.mean() - adc) < 0.01 * adc
    assert 0.93 < np.mean(np.abs(fit.adc - adc) < 1.96 * fit.sd) < 0.97


def test_without_the_noise_the_floor_would_pull_adc_down():  # known-bad, so that the correction is seen to do it
    shells = protocol((0, 1000), (1, 3))
    signal = rician(decay(np.full(DRAWS, 2.5), shells))
    assert fit_decay(signal, shells).adc.mean() < 2.5 * 0.98
    assert fit_decay(signal, shells, noise_sd=50).adc.mean() == pytest.approx(2.5, rel=0.01)


def test_a_wrong_noise_sd_moves_the_mean_little():  # ± 20 %: what an estimate may be off
    shells = protocol((0, 50, 400, 800))
    signal = rician(decay(np.full(DRAWS, 2.0), shells))
    for sd in (40, 60):
        assert fit_decay(signal, shells, noise_sd=sd).adc.mean() == pytest.approx(2.0, rel=0.01)


def test_weights_from_the_measured_signal_would_fail_that():  # a known-bad method, so that the bound can fail
    signal = rician(decay(np.full(DRAWS, 1.6)))
    b, log, w = np.array(B) / 1000, np.log(signal), signal**2
    mean_b, mean_y = (w * b).sum(1) / w.sum(1), (w * log).sum(1) / w.sum(1)
    slope = (w * (b - mean_b[:, None]) * (log - mean_y[:, None])).sum(1) / (w * (b - mean_b[:, None]) ** 2).sum(1)
    assert -slope.mean() < 1.6 * 0.99


def test_weights_narrow_what_ordinary_least_squares_scatter():  # the reason for them
    shells = protocol((0, 50, 400, 800))
    signal = rician(decay(np.full(DRAWS, 1.6), shells))
    ordinary, weighted = (fit_decay(signal, shells, iterations=n).adc.std() for n in (0, 3))
    assert weighted < 0.88 * ordinary


def test_the_fit_is_the_textbook_s_least_squares():  # numpy's polyfit, weights from the fitted signal
    shells = protocol((0, 50, 400, 800))
    signal = rician(decay(np.linspace(0.4, 2.2, 20), shells))
    fit, ordinary = fit_decay(signal, shells), fit_decay(signal, shells, iterations=0)
    b = np.array(shells.b_values) / 1000
    for n, row in enumerate(signal):
        slope, intercept = np.polyfit(b, np.log(row), 1)
        assert (ordinary.adc[n], ordinary.s0[n]) == pytest.approx((-slope, np.exp(intercept)), rel=2e-5)
        for _ in range(3):
            slope, intercept = np.polyfit(b, np.log(row), 1, w=np.exp(intercept + slope * b))
        assert (fit.adc[n], fit.s0[n]) == pytest.approx((-slope, np.exp(intercept)), rel=2e-5)
        gap = np.sqrt(np.mean((row - np.exp(intercept + slope * b)) ** 2))
        assert fit.residual[n] == pytest.approx(gap / np.exp(intercept), rel=1e-3, abs=1e-6)


def test_the_uncertainty_is_that_of_the_weighted_line_at_high_signal():  # closed form: (XᵀWX)⁻¹
    shells = protocol(B, (1, 2, 4))
    sd = fit_decay(decay(np.array([1.2]), shells), shells, noise_sd=2.0).sd[0]
    b, weights = np.array(B) / 1000, np.array([1, 2, 4]) * decay(np.array([1.2]))[0] ** 2 / 2.0**2
    design = np.column_stack([np.ones(3), b])
    covariance = np.linalg.inv(design.T * weights @ design)
    assert sd == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-3)


def test_without_the_noise_no_uncertainty_is_stated():
    assert np.isnan(fit_decay(decay(np.array([1.2])), protocol(B)).sd).all()


@given(scale=st.floats(0.01, 1e4))
def test_scaling_the_signal_leaves_adc_alone(scale):  # law
    signal = rician(decay(np.full(50, 1.9)))
    plain = fit_decay(signal, protocol(B), noise_sd=50.0)
    scaled = fit_decay(signal * scale, protocol(B), noise_sd=50.0 * scale)
    for one, other in ((plain.adc, scaled.adc), (plain.sd, scaled.sd), (plain.residual, scaled.residual)):
        np.testing.assert_allclose(other, one, rtol=5e-4, atol=1e-6)


def test_shells_without_signal_are_left_out_and_too_few_give_nan():
    signal = decay(np.full(5, 1.3))
    signal[0, 2], signal[1, 0], signal[2, 1:], signal[3] = 0, -4, np.nan, 0
    fit = fit_decay(signal, protocol(B), noise_sd=10.0)
    assert fit.adc[[0, 1, 4]] == pytest.approx(1.3, abs=1e-4)
    assert fit.s0[[0, 1, 4]] == pytest.approx(1000, rel=1e-4)
    for column in fit[:-1]:
        assert np.isnan(column[2:4]).all()


def test_holes_in_more_shells_than_an_integer_has_bits():  # 70 b-values; 64 would let the first and the 65th meet
    shells = protocol(range(0, 1400, 20))
    signal = decay(np.full(4, 1.1), shells)
    signal[0, 0], signal[1, 64], signal[2, [0, 64]] = 0, 0, 0
    assert fit_decay(signal, shells).adc == pytest.approx(1.1, abs=1e-4)


def test_blocks_are_invisible():  # invariant: more voxels than a block holds, in either order of storage
    adc = np.linspace(0.3, 3.0, 70_001)
    signal = decay(adc)
    for stored in (signal, np.asfortranarray(signal), signal.astype(np.float32)):
        np.testing.assert_allclose(fit_decay(stored, protocol(B)).adc, adc, atol=2e-5)


def test_no_voxels_make_an_empty_map():
    assert fit_decay(np.empty((0, 3)), protocol(B)).adc.shape == (0,)


def test_growing_signal_is_a_negative_adc_and_no_overflow():  # noise alone may grow with b
    shells = protocol((0, 3000))
    assert fit_decay(np.array([[1e-3, 6e4]]), shells).adc[0] == pytest.approx(-np.log(6e7) / 3, rel=1e-4)


def test_shells_gather_what_is_near_and_nothing_else():
    shells = group_by_b_value([0, 795, 0.001, 800, 400, 805, 928.3], tolerance=10)
    assert shells.b_values == pytest.approx((0.0005, 400, 800, 928.3))
    assert shells.members == ((0, 2), (4,), (1, 3, 5), (6,))
    assert shells.counts == (2, 1, 3, 1)


def test_b_values_in_even_steps_of_the_tolerance_are_no_one_shell():  # 0, 10, 20, 30 of a perfusion protocol
    assert group_by_b_value([0, 10, 20, 30, 800, 809], 10).b_values == (0, 10, 20, 30, 804.5)
    assert group_by_b_value([0, 0, 5], 0).counts == (2, 1)


def test_directions_are_averaged_geometrically():  # closed form: the mean of their ADCs
    along = np.array([0.8, 1.4, 2.3])
    signal = np.concatenate([[1000.0], 1000 * np.exp(-along * 0.8)])[None]
    shells = group_by_b_value([0, 800, 800, 800], 10)
    assert fit_decay(signal, shells).adc[0] == pytest.approx(along.mean(), abs=1e-5)
    arithmetic = np.array([[1000.0, signal[0, 1:].mean()]])
    assert fit_decay(arithmetic, protocol((0, 800))).adc[0] < along.mean() - 0.05  # what that mean would give
    assert geometric_mean(signal, shells)[0] == pytest.approx([1000, np.exp(np.log(signal[0, 1:]).mean())], rel=1e-6)


def test_a_direction_without_signal_leaves_its_shell_empty():
    shells = group_by_b_value([0, 800, 800], 10)
    signal = np.array([[1000.0, 300.0, 0.0]])
    assert geometric_mean(signal, shells)[0, 1] == 0
    assert log_means(signal, shells.members)[1, 0] == -np.inf
    assert np.isnan(fit_decay(signal, shells).adc[0])


@pytest.mark.parametrize("b_values", [(400, 800), (0, 800), (0, 400, 800)])
@pytest.mark.parametrize("s0", [0.0, 1.0, 3.0, 10.0])
def test_intervals_hold_down_to_noise_alone(b_values, s0):
    """Closed form of the signal, in noise SDs. Without a limit the SD of a lost signal is in the hundreds."""
    shells = protocol(b_values)
    fit = fit_decay(rician(decay(np.full(DRAWS, 1.5), shells, s0), sd=1.0), shells, noise_sd=1.0)
    assert np.mean(np.abs(fit.adc - 1.5) < 1.96 * fit.sd) > 0.93
    assert np.sqrt(np.mean(fit.sd.astype(float) ** 2)) < 1.7 * fit.adc.std()
