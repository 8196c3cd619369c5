"""`correct_bias`: shading that was planted comes out, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import pnst
from pnst.errors import InputError, SettingError
from pnst.image import BoolArray, FloatArray, Grid, Volume
from pnst.phantom import GridSpec, LesionSpec, Simulated, Spec, SurroundSpec, simulate
from pnst.phantom.tissue import Tissue
from pnst.preprocessing.bias import NOTHING_TO_CORRECT, correct_bias
from pnst.preprocessing.settings import BiasSettings
from pnst.study import Role, Series, Study
from scenes import Scene

PLAIN = (Role.T1, Role.T2_FS)
GRID = GridSpec(spacing_mm=(1.5, 1.3, 4.2), turn_deg=(-6.0, 4.0, 11.0))


@cache
def patient() -> Simulated:
    """Not one of the scenes that the settings were looked at on: another body, other sizes, another seed."""
    lesion = LesionSpec(radii_mm=(15.0, 19.0, 24.0), rim_cap_deg=60.0, roughness=0.03, edema_mm=6.0, d_um2_per_ms=1.5)
    surround = SurroundSpec(fat_plane_mm=5.0)
    grids = dict.fromkeys(PLAIN, GRID)
    return simulate(Spec(lesion=lesion, surround=surround, roles=(*PLAIN, Role.DWI), grids=grids), seed=23)


@cache
def tissues(grid: Grid) -> tuple[FloatArray, BoolArray]:
    """The tissue that most of each voxel's middle holds, and whether that is nearly all of it."""
    points = grid.to_world(np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1))
    shares = patient().scene.fractions(points.reshape(-1, 3), 1.0)
    return shares.argmax(axis=1).reshape(grid.shape), (shares.max(axis=1) > 0.97).reshape(grid.shape)


@cache
def shading(seed: int) -> FloatArray:
    """A smooth field: the brightest of the body 40 % above the darkest."""
    grid = patient().study.series[Role.T1].volume.grid
    index = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in grid.shape], indexing="ij"), axis=-1)
    a, b, c, d = np.random.default_rng(seed).normal(size=(4, 3))
    wave = np.tanh(0.8 * (index @ a + 0.5 * (index @ b) * (index @ c)) + 0.3 * np.cos(2 * index @ d))
    body = patient().clean[Role.T1][1][..., 0] > 40
    low, high = wave[body].min(), wave[body].max()
    return np.asarray(1.4 ** ((wave - low) / (high - low)))


def shaded(study: Study, seed: int) -> Study:
    """The field multiplies every series that the coils shade."""
    field = shading(seed).astype(np.float32)
    changed = {role: replace(study.series[role], volume=shade(study.series[role].volume, field)) for role in PLAIN}
    return replace(study, series={**study.series, **changed})


def shade(volume: Volume, field: FloatArray) -> Volume:
    return Volume(volume.data * field, volume.grid, volume.unit)


@cache
def corrected(seed: int, role: Role) -> Study:
    return correct_bias(shaded(patient().study, seed), [role])


@pytest.mark.parametrize(("seed", "role"), [(1, Role.T1), (4, Role.T2_FS)])
def test_a_planted_field_is_recovered(seed, role):
    """Witness: the field. 3 % in tissue: by each tissue's median, and 2 % by the root mean square of its voxels."""
    before, after = shaded(patient().study, seed).series[role], corrected(seed, role).series[role]
    divided = before.volume.data / after.volume.data / shading(seed)
    tissue, pure = tissues(before.volume.grid)
    body = pure & np.isin(tissue, (Tissue.MUSCLE, Tissue.FAT, Tissue.TUMOUR, Tissue.EDEMA))
    left = divided[body] / np.median(divided[body]) - 1
    assert np.sqrt(np.mean(left**2)) < 0.02
    for one in (Tissue.MUSCLE, Tissue.FAT, Tissue.TUMOUR):
        assert abs(np.median(left[tissue[body] == one])) < 0.03
    assert np.ptp(np.log(shading(seed)[body])) > 0.3  # what it would be without
    assert after.bias_range == pytest.approx(0.4, abs=0.08)


def test_images_keep_their_scale_and_say_what_was_done():
    """Invariant: the geometric mean of the body stays; the input keeps its name."""
    before, after = shaded(patient().study, 1).series[Role.T1], corrected(1, Role.T1).series[Role.T1]
    body = before.volume.data > 0.1 * np.percentile(before.volume.data, 99.0)
    assert np.log(after.volume.data[body] / before.volume.data[body]).mean() == pytest.approx(0, abs=1e-3)
    assert after.source == before.source
    assert after.volume.grid is before.volume.grid
    assert after.volume.data.dtype == np.float32
    assert after.notes == (
        f"t1: shading of {after.bias_range:.0%} (brightest against darkest place of the body) was divided out by N4",
    )
    assert after.processing == {"bias": f"range={after.bias_range:.4f}"}


