"""Witnesses: shifts counted in pixels, the known field, conservation of signal, closed forms of the equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion, map_coordinates

from pnst.phantom import REALISTIC, Artefacts, Simulated, SurroundSpec
from pnst.phantom.artefacts import FAT_SHIFT_PPM, GYROMAGNETIC_MHZ_PER_T, fat_shift_hz
from pnst.phantom.contrast import contrast
from pnst.phantom.signal import tissue_signal
from pnst.phantom.tissue import TISSUES, Tissue
from pnst.study import Acquisition, Role
from simulated_images import CLOSE, QUIET, WIDE, signal, simulated


def test_fat_is_displaced_along_the_readout_and_water_stays() -> None:
    roles, two_pixels = (Role.FAT, Role.WATER), FAT_SHIFT_PPM * GYROMAGNETIC_MHZ_PER_T * 3.0 / 2
    still, moved = (simulated(roles, CLOSE, Artefacts(readout_hz_per_pixel=hz)) for hz in (None, two_pixels))
    np.testing.assert_array_equal(signal(moved, Role.WATER), signal(still, Role.WATER))
    # beyond the border of the field of view the patient goes on: nothing wraps round
    wide = simulated((Role.FAT,), replace(CLOSE, extent_mm=(58 + 4 * 1.2, 54, 41)))
    np.testing.assert_allclose(signal(moved, Role.FAT), signal(wide, Role.FAT)[4:], atol=0.01)
    assert np.abs(signal(moved, Role.FAT) - signal(still, Role.FAT)).max() > 300


def test_fat_of_an_echo_planar_image_is_displaced_far_along_the_phase_encoding(straight: Simulated) -> None:
    """By Δf ÷ bandwidth acquired pixels; the water stays. Half a matrix acquired: pixels twice as large."""
    plain = simulated((Role.DWI,), WIDE, b_values=(0.0, 800.0))
    on = simulated((Role.DWI,), WIDE, Artefacts(epi_hz_per_pixel=40.0), b_values=(0.0, 800.0))
    fat, moved = (signal(moved, Role.DWI) - signal(straight, Role.DWI) for moved in (plain, on))
    j = np.arange(fat.shape[1])[:, None]
    centres = [(f[..., 0] * j).sum() / f[..., 0].sum() for f in (fat, moved)]
    assert centres[1] - centres[0] == pytest.approx(fat_shift_hz(3.0) / 40.0, abs=0.05)
    spec = replace(QUIET, artefacts=Artefacts(gibbs=True, acquired=0.5, epi_hz_per_pixel=40.0))
    assert contrast(Role.DWI, spec).shift == pytest.approx(2 * fat_shift_hz(3.0) / 40.0)
    assert contrast(Role.T1, spec).shift == 0


BENT = Artefacts(epi_hz_per_pixel=20.0, off_resonance_hz=60.0, off_resonance_wavelength_mm=140.0, fat_residue=0.0)


@pytest.fixture(scope="module")
def straight() -> Simulated:
    return simulated((Role.DWI,), WIDE, Artefacts(fat_residue=0.0), b_values=(0.0, 800.0))


@pytest.fixture(scope="module")
def bent() -> Simulated:
    return simulated((Role.DWI,), WIDE, BENT, b_values=(0.0, 800.0))


def test_the_image_is_distorted_by_the_field_that_the_record_knows(straight: Simulated, bent: Simulated) -> None:
    moved = bent.displacement_mm(Role.DWI)
    grid = bent.study.series[Role.DWI].volume.grid
    along_j = moved @ grid.directions[:, 1]
    np.testing.assert_allclose(np.linalg.norm(moved, axis=-1), np.abs(along_j), atol=1e-12)
    assert 5 < np.abs(along_j).max() <= 60 / 20 * 2.6
    index = np.indices(grid.shape).astype(float)
    index[1] -= along_j / grid.spacing[1]
    lacking = np.gradient(along_j, grid.spacing[1], axis=1)
    predicted = map_coordinates(signal(straight, Role.DWI)[..., 0], index, order=1) * (1 - lacking)
    inner = binary_erosion(straight.lesion.mask.data) & binary_erosion(bent.lesion.mask.data)
    np.testing.assert_allclose(signal(bent, Role.DWI)[..., 0][inner], predicted[inner], rtol=2e-3)
    apart = np.abs(signal(bent, Role.DWI)[..., 0] - predicted)[:, 4:-4].mean()
    assert apart < 0.2 * np.abs(signal(bent, Role.DWI)[..., 0] - signal(straight, Role.DWI)[..., 0])[:, 4:-4].mean()
    assert not straight.displacement_mm(Role.DWI).any()


def test_distortion_keeps_the_signal_of_every_line_and_without_its_jacobian_does_not(
    straight: Simulated, bent: Simulated
) -> None:
    lines = [signal(s, Role.DWI)[..., 0].sum(axis=1) for s in (straight, bent)]
    bright = lines[0] > 0.2 * lines[0].max()
    np.testing.assert_allclose(lines[1][bright], lines[0][bright], rtol=0.01)
    plain = simulated((Role.DWI,), WIDE, replace(BENT, jacobian=False), b_values=(0.0, 800.0))
    assert np.abs(signal(plain, Role.DWI)[..., 0].sum(axis=1) / np.maximum(lines[0], 1) - 1)[bright].max() > 0.03


def test_a_lesion_drawn_on_a_distorted_image_lies_where_the_image_shows_it(
    straight: Simulated, bent: Simulated
) -> None:
    grid = bent.lesion.mask.grid
    centres = [grid.to_world(np.argwhere(s.lesion.mask.data)).mean(axis=0) for s in (straight, bent)]
    expected = bent.displacement_mm(Role.DWI)[bent.lesion.mask.data].mean(axis=0)
    np.testing.assert_allclose(centres[1] - centres[0], expected, atol=0.4)
    assert np.linalg.norm(expected) > 3


def test_the_adc_of_pure_tumour_survives_every_artefact_that_keeps_its_water_apart() -> None:
    adc = simulated((Role.ADC,), WIDE, replace(REALISTIC, fat_residue=0.0, gibbs=False, acquired=1.0))
    inner = binary_erosion(adc.lesion.mask.data)
    assert inner.sum() > 20
    np.testing.assert_allclose(signal(adc, Role.ADC)[..., 0][inner], 1.3, rtol=1e-4)


def test_truncation_rings_at_edges_and_leaves_the_mean() -> None:
    smooth, ringing = (
        simulated((Role.T1,), CLOSE, Artefacts(gibbs=g, acquired=0.8 if g else 1.0)) for g in (False, True)
    )
    plain, rung = signal(smooth, Role.T1), signal(ringing, Role.T1)
    assert rung.mean() == pytest.approx(plain.mean(), rel=2e-3)
    assert rung.max() > 1.04 * plain.max()
    assert np.abs(rung - plain).max() < 0.4 * plain.max()
    inner = binary_erosion(smooth.lesion.mask.data, iterations=3)
    assert 0 < rung[inner].std() / plain[inner].mean() < 0.05


def test_opposite_signs_cancel_before_the_magnitude() -> None:
    """Between fat (past its null) and tumour (before it) an inversion recovery leaves a dark line."""
    sequence = Acquisition(4000, 30, 330, 90, 3.0, True, False)
    fat, tumour = (1000 * tissue_signal(TISSUES[t], sequence) for t in (Tissue.FAT, Tissue.TUMOUR))
    assert fat > 50
    assert tumour < -100
    surround = SurroundSpec(bed="fat", nerve=False)
    stir = simulated((Role.T2_FS,), CLOSE, sequences={Role.T2_FS: sequence}, surround=surround)
    image, mask = signal(stir, Role.T2_FS)[..., 0], stir.lesion.mask.data
    border = binary_dilation(mask) & ~binary_erosion(mask)
    assert image[border].min() < 0.3 * min(fat, -tumour)
    np.testing.assert_allclose(image[binary_erosion(mask, iterations=2)], -tumour, rtol=1e-5)
