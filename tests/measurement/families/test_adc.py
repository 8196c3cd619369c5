"""The family `adc` on balls with spheres of other tissues: closed forms, a vendor's map, and what makes it doubtful."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diffusing import D, Diffusing
from measurement.adc_bodies import BODIES, CONTRAST, HOLLOW, PLAIN, measured, outcome
from pnst.image import Grid, Mask, Volume
from pnst.io.study import read_study
from pnst.measurement.context import Context
from pnst.measurement.families.adc import measure_adc
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Lesion, Role, Series, Source, Study
from scenes import Scene
from without_intervals import measure


class TestSolidPart:
    @pytest.mark.parametrize("body", BODIES)
    def test_the_mean_is_that_of_the_tumours_own_tissue(self, body):  # closed form; without noise
        adc = measured(body, *CONTRAST)
        assert adc.region == "solid enhancing part"
        assert adc.mean_um2_per_ms == pytest.approx(D["tumour"], rel=0.003)
        assert (adc.p05_um2_per_ms, adc.median_um2_per_ms, adc.p95_um2_per_ms) == pytest.approx((1.2,) * 3, rel=0.01)

    def test_the_whole_lesion_stands_beside_it(self):
        """Closed form, where the tissues' b = 0 signals are those of the series: a share of r³/R³ at 2.9."""
        share = (7 / 16) ** 3
        assert measured("cyst", *CONTRAST).mean_whole_um2_per_ms == pytest.approx(1.2 + 1.7 * share, rel=0.04)


@pytest.mark.parametrize("adc", [0.9, 2.2])
def test_mean_adc_is_that_of_the_lesion(adc):  # closed form
    scene = Scene(radius=20, adc=adc, noise=4)
    m = measure(scene.study(), scene.lesion())
    assert m.adc.mean_um2_per_ms == pytest.approx(adc, rel=0.005)
    assert m.adc.median_um2_per_ms == pytest.approx(adc, rel=0.01)
    assert m.adc.p05_um2_per_ms < m.adc.median_um2_per_ms < m.adc.p95_um2_per_ms
    assert m.adc.b_values == (50.0, 400.0, 800.0)
    assert m.adc.region == "solid enhancing part"
    assert m.adc.noise_floor_fraction == 0
    assert not any("whole lesion" in warning for warning in m.warnings)


def test_one_shell_is_no_adc():
    scene = Scene(radius=16)
    dwi = scene.study().series[Role.DWI]
    one = replace(dwi, volume=Volume(dwi.volume.data[..., [3, 3]], dwi.volume.grid), b_values=(800.0, 805.0))
    assert "two different b-values" in measure(Study("x", {Role.DWI: one}), scene.lesion()).skipped["adc"]


