"""Witness: the values that the IBSI publishes for its digital phantom, closed forms, and NumPy on another route."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from pnst.kernels.statistics import coefficient_of_variation, entropy_bits, median, robust_sd


@pytest.fixture(scope="module")
def phantom(shared_data) -> np.ndarray:
    """The intensities 1 … 6 of the digital phantom's mask."""
    nibabel = pytest.importorskip("nibabel")
    folder = shared_data / "ibsi" / "digital_phantom"
    data, mask = (np.asarray(nibabel.load(folder / f"{name}.nii.gz").dataobj) for name in ("phantom", "mask"))
    return data[mask > 0].astype(np.float32)


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, float]:
    with (shared_data / "ibsi" / "ibsi_1_dig_phantom.csv").open() as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["reference value"]]
    return {row["tag"]: float(row["reference value"]) for row in rows}


def rounded(value: float) -> float:
    """To the three significant digits of the published values, whose tolerance is 0."""
    return float(f"{value:.3g}")


def test_the_phantom_of_the_ibsi(phantom, published):
    """Published: `stat_cov`, and `ih_entropy` in the 6 bins that the phantom's levels are."""
    assert rounded(coefficient_of_variation(phantom)) == published["stat_cov"]
    assert rounded(entropy_bits(phantom, 6)) == published["ih_entropy"]


def test_the_statistics_under_the_variation_are_those_of_the_ibsi(phantom, published):
    """Published: mean and variance (over n, not n − 1: that would give 3.09)."""
    assert rounded(float(phantom.mean())) == published["stat_mean"]
    assert rounded((coefficient_of_variation(phantom) * float(phantom.mean())) ** 2) == published["stat_var"]


def test_entropy_of_even_levels():  # closed form: log2 n; the greatest value falls into the last bin, not beyond it
    values = np.repeat(np.linspace(-40.0, 23.0, 64), 5)
    assert entropy_bits(values, 64) == pytest.approx(6)
    assert entropy_bits(values, 32) == pytest.approx(5)
    assert entropy_bits(np.full(7, 3.0), 32) == 0


def test_entropy_of_a_normal_distribution():
    """Closed form: the differential entropy ½·log2(2πe σ²) less log2 of the bin's width."""
    values = np.random.default_rng(3).normal(500, 20, 200_000)
    width = np.ptp(values) / 32
    assert entropy_bits(values, 32) == pytest.approx(0.5 * np.log2(2 * np.pi * np.e * 400) - np.log2(width), abs=0.02)


def test_gain_leaves_both_alone_and_an_offset_leaves_entropy_alone(rng_values):
    """Law."""
    assert coefficient_of_variation(rng_values * 7) == pytest.approx(coefficient_of_variation(rng_values))
    assert entropy_bits(rng_values * 0.01 + 300, 32) == pytest.approx(entropy_bits(rng_values, 32), abs=1e-6)
    assert coefficient_of_variation(rng_values + 300) != pytest.approx(coefficient_of_variation(rng_values), rel=0.1)


@pytest.fixture
def rng_values() -> np.ndarray:
    return np.random.default_rng(1).gamma(3.0, 50.0, 4000)


def test_noise_comes_off_the_variation():
    """Closed form: √(σ² − noise²) ÷ mean, never below 0."""
    signal = np.random.default_rng(2).normal(200, 30, 100_000)
    noisy = signal + np.random.default_rng(4).normal(0, 40, signal.size)
    assert coefficient_of_variation(noisy) == pytest.approx(0.25, rel=0.02)
    assert coefficient_of_variation(noisy, noise_sd=40) == pytest.approx(0.15, rel=0.03)
    assert coefficient_of_variation(noisy, noise_sd=90) == 0


def test_variation_about_a_mean_that_is_not_above_0_is_no_number():
    assert np.isnan(coefficient_of_variation(np.array([-1.0, 1.0])))
    assert np.isnan(coefficient_of_variation(np.array([-3.0, -1.0])))


def test_large_values_keep_their_digits_in_single_precision():
    values = np.random.default_rng(6).normal(30_000, 3, 300_000).astype(np.float32)
    assert coefficient_of_variation(values) == pytest.approx(1e-4, rel=0.02)


def test_robust_sd_is_that_of_the_bulk():
    """Closed form: the SD of a normal distribution; a tenth of outliers raises it by an eighth, not fourfold."""
    bulk = np.random.default_rng(5).normal(100, 8, 50_000)
    assert robust_sd(bulk) == pytest.approx(8, rel=0.02)
    tailed = np.concatenate([bulk, np.full(5_000, 200.0)])
    assert robust_sd(tailed) == pytest.approx(8 * 1.14, rel=0.05)
    assert tailed.std() > 25


@pytest.mark.parametrize("count", [1, 2, 3, 70, 101])
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_the_median_is_that_of_numpy_to_the_last_digit(count, precision):  # other tool: NumPy
    values = np.random.default_rng(count).normal(size=count).astype(precision).round(1)  # some are equal
    assert median(values) == np.median(values)
    assert median(values).dtype == precision
