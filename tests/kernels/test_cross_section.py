"""Outlines between sections, hulls and middles against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.cross_section import centroids, hulls, interpolated_outlines


def disc(radius: float, middle: tuple[float, float] = (0.0, 0.0), side: int = 61) -> np.ndarray:
    ticks = np.arange(side) - side // 2
    return (np.hypot(ticks[:, None] - middle[0], ticks - middle[1]) < radius).astype(float)


def test_half_way_between_two_discs_lies_a_disc_of_the_mean_radius():  # closed form
    outlines = interpolated_outlines(disc(8), disc(16), np.array([0.0, 0.25, 0.5, 1.0]))
    assert outlines.sum(axis=(1, 2)) == pytest.approx(np.pi * np.array([8, 10, 12, 16]) ** 2, rel=0.08)


def test_an_outline_that_is_missing_counts_as_the_other():
    outlines = interpolated_outlines(disc(8), np.zeros((61, 61)), np.array([0.0, 0.5, 1.0]))
    assert (outlines == (disc(8) > 0)).all()


@pytest.mark.parametrize("radius", [6.0, 9.0])
def test_a_blurred_disc_keeps_its_area(radius):  # at half of a share it is 18 and 14 % smaller
    from scipy.ndimage import gaussian_filter

    blurred = gaussian_filter(disc(radius), radius / 2.5)
    (outline,) = interpolated_outlines(blurred, blurred, np.array([0.5]))
    assert outline.sum() == disc(radius).sum()
    assert (blurred >= 0.5).sum() < 0.9 * disc(radius).sum()
    assert (outline & (disc(radius) > 0)).sum() > 0.95 * outline.sum()


def test_a_hull_fills_a_bite_and_leaves_a_disc_alone():  # closed form: the bite up to the chord between its ends
    whole, bitten = disc(20) > 0, (disc(20) > 0) & ~(disc(12, (20, 0)) > 0)
    filled = hulls(np.stack([whole, bitten, np.zeros_like(whole)]))
    assert filled[0].sum() == pytest.approx(whole.sum(), rel=0.01)
    chord = (20**2 - 12**2 + 20**2) / (2 * 20)
    segment = 400 * np.arccos(chord / 20) - chord * np.sqrt(400 - chord**2)
    assert filled[1].sum() == pytest.approx(whole.sum() - segment, rel=0.02)
    assert not filled[2].any()


def test_a_line_of_pixels_is_its_own_hull():
    line = np.zeros((1, 9, 9), dtype=bool)
    line[0, 4, 2:7] = True
    assert (hulls(line) == line).all()


def test_middles_are_weighted_by_shares():  # closed form
    section = np.zeros((2, 5, 5))
    section[0, 1, 2], section[0, 4, 2] = 1.0, 0.5
    middle = centroids(section)
    assert middle[0].tolist() == [0.0, 0.0]
    assert np.isnan(middle[1]).all()
