"""Modes of images made from known distributions."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels import histogram
from pnst.kernels.histogram import ENDS, Mode, bin_width, quantiles, sd_below


def modes(values: np.ndarray) -> list[Mode]:
    return histogram.modes(np.sort(values), min_prominence=0.15, min_share=0.005)


@pytest.fixture
def rng() -> np.random.Generator:
    """The same draws in each test, whichever ran before."""
    return np.random.default_rng(11)


def mixture(rng: np.random.Generator, scale: float = 1.0, offset: float = 0.0) -> np.ndarray:
    parts = [rng.normal(100, 8, 6000), rng.normal(260, 12, 20000), rng.normal(700, 30, 9000)]
    return scale * np.concatenate(parts) + offset


def test_three_tissues_give_three_modes(rng):  # closed form
    peaks = modes(mixture(rng))
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
def test_scale_and_offset_move_the_modes_with_them(rng, scale, offset):  # law
    peaks = modes(mixture(rng, scale, offset))
    assert [(m.value - offset) / scale for m in peaks] == pytest.approx([100, 260, 700], abs=6)


@pytest.mark.parametrize("count", [100, 0])
def test_too_few_values_have_no_mode(rng, count):
    assert modes(rng.normal(size=count)) == []


def test_values_without_spread_are_their_own_mode():  # an image without noise
    assert modes(np.full(5000, 3.0)) == [(3.0, 3.0, 3.0, 1.0)]


def test_spread_is_taken_from_below_the_mode(rng):  # closed form: disease above the mode does not widen it
    values = np.concatenate([rng.normal(100, 10, 50_000), rng.uniform(110, 400, 30_000)])
    assert sd_below(values, 100, 40) == pytest.approx(10, rel=0.03)
    assert sd_below(values, -500, -600) == 0


@pytest.mark.parametrize("count", [1, 2, 257, 5000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_quantiles_are_those_of_numpy(rng, count, dtype):  # an independent implementation, to the last digit
    values, shares = rng.normal(300, 20, count).astype(dtype), np.array([0.0, 0.002, 0.3, 0.5, 0.77, 0.998, 1.0])
    assert (quantiles(np.sort(values), shares) == np.quantile(values, shares)).all()
    assert np.isnan(quantiles(values[:0], shares)).all()


@pytest.mark.parametrize("steps", [None, 40], ids=["continuous", "whole numbers"])
def test_counts_are_those_of_numpy(rng, steps):  # an independent implementation; whole numbers lie on edges
    values = rng.normal(300, 20, 20_000) if steps is None else rng.integers(0, steps, 20_000)
    ordered = np.sort(values.astype(np.float32))
    edges = np.linspace(*quantiles(ordered, ENDS), histogram.BINS + 1)
    assert (histogram._counts(ordered, edges) == np.histogram(ordered, edges)[0]).all()
    assert bin_width(ordered) == pytest.approx(edges[1] - edges[0])
