"""The ADC map against formulas, and against the scanner's own map and the tensor of real data."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

import pnst
from bodies import tilted
from pnst.errors import InputError
from pnst.image import Grid, Mask, Volume
from pnst.kernels import diffusion
from pnst.kernels.diffusion import Shells, fit_decay, group_by_b_value
from pnst.measurement.adc_map import adc_map, decay_map, fit_diffusion, used_shells
from pnst.measurement.diffusion_noise import measurement_noise
from pnst.measurement.settings import AdcSettings
from pnst.study import Role, Series, Source, Study

SHAPE, SPACING = (46, 41, 7), (2.0, 2.2, 5.0)
B = (0.0, 50.0, 400.0, 800.0)
S0, SNR = 900.0, 25.0
SOURCE = Source("simulated", "0" * 64)


def grid(shape=SHAPE) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = tilted((7, -11, 5)) * SPACING
    return Grid(shape, affine)


def inside(shape=SHAPE) -> np.ndarray:
    """A body in air."""
    i, j = np.ogrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return np.broadcast_to(((i / 0.8) ** 2 + (j / 0.7) ** 2 < 1)[..., None], shape)


def dwi(adc=1.4, b_values=B, noise=S0 / SNR, air="noise", shape=SHAPE, order="F", seed=5) -> Series:
    """A body of one ADC with a smooth texture, in air that is noise or zero-filled."""
    rng = np.random.default_rng(seed)
    texture = 1 + 0.15 * np.sin(np.arange(shape[0]) / 7)[:, None, None] * np.cos(np.arange(shape[1]) / 6)[:, None]
    clean = np.where(inside(shape), S0 * texture, 0)[..., None] * np.exp(-np.array(b_values) * adc / 1000)
    data = np.hypot(clean + noise * rng.normal(size=clean.shape), noise * rng.normal(size=clean.shape))
    if air == "zero":
        data[~inside(shape)] = 0
    stored = np.asarray(data, dtype=np.float32, order=order)
    return Series(Role.DWI, Volume(stored, grid(shape)), SOURCE, tuple(b_values))


def fitted(series: Series, **options):
    return decay_map(series, series.volume, AdcSettings(), **options)


def test_a_noiseless_map_is_exact():  # closed form
    fit = fitted(dwi(noise=0.0, adc=1.1))
    np.testing.assert_allclose(fit.adc.data[inside()], 1.1, atol=2e-5)
    assert fit.b_values == (50, 400, 800)
    assert fit.sd[inside()].max() < 1e-3
    assert not fit.floor[inside()].any()
    assert fit.unfitted == np.count_nonzero(~inside())
    assert np.isnan(fit.adc.data[~inside()]).all()


def test_within_a_region_it_is_the_whole_map_s_part():  # invariant
    series = dwi()
    region = inside().copy()
    region[:20] = False
    whole = fitted(series)
    part = fitted(series, within=region, noise_sd=whole.noise_sd)
    for one, other in ((part.adc.data, whole.adc.data), (part.sd, whole.sd), (part.s0, whole.s0)):
        np.testing.assert_allclose(one[region], other[region], rtol=1e-5)
        assert np.isnan(one[~region]).all()
    assert (part.floor == (whole.floor & region)).all()
    assert part.unfitted == 0


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_of_storage_changes_nothing(order):  # invariant
    series = dwi()
    stored = np.asarray(series.volume.data, order=order)
    again = fitted(replace(series, volume=Volume(stored, series.volume.grid)))
    turned = fitted(replace(series, volume=Volume(stored[::-1], series.volume.grid)))
    np.testing.assert_array_equal(again.adc.data, fitted(series).adc.data)
    np.testing.assert_allclose(turned.adc.data[::-1], again.adc.data, rtol=1e-5)


@pytest.mark.parametrize("adc", [0.6, 1.4, 2.4])
@pytest.mark.parametrize("air", ["noise", "zero"])
def test_the_interval_of_a_voxel_holds_its_adc(adc, air):  # truth by construction; the noise is told from the image
    fit = fitted(dwi(adc=adc, air=air, shape=(60, 51, 16)))
    body = inside((60, 51, 16))
    assert fit.noise_sd == pytest.approx(S0 / SNR, rel=0.06)
    assert fit.adc.data[body].mean() == pytest.approx(adc, rel=0.01)
    assert 0.93 < np.mean(np.abs(fit.adc.data[body] - adc) < 1.96 * fit.sd[body]) < 0.97


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


@pytest.mark.parametrize(("adc", "flagged"), [(2.5, (0.5, 1.0)), (0.9, (0.0, 0.001))])
def test_voxels_on_the_noise_floor_are_flagged_and_not_low(adc, flagged):  # said yes, said no; b = 1000 at SNR 20
    fit = fitted(dwi(adc=adc, b_values=(0.0, 0.0, 1000.0, 1000.0, 1000.0), noise=S0 / 20, shape=(60, 51, 9)))
    body = inside((60, 51, 9))
    assert flagged[0] <= fit.floor[body].mean() <= flagged[1]
    assert fit.adc.data[body].mean() == pytest.approx(adc, rel=0.01)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_whole_map_is_fitted_without_a_copy_of_the_series(order, monkeypatch):  # bytes: four maps and a flag
    monkeypatch.setattr(diffusion, "BLOCK", 2048)
    series = dwi(shape=(120, 100, 24), order=order)
    fitted(series)
    tracemalloc.start()
    fit = fitted(series, noise_sd=40.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    maps = fit.adc.data.size * (4 * 4 + 1)
    assert peak < maps + series.volume.data.nbytes / 2


def test_the_complete_fit_is_the_public_map():
    study = Study("a", {Role.DWI: dwi()})
    np.testing.assert_array_equal(adc_map(study).data, fit_diffusion(study).adc.data)
    assert fit_diffusion(study).adc.unit == "um2_per_ms"


def test_without_two_b_values_nothing_is_fitted():
    with pytest.raises(InputError, match="no decay can be fitted"):
        fit_diffusion(Study("a", {}))
    with pytest.raises(InputError, match="two different b-values"):
        fit_diffusion(Study("a", {Role.DWI: dwi(b_values=(0.0, 3.0))}))


def test_a_siemens_scanner_s_own_map(shared_data):  # XA30: b 0 and 20 directions at 2500, the vendor's map of that run
    study = pnst.read_study(shared_data / "siemens_xa30_dwi_adc")
    fit, vendor = fit_diffusion(study), study.series[Role.ADC].volume.data
    low = study.series[Role.DWI].volume.data[..., 0]
    tissue = (low > np.percentile(low, 60)) & (vendor > 0.3) & (vendor < 1.5)  # brain without its fluid
    known = tissue & np.isfinite(fit.adc.data)  # a direction without signal leaves no ADC
    ours, theirs = fit.adc.data[known], vendor[known]
    assert np.count_nonzero(known) > 0.98 * np.count_nonzero(tissue) > 50_000
    assert np.median(ours / theirs) == pytest.approx(1, abs=0.002)
    assert np.corrcoef(ours, theirs)[0, 1] >= 0.997
    seen = ~fit.floor[known]
    assert np.corrcoef(ours[seen], theirs[seen])[0, 1] >= 0.999


def test_muscle_of_the_legs(shared_data):
    """Directions averaged geometrically and fitted by weights: 1.59; arithmetically and by ordinary least squares over
    b ≥ 200: 1.56, the published tensor's mean diffusivity, which is fitted without weights too.
    """
    nib = pytest.importorskip("nibabel")
    folder = shared_data / "leg_dwi_t2_dixon"
    image, labels, tensor = (
        nib.load(folder / f"{name}.nii.gz") for name in ("DTIdata", "derived_labels_on_dwi", "derived_tensor_on_dwi")
    )
    muscle = np.asarray(labels.dataobj) > 0
    signal = np.asarray(image.dataobj, dtype=np.float32)[muscle]
    found = group_by_b_value(np.loadtxt(folder / "DTIdata.bval"), 10)

    def over(least_b: float) -> Shells:
        kept = [n for n, b in enumerate(found.b_values) if b >= least_b]
        return Shells(tuple(found.b_values[n] for n in kept), tuple(found.members[n] for n in kept))

    ours = np.nanmedian(fit_decay(signal, over(50)).adc)
    high = over(200)
    arithmetic = np.column_stack([signal[:, list(members)].mean(axis=1) for members in high.members])
    columns = Shells(high.b_values, tuple((n,) for n in range(len(high.b_values))))
    theirs = np.nanmedian(fit_decay(arithmetic, columns, iterations=0).adc)
    diffusivity = np.median(np.asarray(tensor.dataobj)[..., :3].mean(axis=-1)[muscle]) * 1000
    assert ours == pytest.approx(1.59, abs=0.02)
    assert theirs == pytest.approx(1.56, abs=0.01)
    assert diffusivity == pytest.approx(theirs, abs=0.01)
    # Half of the difference is the average over directions, half are the weights.
    assert ours > np.nanmedian(fit_decay(signal, high, iterations=0).adc) > theirs
