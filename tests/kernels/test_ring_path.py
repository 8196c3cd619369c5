"""The way through the middles of rings that move from section to section."""

from __future__ import annotations

import numpy as np

from pnst.kernels.ring_path import ring_strength, strongest_path


def rings(middles: np.ndarray, side: int = 48) -> np.ndarray:
    ticks = np.arange(side)
    return np.stack([(np.abs(np.hypot(ticks[:, None] - a, ticks - b) - 6) < 1.5).astype(float) for a, b in middles])


def test_the_path_follows_the_rings():  # closed form
    along = np.arange(30)
    middles = np.stack([20 + 0.4 * along, 24 + 5 * np.sin(along / 9)], axis=1)
    image = rings(middles) + 0.05 * np.random.default_rng(2).random((30, 48, 48))
    path, met = strongest_path(ring_strength(image, (4, 9)))
    assert np.abs(path - middles).max() < 2.5
    assert met.min() > 0.5


def test_a_half_ring_is_no_ring():
    image = rings(np.full((3, 2), 24.0))
    image[:, :24] = 0
    assert ring_strength(image, (4, 9))[:, 22:27, 22:27].max() < 0.1