def test_a_vendor_map_serves_where_there_is_no_diffusion_and_its_gaps_are_counted():
    scene = Scene(radius=16)
    study = scene.study()
    grid = study.series[Role.DWI].volume.grid
    values = np.full(grid.shape, 1.25, dtype=np.float32)
    values[:, : grid.shape[1] // 2] = np.nan
    vendor = replace(study.series[Role.T1], role=Role.ADC, volume=Volume(values, grid, "um2_per_ms"))
    m = measure(Study("x", {Role.ADC: vendor}), scene.lesion())
    assert m.adc.mean_um2_per_ms == pytest.approx(1.25)
    assert m.adc.map_source == "vendor ADC map"
    assert "hold no ADC" in m.adc.quality


class TestDoubtfulSignal:
    """A series that was spoilt by hand."""

    def spoilt(self, change, b_values=None) -> Context:
        scene = Diffusing(PLAIN, noise=9.0)
        series = scene.series()
        data = change(series.volume.data.copy())
        made = replace(series, volume=replace(series.volume, data=data), b_values=b_values or series.b_values)
        return scene.context(Study("spoilt", {Role.DWI: made}))

    @pytest.mark.parametrize("b_values", [(800.0, 400.0, 50.0, 0.0), (0.0, 5e7, 4e8, 8e8)])
    def test_b_values_that_are_not_these_are_refused(self, b_values):  # reversed; in s/m²
        with pytest.raises(NotMeasurable, match="b-values or a unit must be wrong"):
            measure_adc(self.spoilt(lambda data: data, b_values))

    def test_a_signal_below_0_is_said(self):
        def fall(data):
            data[:, :, ::3, -1] *= -1
            return data

        assert "of the diffusion signal is negative" in str(measure_adc(self.spoilt(fall)).family.quality)

    def test_a_lost_signal_is_said(self):
        def lose(data):
            data[..., -1] = 9.0
            return data

        assert "at b = 800 s/mm² 100% of the region lies on the noise" in str(
            measure_adc(self.spoilt(lose)).family.quality
        )

    def test_a_sound_signal_is_not(self):
        quality = str(measure_adc(self.spoilt(lambda data: data)).family.quality)
        assert "negative" not in quality
        assert "noise floor" not in quality


class TestVendorsMap:
    def vendor(self, scene: Diffusing, factor: float = 1.0, spacing=None) -> Series:
        grid = scene.grid if spacing is None else scene.body.scene.grid(spacing)
        signal = scene.image(grid)
        adc = np.log(signal[..., 0] / signal[..., -1]) / (scene.b_values[-1] - scene.b_values[0]) * 1000 * factor
        return Series(Role.ADC, Volume(adc.astype(np.float32), grid, "um2_per_ms"), Source("simulated", "3" * 64))

    @pytest.mark.parametrize(("factor", "said"), [(1.0, False), (1.04, False), (0.93, True), (1.08, True)])
    def test_it_is_compared_where_there_are_both(self, factor, said):
        scene = Diffusing(HOLLOW)
        study = scene.study(*CONTRAST)
        both = replace(study, series={**study.series, Role.ADC: self.vendor(scene, factor)})
        adc = measure_adc(scene.context(both)).family
        assert adc.map_source == "computed from the diffusion series"
        assert adc.vendor_mean_um2_per_ms == pytest.approx(1.2 * factor, rel=0.005)
        assert adc.vendor_ratio == pytest.approx(1 / factor, rel=0.005)
        assert ("the vendor's map" in (adc.quality or "")) is said

    def test_on_voxels_of_its_own_the_nearest_ones_are_compared(self):
        scene = Diffusing(PLAIN)
        both = replace(
            scene.alone(), series={Role.DWI: scene.series(), Role.ADC: self.vendor(scene, 1.0, (1.4, 1.5, 4.0))}
        )
        adc = measure_adc(scene.context(both)).family
        assert adc.vendor_ratio == pytest.approx(1.0, rel=0.01)

    def test_one_that_is_zero_or_elsewhere_is_not_compared(self):
        scene = Diffusing(PLAIN)
        for vendor in (self.vendor(scene, 0.0), moved(self.vendor(scene))):
            both = Study("x", {Role.DWI: scene.series(), Role.ADC: vendor})
            adc = measure_adc(scene.context(both)).family
            assert adc.vendor_ratio is None
            assert "holds no value in the region" in adc.quality

    def test_alone_it_is_measured_over_the_same_part(self):
        scene = Diffusing(HOLLOW)
        study = scene.study(*CONTRAST)
        alone = {role: series for role, series in study.series.items() if role is not Role.DWI}
        adc = measure_adc(scene.context(replace(study, series={**alone, Role.ADC: self.vendor(scene)}))).family
        assert adc.map_source == "vendor ADC map"
        assert adc.region == "solid enhancing part"
        assert adc.mean_um2_per_ms == pytest.approx(1.2, rel=0.003)
        assert adc.solid_volume_ml == measured("cyst", *CONTRAST).solid_volume_ml
        assert (adc.b_values, adc.vendor_ratio, adc.mean_all_b_um2_per_ms, adc.noise_floor_fraction) == (None,) * 4

    def test_its_zeros_are_no_values(self):
        scene = Diffusing(PLAIN)
        vendor = self.vendor(scene)
        data = vendor.volume.data.copy()
        data[:, : data.shape[1] // 2] = 0
        holed = replace(vendor, volume=Volume(data, vendor.volume.grid, "um2_per_ms"))
        found = measure_adc(scene.context(Study("x", {Role.ADC: holed})))
        assert found.family.mean_um2_per_ms == pytest.approx(1.2, rel=0.005)
        assert "of the lesion's voxels hold no ADC" in found.family.quality
        assert np.isnan(found.regions["adc"].data).any()

    def test_its_own_noise_says_what_a_uniform_lesion_would_read(self):
        scene = Diffusing(PLAIN)
        vendor = self.vendor(scene)
        noisy = vendor.volume.data + np.random.default_rng(4).normal(scale=0.1, size=vendor.volume.data.shape)
        rough = replace(vendor, volume=Volume(noisy.astype(np.float32), vendor.volume.grid, "um2_per_ms"))
        adc = measure_adc(scene.context(Study("x", {Role.ADC: rough}))).family
        assert adc.min_uniform_um2_per_ms == pytest.approx(adc.min_um2_per_ms, abs=0.03)
        assert adc.mean_um2_per_ms - adc.min_uniform_um2_per_ms > 0.03


def moved(series: Series) -> Series:
    affine = series.volume.grid.affine.copy()
    affine[:3, 3] += 500
    grid = Grid(series.volume.grid.shape, affine)
    return replace(series, volume=Volume(series.volume.data, grid, series.volume.unit))


def test_the_fit_over_all_b_values_stands_beside_it():
    """Closed form of the direction: with a tenth of perfused water all b-values read higher, b ≥ 50 nearly the same."""
    adc = outcome(Diffusing(PLAIN, perfused=0.1), *CONTRAST).family
    assert adc.b_values == (50.0, 400.0, 800.0)
    assert adc.mean_all_b_um2_per_ms > adc.mean_um2_per_ms + 0.05
    assert measured("plain", *CONTRAST).mean_all_b_um2_per_ms == pytest.approx(1.2, rel=0.003)


def test_voxels_on_the_noise_floor_are_counted():
    """At b = 6000 the signal is 900·e^(−7.2) = 0.7, a sixth of the noise; at b = 800 it is 345."""
    low, high = (outcome(Diffusing(PLAIN, b_values=b, noise=4.0), *CONTRAST).family for b in ((0, 800), (0, 6000)))
    assert low.noise_floor_fraction == 0
    assert high.noise_floor_fraction > 0.8


class TestScannersData:
    """Balls of 15 mm in the head and the abdomen of two scanners' studies; no lesion is there."""

    def ball(self, study: Study, role: Role, away: tuple[float, float, float]) -> Context:
        grid = study.series[role].volume.grid
        index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
        centre = grid.to_world((np.array(grid.shape) - 1) / 2) + away
        inside = np.linalg.norm(grid.to_world(index) - centre, axis=-1) < 15
        return Context(study, Lesion("ball", Mask(inside, grid), "formula"), MeasureSettings())

    @pytest.mark.parametrize("away", [(25.0, 10.0, 5.0), (-30.0, -15.0, 0.0)])
    def test_siemens_own_map_is_reproduced(self, shared_data, away):
        study = read_study(shared_data / "siemens_xa30_dwi_adc")
        adc = measure_adc(self.ball(study, Role.DWI, away)).family
        assert adc.vendor_ratio == pytest.approx(1.0, abs=0.002)
        assert adc.vendor_mean_um2_per_ms == pytest.approx(adc.mean_um2_per_ms, rel=0.005)
        assert adc.region == "whole lesion"

    def test_a_map_alone_is_measured(self, shared_data):
        study = read_study(shared_data / "toshiba_abdomen_adc_t2")
        adc = measure_adc(self.ball(study, Role.ADC, (-30.0, -15.0, 0.0))).family
        assert adc.map_source == "vendor ADC map"
        assert 0.5 < adc.min_um2_per_ms < adc.dark_um2_per_ms < adc.mean_um2_per_ms < 2.5
        assert adc.vendor_ratio is None
