"""Smoothing within a region. Witness: SciPy where the border is out of reach, an even region otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pnst.kernels.smoothing import smooth_known, smooth_within

SHAPE = (37, 41, 23)


def ball(radius_mm: float) -> np.ndarray:
    index = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)
    return np.linalg.norm((index - (np.array(SHAPE) - 1) / 2) * (0.8, 0.9, 2.0), axis=-1) < radius_mm


def test_smoothing_within_a_region_sees_nothing_of_what_lies_round_it():
    inside = ball(9)
    data = np.where(inside, 70.0, np.nan)
    out = smooth_within(data, inside, (1.2, 1.1, 0.0))
    assert out[inside] == pytest.approx(70, rel=1e-5)
    assert np.isnan(out[~inside]).all()


def test_smoothing_deep_inside_is_gaussian():
    """Witness: SciPy, where the region's border is out of reach; noise falls as it should."""
    data = np.random.default_rng(2).normal(100, 10, SHAPE)
    inside = np.ones(SHAPE, dtype=bool)
    inner = (slice(8, -8), slice(8, -8), slice(None))
    out = smooth_within(data, inside, (1.2, 1.1, 0.0))[inner]
    expected = gaussian_filter(data, (1.2, 1.1, 0.0), truncate=2.5)[inner]
    assert out == pytest.approx(expected, rel=1e-4)
    assert out.std() == pytest.approx(10 / np.sqrt(4 * np.pi * 1.2 * 1.1), rel=0.15)


@pytest.mark.parametrize("sigmas", [(1.2, 1.1, 0.0), (0.0, 0.9, 1.3), (1.2, 0.7, 0.9)])
def test_beside_gaps_those_that_are_known_decide(sigmas):
    """SciPy, with the weights of the whole image; to the last digit, though they are found next to gaps alone."""
    data = np.random.default_rng(3).normal(100, 10, SHAPE).astype(np.float32)
    data[ball(4)] = data[:3, 20:24, 5] = data[30:, :, 20] = np.nan
    known = np.isfinite(data)
    weight = gaussian_filter(known.astype(np.float32), sigmas)
    expected = gaussian_filter(np.where(known, data, np.float32(0)), sigmas)[known] / weight[known]
    assert (weight[known] < 1).any()
    np.testing.assert_array_equal(smooth_known(data, sigmas)[known], expected)


def test_without_gaps_all_decide():  # SciPy
    data = np.random.default_rng(3).normal(100, 10, SHAPE).astype(np.float32)
    np.testing.assert_array_equal(smooth_known(data, (1.2, 1.1, 0.0)), gaussian_filter(data, (1.2, 1.1, 0.0)))
