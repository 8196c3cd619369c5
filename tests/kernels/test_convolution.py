"""The pieces of a network against the same in scipy, and against what they must be by definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import correlate, zoom

from pnst.kernels.convolution import convolve, double, halve, leaky, normalise

RNG = np.random.default_rng(3)
X = RNG.normal(size=(3, 8, 6, 4)).astype(np.float32)


@pytest.mark.parametrize("side", [1, 3])
def test_convolution_is_scipys_correlation_summed_over_channels(side):
    """Another tool: scipy.ndimage.correlate, zeros outside."""
    weight, bias = RNG.normal(size=(2, 3, side, side, side)).astype(np.float32), np.array([0.5, -2], np.float32)
    expected = [
        sum(correlate(x, w, mode="constant") for x, w in zip(X, kernels, strict=True)) + b
        for kernels, b in zip(weight, bias, strict=True)
    ]
    assert convolve(X, weight, bias) == pytest.approx(np.stack(expected), abs=1e-4)


def test_doubling_is_scipys_zoom_by_two():
    """Another tool: scipy.ndimage.zoom, linear between voxels that are cells, constant beyond."""
    expected = np.stack([zoom(x, 2, order=1, grid_mode=True, mode="nearest") for x in X])
    assert double(X) == pytest.approx(expected, abs=1e-5)


def test_halving_takes_the_greatest_of_eight():
    halved = halve(X)
    assert halved.shape == (3, 4, 3, 2)
    assert halved[1, 2, 1, 0] == X[1, 4:6, 2:4, 0:2].max()


def test_normalising_leaves_scale_and_shift():
    """Invariant: mean = shift, SD = scale, whatever the channel's own; a constant channel becomes its shift."""
    x = np.concatenate([X * 40 + 7, np.full((1, 8, 6, 4), 5, np.float32)])
    out = normalise(x, np.array([2, 1, 0.5, 3], np.float32), np.array([0, -1, 4, 6], np.float32))
    assert out.mean(axis=(1, 2, 3)) == pytest.approx([0, -1, 4, 6], abs=1e-4)
    assert out.std(axis=(1, 2, 3)) == pytest.approx([2, 1, 0.5, 0], abs=1e-3)


def test_leaky_keeps_a_hundredth_below_zero():
    assert leaky(np.array([-3.0, 0.0, 2.0], np.float32)) == pytest.approx([-0.03, 0, 2])


def test_single_precision_stays():
    weight, bias = np.ones((1, 3, 3, 3, 3), np.float32), np.zeros(1, np.float32)
    ones, zeros = np.ones(3, np.float32), np.zeros(3, np.float32)
    assert {a.dtype for a in (convolve(X, weight, bias), normalise(X, ones, zeros), double(X), halve(X), leaky(X))} == {
        np.dtype(np.float32)
    }
