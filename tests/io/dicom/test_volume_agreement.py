"""Volumes of a diffusion series are told from maps and from volumes on another scale, by their voxels."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.dicom.volume_agreement import agreeing_volumes
from pnst.io.study import read_study
from pnst.study import Role

SHAPE = (23, 19, 11)


def tissues(lesion_adc=1.2, tissue_adc=1.6):
    """(S₀, ADC in um2/ms): a lesion in muscle beside air, by formula."""
    x, y, z = np.indices(SHAPE)
    lesion = ((x - 9) / 5.0) ** 2 + ((y - 9) / 4.0) ** 2 + ((z - 5) / 3.0) ** 2 < 1
    air = x > 18
    return np.where(air, 4.0, np.where(lesion, 3000.0, 2000.0)), np.where(lesion, lesion_adc, tissue_adc)


def signals(b_values, noise=15.0, seed=21):
    s0, adc = tissues()
    rng = np.random.default_rng(seed)
    clean = np.stack([s0 * np.exp(-b * adc / 1000) for b in b_values], axis=-1)
    return np.abs(clean + rng.normal(0, noise, clean.shape)).astype(np.float32)


def agreement(values, b_values, directed=False):
    return agreeing_volumes(values, b_values, [directed and b > 0 for b in b_values], "s2")


@pytest.mark.parametrize("noise", [0.0, 15.0, 150.0])
@pytest.mark.parametrize("b_values", [(0, 800), (0, 400, 800), (0, 0, 50, 50, 400, 400, 800, 800, 800), (50, 1000)])
def test_diffusion_images_agree_whatever_their_noise(b_values, noise):
    kept, notes = agreement(signals(b_values, noise), b_values)
    assert (kept, notes) == (list(range(len(b_values))), ())


def test_directions_may_differ_as_muscle_lets_them():
    """Muscle: 2.1 um2/ms along its fibres, 1.3 across (published means); b = 800."""
    values = signals((0, 800, 800, 800))
    s0, _ = tissues()
    for v, adc in enumerate((2.1, 1.3, 1.3), 1):
        values[..., v] = s0 * np.exp(-0.8 * adc)
    assert agreement(values, (0, 800, 800, 800), directed=True)[0] == [0, 1, 2, 3]


def adc_volume():
    return np.round(1000 * tissues()[1]).astype(np.float32)


def anisotropy_volume():
    s0, _ = tissues()
    return np.where(s0 > 2500, 90.0, np.where(s0 > 1000, 310.0, 0.0)).astype(np.float32)


@pytest.mark.parametrize("b", [0, 800])
@pytest.mark.parametrize("of", [adc_volume, anisotropy_volume], ids=["ADC", "FA"])
def test_a_map_among_several_volumes_of_its_b_value_is_left_out_with_a_note(of, b):
    b_values = [0, 0, 0, 800, 800, 800, b]
    values = signals(b_values)
    values[..., 6] = of()
    kept, (note,) = agreement(values, b_values)
    assert kept == [0, 1, 2, 3, 4, 5]
    assert note.startswith("1 of 7 diffusion volumes were left out")
    assert note.endswith("(volume 7)")


@pytest.mark.parametrize("b_values", [(0, 400, 800, 800), (0, 400, 800, 0), (0, 400, 800), (0, 50, 400, 800)])
@pytest.mark.parametrize("of", [adc_volume, anisotropy_volume], ids=["ADC", "FA"])
def test_a_map_is_refused_where_no_majority_tells_it_from_the_rest(of, b_values):
    """The last volume is the map: beside one of its b-value, or alone of it."""
    values = signals(b_values)
    values[..., -1] = of()
    with pytest.raises(InputError, match="do not belong together"):
        agreement(values, b_values)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_another_intensity_scale_of_the_same_b_value_is_found(factor):
    values = signals((0, 400, 800, 800))
    values[..., 3] *= factor
    with pytest.raises(InputError, match="differ grossly"):
        agreement(values, (0, 400, 800, 800))


def test_a_signal_that_grows_with_the_b_value_is_refused():
    values = signals((0, 800))
    values[..., 1] *= 6
    with pytest.raises(InputError, match="grows from b = 0"):
        agreement(values, (0, 800))


def test_a_volume_without_signal_is_refused():
    values = signals((0, 400, 800))
    values[..., 2] = 0
    with pytest.raises(InputError, match="without signal") as refusal:
        agreement(values, (0, 400, 800))
    assert "volume 3" in refusal.value.got


@pytest.mark.parametrize(
    "name", ["siemens_xa30_dwi_adc", "dwi_vendors/philips_571_classic", "dwi_vendors/ge_mr29_headers_only"]
)
def test_real_series_agree(shared_data, name):
    study = read_study(shared_data / name)
    assert not any("left out: no diffusion" in note for note in study.series[Role.DWI].notes)


def test_the_note_and_the_volumes_left_reach_the_study(formula, write):
    """Three b = 0 images, the last an inverted picture of them: of it neither voxels nor b-value are read."""
    series = formula(
        volumes=[{"DiffusionBValue": b, "AcquisitionNumber": n} for n, b in enumerate((0.0, 0.0, 0.0, 800.0))]
    )
    instances = series.instances()
    for k, ds in enumerate(instances[10:15]):
        ds.PixelData = (2000 - series.stored[:, :, k, 2]).T.tobytes()
    dwi = read_study(write(instances)).series[Role.DWI]
    assert dwi.b_values == (0.0, 0.0, 800.0)
    np.testing.assert_array_equal(dwi.volume.data, series.stored[..., [0, 1, 3]])
    assert any("(volume 3)" in note for note in dwi.notes)
