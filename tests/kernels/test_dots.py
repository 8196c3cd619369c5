"""Dots in rings: closed forms of discs, and what is no ring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.kernels.dots import DotLimits, dark_dots

SPACING = (0.5, 3.0, 0.6)
"""Slices along the second axis."""
LIMITS = DotLimits(2.0, 6.0, 2.5, 20.0, 54.0, 65.0, 0.6, 0.2)


def radius(i0: float, k0: float) -> np.ndarray:
    i, _, k = np.meshgrid(np.arange(60) * 0.5, np.arange(3), np.arange(55) * 0.6, indexing="ij")
    return np.hypot(i - i0, k - k0)


def image(*rings: tuple[float, float, float, float]) -> np.ndarray:
    """Rings (i, k, diameter, sheath) in a body of 60, smoothed as voxels do."""
    out = np.full((60, 3, 55), 60.0)
    for i0, k0, diameter, sheath in rings:
        r = radius(i0, k0)
        edge = np.clip((r - diameter / 2) / 0.5 + 0.5, 0, 1)
        outer = np.clip((r - diameter / 2 - sheath) / 0.5 + 0.5, 0, 1)
        out = np.where(r < diameter / 2 + sheath + 0.5, outer * out + (1 - outer) * (20 + 70 * edge), out)
    return out.astype(np.float32)


def dots(data: np.ndarray, limits: DotLimits = LIMITS):
    return dark_dots(data, np.ones(data.shape, dtype=bool), SPACING, 1, limits)


@pytest.mark.parametrize("diameter", [2.4, 3.5, 5.5])
def test_one_ring_on_each_slice_with_its_diameter(diameter):
    found = dots(image((15.0, 16.0, diameter, 1.2)))
    assert sorted(found.index[:, 1].tolist()) == [0, 1, 2]
    assert np.abs(found.index[:, [0, 2]] * (0.5, 0.6) - (15.0, 16.0)).max() <= 0.6
    assert found.diameter_mm == pytest.approx(diameter, abs=0.4)


def test_neighbours_are_counted_apart():
    found = dots(image((10.0, 10.0, 3.0, 1.0), (15.2, 10.0, 3.0, 1.0), (10.0, 15.3, 3.0, 1.0)))
    assert np.bincount(found.index[:, 1]).tolist() == [3, 3, 3]


@pytest.mark.parametrize("ring", [(15.0, 16.0, 1.2, 1.0), (15.0, 16.0, 8.0, 1.2)], ids=["too small", "too wide"])
def test_other_sizes_do_not_count(ring):
    assert len(dots(image(ring)).index) == 0


def test_a_dark_disc_without_a_bright_ring_is_no_dot():
    data = np.where(radius(15, 16) < 1.7, 20.0, 60.0).astype(np.float32)
    assert len(dots(data).index) == 0
    data[(radius(15, 16) >= 1.7) & (radius(15, 16) < 2.6)] = 90.0
    assert len(dots(data).index) == 3
    assert len(dots(data, replace(LIMITS, min_crest=95.0)).index) == 0


def test_an_open_ring_is_no_dot():
    """A dark channel leads out of it on one side."""
    data = image((15.0, 16.0, 3.0, 1.2))
    open_ring = data.copy()
    open_ring[30:, :, 25:29] = 20.0
    assert len(dots(data).index) == 3
    assert len(dots(open_ring).index) == 0


def test_noise_holds_no_dots():
    noise = np.random.default_rng(0).normal(60, 6, (60, 3, 55)).astype(np.float32)
    assert len(dots(noise).index) == 0


def test_only_middles_inside_count():
    data = image((15.0, 16.0, 3.0, 1.2))
    inside = np.ones(data.shape, dtype=bool)
    inside[20:] = False
    assert len(dark_dots(data, inside, SPACING, 1, LIMITS).index) == 0


def test_what_lies_between_rings_is_no_dot():
    """Four rings that nearly touch enclose a piece of the body, which is darker than they are."""
    data = image(*((10.0 + 5.6 * a, 10.0 + 5.6 * b, 3.0, 1.2) for a in (0, 1) for b in (0, 1)))
    assert np.bincount(dots(data).index[:, 1]).tolist() == [4, 4, 4]
    assert len(dots(data, replace(LIMITS, max_middle=70.0)).index) > 12