def test_an_even_image_stays_even():
    """Witness: the image without a field; N4 makes up 2 % at most."""
    before, after = patient().study, correct_bias(patient().study, [Role.T2_FS])
    tissue, pure = tissues(before.series[Role.T2_FS].volume.grid)
    ratio = before.series[Role.T2_FS].volume.data / after.series[Role.T2_FS].volume.data
    assert np.abs(ratio[pure & (tissue == Tissue.MUSCLE)] - 1).max() < 0.02
    assert after.series[Role.T1] is before.series[Role.T1]


def test_a_study_without_a_series_to_correct_says_so_once():
    study = patient().study
    diffusion = replace(study, series={Role.DWI: study.series[Role.DWI]})
    for after in (correct_bias(diffusion), correct_bias(study, [])):
        assert after.notes[-1] == NOTHING_TO_CORRECT
    assert NOTHING_TO_CORRECT not in corrected(1, Role.T1).notes


def test_diffusion_and_fractions_are_never_touched():
    study = patient().study
    assert corrected(1, Role.T1).series[Role.DWI] is study.series[Role.DWI]
    water = replace(study.series[Role.T1], role=Role.WATER)
    with_water = replace(study, series={**study.series, Role.WATER: water})
    for role in (Role.DWI, Role.ADC, Role.FAT, Role.WATER):
        with pytest.raises(SettingError, match=f"not divided out of a {role} series"):
            correct_bias(with_water, [role])
    with pytest.raises(InputError, match="no t2 series to correct"):
        correct_bias(study, [Role.T2])


def test_the_same_images_give_the_same_bits():
    once, again = corrected(1, Role.T1), correct_bias(shaded(patient().study, 1), [Role.T1])
    assert np.array_equal(once.series[Role.T1].volume.data, again.series[Role.T1].volume.data)


def test_voxels_without_a_number_and_without_signal():
    """NaN stays NaN, zero stays zero, and neither moves the field elsewhere by more than 2 %."""
    whole = shaded(patient().study, 1).series[Role.T1]
    data = whole.volume.data.copy()
    data[:9], data[:, -9:] = np.nan, 0.0
    study = Study("holes", {Role.T1: replace(whole, volume=Volume(data, whole.volume.grid))})
    corrected_data = correct_bias(study).series[Role.T1].volume.data
    assert np.array_equal(np.isnan(corrected_data), np.isnan(data))
    assert np.array_equal(corrected_data == 0, data == 0)
    there = data > 100
    ratio = corrected_data[there] / corrected(1, Role.T1).series[Role.T1].volume.data[there]
    assert np.percentile(np.abs(ratio / np.median(ratio) - 1), 95) < 0.02


def slab(series: Series, slices: int) -> Series:
    return replace(series, volume=series.volume.crop((slice(None), slice(None), slice(10, 10 + slices))))


def test_a_stack_of_three_slices():
    """The field of a few slices is that of the whole, there."""
    few = Study("few", {Role.T1: slab(shaded(patient().study, 1).series[Role.T1], 3)})
    ratio = few.series[Role.T1].volume.data / correct_bias(few).series[Role.T1].volume.data / shading(1)[:, :, 10:13]
    body = few.series[Role.T1].volume.data > 100
    assert np.percentile(np.abs(ratio[body] / np.median(ratio[body]) - 1), 95) < 0.05


@pytest.mark.parametrize("value", [0.0, np.nan, 5.0])
def test_what_shows_no_body_is_refused(value):
    series = slab(patient().study.series[Role.T1], 4)
    data = np.full_like(series.volume.data, value)
    if value == 5.0:
        data[3:] = 0  # too little of it
        data[3:12, 4:14, 1:4] = 5.0
        data[:3] = 0
    study = Study("dark", {Role.T1: replace(series, volume=Volume(data, series.volume.grid))})
    with pytest.raises(InputError, match="shading of the t1 series cannot be estimated"):
        correct_bias(study)


def test_split_fat_reads_the_same_after_it():
    """Witness: the same study without shading."""
    made = patient()
    plain, restored = (pnst.measure(study, made.lesion).split_fat for study in (made.study, corrected(1, Role.T1)))
    assert restored.coverage_fraction == pytest.approx(plain.coverage_fraction, abs=0.02)
    assert restored.present == plain.present


def test_fewer_levels_follow_less():
    """A setting that does nothing would be no setting: one level leaves more behind than two."""
    before = shaded(patient().study, 4).series[Role.T2_FS].volume
    coarse = correct_bias(shaded(patient().study, 4), [Role.T2_FS], BiasSettings(levels=1))
    tissue, pure = tissues(patient().study.series[Role.T2_FS].volume.grid)
    there = pure & (tissue == Tissue.MUSCLE)
    left = [
        np.std(np.log(before.data / study.series[Role.T2_FS].volume.data / shading(4))[there])
        for study in (coarse, corrected(4, Role.T2_FS))
    ]
    assert left[1] < left[0]


def test_a_small_scene_of_formulas():
    """Three series at once, each with a note of its own."""
    study = Scene(radius=9, limb=30, reach=40, spacing=(1.3, 1.5, 3.0)).study()
    after = correct_bias(study)
    assert {role for role, series in after.series.items() if series.bias_range is not None} == {
        Role.T1,
        Role.T1_POST,
        Role.T2_FS,
    }
    assert pnst.correct_bias is correct_bias
