"""Curves through places along a line, and across gaps. Witness: closed forms of what goes in."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.smoothing_spline import smoothing_spline

WAVE_MM = 25.0
GAPPED = np.concatenate([np.arange(0.0, 11.0), np.arange(38.0, 49.0)])
"""Two stretches of 10 mm, 27 mm apart."""


def test_a_parabola_is_kept_across_a_gap():  # closed form
    def parabola(x: np.ndarray) -> np.ndarray:
        return np.stack([0.02 * (x - 20) ** 2, 3 - 0.4 * x], axis=1)

    at = np.linspace(0, 48, 97)
    curve = smoothing_spline(GAPPED, parabola(GAPPED), WAVE_MM)
    np.testing.assert_allclose(curve(at), parabola(at), atol=1e-6)


@pytest.mark.parametrize(("wave_mm", "kept"), [(12.5, (0.0, 0.04)), (25.0, (0.45, 0.55)), (50.0, (0.96, 1.0))])
def test_a_wave_keeps_its_share(wave_mm, kept):
    """1 ÷ (1 + (25 ÷ wave)⁶): 2, 50 and 98 %."""
    place = np.arange(0.0, 401.0)
    middle = (place > 100) & (place < 300)
    wave = np.sin(2 * np.pi * place / wave_mm)
    seen = smoothing_spline(place, wave[:, None], WAVE_MM)(place)[:, 0]
    share = float(seen[middle] @ wave[middle] / (wave[middle] @ wave[middle]))
    assert kept[0] <= share <= kept[1]


def test_a_tremor_does_not_bend_the_bridge():
    """A least-squares cubic with a knot in the gap, of which this is another way, lies 0.3 mm (SD) off."""
    from scipy.interpolate import make_lsq_spline

    def cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        knots = np.concatenate([[0.0] * 4, np.quantile(x, [0.5]), [48.0] * 4])
        return np.asarray(make_lsq_spline(x, y, knots, k=3)(np.arange(49.0)))

    rng = np.random.default_rng(3)
    tremors = rng.normal(0, 0.1, (200, len(GAPPED), 1))
    off = np.array([smoothing_spline(GAPPED, tremor, WAVE_MM)(np.arange(49.0))[:, 0] for tremor in tremors])
    assert off.std(axis=0).max() < 0.12
    worse = np.array([cubic(GAPPED, tremor[:, 0]) for tremor in tremors])
    assert worse.std(axis=0).max() > 0.25


def test_the_origin_and_a_coarser_sampling_do_not_matter():
    place = np.arange(0.0, 80.0)
    values = np.stack([np.sin(place / 9), np.cos(place / 13)], axis=1)
    there = smoothing_spline(place, values, WAVE_MM)(place)
    np.testing.assert_allclose(smoothing_spline(place - 55.5, values + 7, WAVE_MM)(place - 55.5), there + 7, atol=1e-6)
    half = smoothing_spline(place[::2], values[::2], WAVE_MM)(place[:-1])
    np.testing.assert_allclose(half, there[:-1], atol=0.02)


def test_too_few_places_are_refused():
    with pytest.raises(ValueError, match="four places"):
        smoothing_spline(np.arange(3.0), np.zeros((3, 2)), WAVE_MM)
