"""Noise of a diffusion series. Witness: the noise that was planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurement.body_in_air import S0, SHAPE, SNR, dwi, fitted, grid, inside
from pnst.image import Mask, Volume
from pnst.kernels.diffusion import Shells
from pnst.measurement.adc_map import used_shells
from pnst.measurement.diffusion_noise import measurement_noise
from pnst.measurement.settings import AdcSettings


@pytest.mark.parametrize(("shape", "tolerance"), [((46, 41, 1), 0.12), ((46, 41, 2), 0.12), ((24, 21, 5), 0.2)])
def test_the_noise_of_few_slices_and_small_crops(shape, tolerance):  # closed form
    fit = fitted(dwi(shape=shape))
    assert fit.noise_sd == pytest.approx(S0 / SNR, rel=tolerance)


def test_the_noise_is_told_in_tissue_not_in_air():  # magnitude noise in air is narrower: 0.655
    series = dwi(shape=(60, 51, 9))
    data = series.volume.data[..., -1]
    assert data[~inside((60, 51, 9))].std() < 0.7 * S0 / SNR
    assert fitted(series).noise_sd == pytest.approx(S0 / SNR, rel=0.06)


def test_the_noise_of_an_interpolated_image_is_told_by_what_the_fit_leaves_over():
    """Half of k-space is zero: between neighbours a seventh of the noise shows."""
    series = dwi(shape=(64, 52, 9), adc=1.0)
    spectrum = np.fft.fftshift(np.fft.fftn(series.volume.data - series.volume.data.mean(), axes=(0, 1)), axes=(0, 1))
    spectrum[:16], spectrum[48:], spectrum[:, :13], spectrum[:, 39:] = 0, 0, 0, 0
    smooth = np.fft.ifftn(np.fft.ifftshift(spectrum, axes=(0, 1)), axes=(0, 1)).real + series.volume.data.mean()
    kept = S0 / SNR / 2  # a quarter of the variance
    volume = Volume(np.abs(smooth).astype(np.float32), series.volume.grid)
    deep = Mask(inside((64, 52, 9)).copy(), series.volume.grid).data
    used = used_shells(series, 50, 10)
    assert measurement_noise(volume, used, AdcSettings(), deep) == pytest.approx(kept, rel=0.15)
    two = Shells(used.b_values[1:], used.members[1:])  # no shell to spare, and nothing to tell by
    assert measurement_noise(volume, two, AdcSettings(), deep) < 0.5 * kept


def test_texture_of_a_noiseless_image_is_no_noise():  # the mask is blind to slopes
    assert fitted(dwi(noise=0.0)).noise_sd < 0.004 * S0


def test_the_noise_of_nothing_is_unknown():
    series = dwi()
    empty = Volume(np.zeros((*SHAPE, 4), dtype=np.float32), grid())
    assert np.isnan(measurement_noise(empty, used_shells(series, 0, 10), AdcSettings()))
    fit = fitted(replace(series, volume=empty))
    assert fit.unfitted == np.prod(SHAPE)
    assert np.isnan(fit.adc.data).all()
    assert not fit.floor.any()
