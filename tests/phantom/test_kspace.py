"""Witnesses: the sine integral of a truncated step (Wilbraham–Gibbs), Parseval, shifts counted in pixels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import sici

from pnst.image import FloatArray
from pnst.phantom.kspace import FINENESS, band_limited, displaced, truncate

WILBRAHAM_GIBBS = 0.0894899
"""Overshoot of a truncated step ÷ its height: Si(π)/π − ½."""


def ramp(count: int, fineness: int, edge: float) -> FloatArray:
    """(count · fineness, 4 · fineness, 1): means over cells of a step from 0 to 1 at `edge` voxels."""
    passed = np.clip(np.arange(count * fineness + 1) / fineness - edge, 0, None)
    return np.repeat(np.diff(passed)[:, None] * fineness, 4 * fineness, axis=1)[..., None]


def truncated(edge: float, acquired: float, fineness: int, count: int = 160) -> FloatArray:
    return truncate(ramp(count, fineness, edge), (count, 4), acquired)[:, 0, 0]


def ringing(x: FloatArray, acquired: float) -> FloatArray:
    """½ + Si(2π f x)/π, f = acquired ÷ 2 cycles a voxel."""
    return 0.5 + sici(np.pi * acquired * x)[0] / np.pi


@pytest.mark.parametrize(
    ("fineness", "acquired", "error"), [(FINENESS, 0.8, 0.02), (FINENESS, 0.5, 0.01), (8, 0.8, 0.004)]
)
def test_a_truncated_step_is_the_sine_integral(fineness: int, acquired: float, error: float) -> None:
    centres = np.arange(160) + 0.5
    near = np.abs(centres - 80) < 30
    for edge in np.linspace(80, 81, 7):
        apart = truncated(edge, acquired, fineness) - ringing(centres - edge, acquired)
        assert np.abs(apart[near]).max() < error
    known_bad = ramp(160, 1, 80.4)[:, 0, 0] - ringing(centres - 80.4, acquired)
    assert np.abs(known_bad[near]).max() > 0.07


def test_the_overshoot_is_that_of_wilbraham_and_gibbs_one_acquired_pixel_from_the_edge() -> None:
    """Reconstructed 16 times finer than acquired, so that the voxels meet the peak."""
    acquired, edge = 1 / 16, 320.0
    step = truncated(edge, acquired, FINENESS, 640)
    assert step.max() - 1 == pytest.approx(WILBRAHAM_GIBBS, abs=1e-3)
    centres = np.arange(640) + 0.5
    assert centres[step.argmax()] - edge == pytest.approx(1 / acquired, abs=1)
    peaks = [n for n in range(330, 460) if step[n] > max(step[n - 1], step[n + 1])]
    np.testing.assert_allclose(np.diff(peaks), 2 / acquired, atol=1.5)


@pytest.mark.parametrize(("waves", "kept"), [(3, True), (29, True), (37, False)])
def test_a_wave_within_the_acquired_frequencies_comes_out_whole_and_one_beyond_not_at_all(
    waves: int, kept: bool
) -> None:
    """Half waves across 48 voxels, 36 of them acquired; the means over cells are integrals of the cosine."""
    x = np.arange(2 * 48 + 1) / 2
    integral = np.sin(np.pi * waves * x / 48) * 48 / (np.pi * waves)
    cells = np.repeat(np.diff(integral)[:, None, None] * 2, 6, axis=1)
    exact = np.cos(np.pi * waves * (np.arange(48) + 0.5) / 48) * kept
    np.testing.assert_allclose(truncate(cells, (48, 3), 0.75)[:, 1, 0], exact, atol=1e-10)


def test_a_full_matrix_keeps_the_sum_and_what_is_smooth() -> None:
    cells = 1 + np.cos(2 * np.pi * np.arange(48) / 48)[:, None, None] * np.cos(np.pi * np.arange(28) / 28)[:, None]
    image = truncate(cells, (24, 14), 1.0)
    assert image.mean() == pytest.approx(cells.mean(), rel=1e-12)
    np.testing.assert_allclose(image[:, :, 0], cells.reshape(24, 2, 14, 2).mean(axis=(1, 3)), atol=0.02)


def test_a_constant_stays_constant_up_to_the_border() -> None:
    np.testing.assert_allclose(truncate(np.full((30, 26, 2), 7.0), (15, 13), 0.7), 7, rtol=1e-12)


def test_band_limited_noise_keeps_its_variance_and_ties_neighbours() -> None:
    noise = np.random.default_rng(3).normal(size=(120, 90, 20))
    tied = band_limited(noise, 0.6)
    assert tied.std() == pytest.approx(1, rel=0.01)
    # white noise cut at 0.6 of the Nyquist frequency: neighbours correlate as sinc(0.6)
    assert np.mean(tied[1:] * tied[:-1]) == pytest.approx(np.sinc(0.6), abs=0.02)
    assert abs(np.mean(noise[1:] * noise[:-1])) < 0.02
    assert band_limited(noise, 1.0) is noise


@pytest.mark.parametrize(("pixels", "axis"), [(2.0, 0), (-3.0, 1), (1.25, 0), (-2.6, 1)])
def test_displacement_moves_the_centre_of_gravity_and_keeps_the_sum(pixels: float, axis: int) -> None:
    image = np.zeros((17, 19, 2))
    image[7:10, 8:12] = (1.0, 3.0)
    moved = displaced(image, pixels, axis)
    centres = [np.tensordot(np.indices(a.shape[:2])[axis], a, axes=2) / a.sum(axis=(0, 1)) for a in (image, moved)]
    np.testing.assert_allclose(centres[1] - centres[0], pixels, atol=1e-12)
    assert moved.sum() == pytest.approx(image.sum(), rel=1e-12)
