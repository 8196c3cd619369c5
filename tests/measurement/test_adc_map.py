"""The ADC map against formulas, and against the scanner's own map and the tensor of real data."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

import pnst
from measurement.body_in_air import S0, SNR, dwi, fitted, inside
from pnst.errors import InputError
from pnst.image import Volume
from pnst.kernels import diffusion
from pnst.kernels.diffusion import Shells, fit_decay, group_by_b_value
from pnst.measurement.adc_map import adc_map, fit_diffusion
from pnst.study import Role, Study
from scenes import Scene
from without_intervals import measure


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


def test_low_b_is_kept_when_only_two_remain():
    scene = Scene(radius=16)
    study = scene.study()
    dwi = study.series[Role.DWI]
    two = replace(dwi, volume=Volume(dwi.volume.data[..., [0, 3]], dwi.volume.grid), b_values=(0.0, 800.0))
    m = measure(replace(study, series={Role.DWI: two}), scene.lesion())
    assert m.adc.b_values == (0.0, 800.0)
    assert m.adc.mean_um2_per_ms == pytest.approx(scene.adc, rel=0.02)


def test_a_vendor_map_serves_where_diffusion_has_one_b_value():  # a trace alone cannot be fitted
    scene = Scene(radius=16)
    study = scene.study()
    dwi = study.series[Role.DWI]
    trace = replace(dwi, volume=Volume(dwi.volume.data[..., 3:], dwi.volume.grid), b_values=(800.0,))
    values = np.full(dwi.volume.grid.shape, 1.25, dtype=np.float32)
    vendor = replace(study.series[Role.T1], role=Role.ADC, volume=Volume(values, dwi.volume.grid, "um2_per_ms"))
    both = Study("x", {Role.DWI: trace, Role.ADC: vendor})
    assert measure(both, scene.lesion()).adc.map_source == "vendor ADC map"
    assert adc_map(both).data is vendor.volume.data
    fitted = measure(Study("x", {Role.DWI: dwi, Role.ADC: vendor}), scene.lesion())
    assert fitted.adc.map_source == "computed from the diffusion series"


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
