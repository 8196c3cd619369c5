"""The family `adc` on balls with spheres of other tissues: closed forms of the solid part and of its darkest parts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.special import ndtr

from diffusing import D, Diffusing
from interiors import Interior, Sphere
from pnst.image import Grid, Mask, Volume
from pnst.io.study import read_study
from pnst.kernels.morphology import erode
from pnst.measurement.context import Context
from pnst.measurement.families.adc import Adc, measure_adc
from pnst.measurement.family import NotMeasurable, Outcome
from pnst.measurement.settings import AdcSettings, MeasureSettings
from pnst.measurement.solid import clear_of_blur, held_by
from pnst.study import Lesion, Role, Series, Source, Study
from scenes import Scene

PLAIN = Interior(radius=16.0)
HOLLOW = replace(PLAIN, spheres=(Sphere("cyst", 7.0, (1.0, -2.0, 3.0)),))
BLED = replace(PLAIN, spheres=(Sphere("blood", 6.0, (-2.0, 1.0, 2.0)),))
FATTY = replace(PLAIN, spheres=(Sphere("fat", 5.0, (2.0, 1.0, -3.0)),))
CONTRAST = (Role.T1, Role.T1_POST, Role.T2_FS)


def outcome(scene: Diffusing, *roles: Role, settings: MeasureSettings | None = None) -> Outcome:
    return measure_adc(scene.context(scene.study(*roles) if roles else scene.alone(), settings))


BODIES = {"plain": PLAIN, "cyst": HOLLOW, "blood": BLED, "fat": FATTY}


@cache
def measured(name: str, *roles: Role) -> Adc:
    return outcome(Diffusing(BODIES[name]), *roles).family


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

    @pytest.mark.parametrize(
        ("body", "name", "least"), [("cyst", "unenhanced", 7.0), ("blood", "blood", 6.0), ("fat", "fat", 5.0)]
    )
    def test_what_is_taken_out_is_said(self, body, name, least):
        """At least the sphere itself; at most one half as large again in every direction of a voxel."""
        adc = measured(body, *CONTRAST)
        ball = 4 / 3 * np.pi * least**3 / 1000
        taken = {part: getattr(adc, f"removed_{part}_ml") for part in ("unenhanced", "blood", "fat")}
        assert 0.9 * ball < taken.pop(name) < 2.6 * ball
        assert max(taken.values()) < 0.1

    @pytest.mark.parametrize("body", ["plain", "cyst", "blood"])
    def test_what_is_taken_out_and_what_is_left_make_up_the_lesion(self, body):  # invariant
        adc, scene = measured(body, *CONTRAST), Diffusing(BODIES[body])
        parts = (adc.removed_unenhanced_ml, adc.removed_blood_ml, adc.removed_fat_ml, adc.removed_edge_ml)
        whole = scene.body.lesion().mask_on(scene.grid).volume_mm3 / 1000
        assert sum(parts) + adc.solid_volume_ml == pytest.approx(whole)

    def test_no_voxel_of_it_holds_any_of_the_cyst(self):  # witness: the sphere's own formula, at 7³ points a voxel
        scene = Diffusing(HOLLOW)
        solid = outcome(scene, *CONTRAST).regions["solid"]
        sphere = HOLLOW.spheres[0]
        ticks = (np.arange(7) + 0.5) / 7 - 0.5
        fine = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), -1).reshape(-1, 3)
        points = solid.grid.to_world(np.argwhere(solid.data)[:, None] + fine) - (40.0, -25.0, 210.0)
        assert (np.linalg.norm(points - sphere.centre, axis=-1) > sphere.radius).all()

    def test_it_is_the_lesion_off_its_edge_where_there_is_nothing_to_take_out(self):  # the definition
        scene = Diffusing(PLAIN)
        found = outcome(scene, *CONTRAST)
        lesion = PLAIN.lesion().mask_on(scene.grid.canonical())
        solid = found.regions["solid"]
        box = lesion.grid.box_of(solid.grid)
        np.testing.assert_array_equal(solid.data, erode(lesion.data)[box])
        assert found.family.solid_volume_ml == pytest.approx(solid.volume_mm3 / 1000)
        assert found.warnings == ()


class TestWithoutContrast:
    def test_nothing_but_the_edge_is_taken_out_and_that_is_said(self):
        found = outcome(Diffusing(HOLLOW), Role.T1, Role.T2_FS)
        assert found.family.region == "whole lesion"
        assert "no T1 series after contrast" in found.family.quality
        assert any("whole lesion" in warning for warning in found.warnings)
        assert found.family.removed_unenhanced_ml is None
        assert found.family.removed_blood_ml is None
        assert found.family.removed_edge_ml > 0
        assert found.family.mean_um2_per_ms > D["tumour"] + 0.1  # the cyst is in it

    def test_a_lesion_that_does_not_enhance_has_no_solid_part_to_be_told(self):
        signal = {**HOLLOW.signal, "tumour": {**HOLLOW.signal["tumour"], Role.T1_POST: 340.0}}
        found = outcome(Diffusing(replace(PLAIN, signal=signal)), *CONTRAST).family
        assert found.region == "whole lesion"
        assert "does not enhance" in found.quality

    def test_without_t2_fat_counts_as_blood_and_goes_too(self):
        found = measured("fat", Role.T1, Role.T1_POST)
        assert found.mean_um2_per_ms == pytest.approx(D["tumour"], rel=0.003)
        assert found.removed_blood_ml > 0.4

    def test_a_tumour_that_is_bright_on_t1_itself_is_not_swallowed(self):
        signal = {**PLAIN.signal, "tumour": {Role.T1: 600.0, Role.T1_POST: 1200.0, Role.T2_FS: 520.0}}
        found = outcome(Diffusing(replace(BLED, signal=signal)), *CONTRAST).family
        assert found.region == "solid enhancing part"
        assert "blood was not taken out: more than half of the lesion is bright on T1 itself" in found.quality
        assert found.removed_blood_ml is None


class TestBlurredEdge:
    """A ball whose edge is an error function of σ 2.2 mm everywhere, in muscle of 1.6."""

    SIGMA = 2.2

    def study(self, adc: float) -> tuple[Study, Scene]:
        scene = Scene(radius=16.0, edge_sigma=self.SIGMA, blurred_below=2.0, limb=40.0, reach=44.0, noise=4.0)
        grid, b = scene.grid((2.0, 2.2, 5.0)), np.array((0.0, 50.0, 400.0, 800.0)) / 1000
        r = np.linalg.norm(scene.points(grid), axis=-1)[..., None]
        share = ndtr((16.0 - r) / self.SIGMA)
        data = 900 * (share * np.exp(-adc * b) + (1 - share) * np.exp(-1.6 * b))
        series = replace(scene.diffusion(np.random.default_rng(0)), volume=Volume(data.astype(np.float32), grid))
        return replace(scene.study(), series={**scene.study().series, Role.DWI: series}), scene

    def test_what_lies_within_the_blur_is_left_out(self):
        """Closed form: 95 % of what lies 1.645 σ deep is the lesion's; one voxel deep it is 82 %."""
        study, scene = self.study(0.8)
        context = Context(study, scene.lesion(), MeasureSettings())
        solid = context.diffusion.solid
        depth = 16.0 - np.linalg.norm(solid.mask.grid.to_world(np.argwhere(solid.mask.data)) - (40, -25, 210), axis=1)
        assert depth.min() == pytest.approx(1.645 * self.SIGMA, abs=0.5)
        assert measure_adc(context).family.mean_um2_per_ms == pytest.approx(0.8, rel=0.01)
        assert solid.warnings == ()

    def test_an_edge_that_no_series_shows_costs_one_voxel(self):
        study, scene = self.study(0.8)
        alone = Study("x", {Role.DWI: study.series[Role.DWI]})
        context = Context(alone, scene.lesion(), MeasureSettings())
        whole = erode(context.diffusion.lesion.data)
        np.testing.assert_array_equal(context.diffusion.solid.mask.data, whole)
        assert measure_adc(context).family.mean_um2_per_ms > 0.812

    def test_a_sharp_edge_costs_no_more_than_its_voxel(self):
        scene = Diffusing(PLAIN)
        context = scene.context(scene.study(*CONTRAST))
        lesion = Mask(context.diffusion.lesion.data, context.diffusion.lesion.grid)
        assert (
            clear_of_blur(lesion, context.edge, MeasureSettings().adc.blur_depth_widths)[erode(lesion.data)] > 0
        ).all()

    def test_where_little_is_clear_the_least_blurred_are_averaged_and_that_is_said(self):
        """Closed form: of the voxels off the edge by one the deepest 350, whose ADC is nearer to the lesion's."""
        study, scene = self.study(0.8)
        usual = Context(study, scene.lesion(), MeasureSettings())
        context = Context(study, scene.lesion(), MeasureSettings(adc=AdcSettings(least_solid_voxels=350)))
        lesion, solid = context.diffusion.lesion, context.diffusion.solid.mask.data
        off = erode(lesion.data)
        assert np.count_nonzero(usual.diffusion.solid.mask.data) < np.count_nonzero(solid) == 350 < off.sum()
        depth = 16.0 - np.linalg.norm(lesion.grid.to_world(np.argwhere(lesion.data)) - (40, -25, 210), axis=1)
        assert depth[solid[lesion.data]].min() > depth[(off & ~solid)[lesion.data]].max() - 0.7
        adc = measure_adc(context).family
        assert "the least blurred ones are averaged" in adc.quality
        assert adc.mean_um2_per_ms < context.diffusion.adc.data[off].mean() - 0.003


class TestSmallLesions:
    @pytest.mark.parametrize(
        ("radius", "said"), [(7.0, "wholly inside the lesion"), (5.0, "its edge is averaged too"), (16.0, None)]
    )
    def test_what_is_averaged_is_said(self, radius, said):
        scene = Diffusing(replace(PLAIN, radius=radius))
        found = outcome(scene, *CONTRAST)
        adc, lesion = found.family, scene.body.lesion().mask_on(scene.grid)
        voxel_ml = scene.grid.voxel_volume_mm3 / 1000
        if said is None:
            assert adc.quality is None
            return
        assert "under 10 voxels lie off the edge of the solid part" in adc.quality
        assert said in adc.quality
        if radius == 7.0:
            assert 10 * voxel_ml <= adc.solid_volume_ml < lesion.volume_mm3 / 1000
            assert adc.mean_um2_per_ms == pytest.approx(D["tumour"], rel=0.01)  # averaging its edge reads 5 % more
        else:
            assert adc.solid_volume_ml == pytest.approx(lesion.volume_mm3 / 1000)

    def test_how_few_is_a_setting(self):
        settings = MeasureSettings(adc=AdcSettings(least_solid_voxels=10_000))
        assert "under 10000 voxels" in outcome(Diffusing(PLAIN), *CONTRAST, settings=settings).family.quality

    def test_nothing_solid_is_a_reason_not_a_number(self):
        """A cavity that is nearly all of it: on voxels of 9 × 9 × 12 mm every one that is left holds some of it."""
        body = replace(PLAIN, radius=12.0, spheres=(Sphere("cyst", 10.0),))
        with pytest.raises(NotMeasurable, match=r"nothing solid is left|does not enhance"):
            outcome(Diffusing(body, spacing=(9.0, 8.0, 12.0)), *CONTRAST)


class TestDarkest:
    def test_the_least_sphere_lies_in_the_dark_core(self):
        """Closed form, without noise: a sphere 10 mm across fits into a core of 16 mm, of which dark holds 1 ml."""
        body = replace(PLAIN, radius=20.0, spheres=(Sphere("fibrous", 8.0, (2.0, 1.0, -1.0)),))
        found = outcome(Diffusing(body, spacing=(1.6, 1.7, 2.1)), *CONTRAST)
        adc = found.family
        assert adc.min_um2_per_ms == pytest.approx(D["fibrous"], rel=0.01)
        assert D["fibrous"] < adc.dark_um2_per_ms < 1.05
        where = found.regions["adc_dark"]
        away = where.grid.to_world(np.argwhere(where.data)) - (40.0, -25.0, 210.0) - body.spheres[0].centre
        assert np.linalg.norm(away, axis=1).max() < 9.5  # a tenth of the solid part is a ball of 8.2 mm
        assert adc.mean_um2_per_ms > 1.1

    def test_it_holds_a_tenth_of_a_large_lesion_and_a_millilitre_of_a_small_one(self):
        for radius, expected in ((12.0, 1.0), (24.0, None)):
            scene = Diffusing(replace(PLAIN, radius=radius))
            found = outcome(scene, *CONTRAST)
            voxel = scene.grid.voxel_volume_mm3 / 1000
            share = expected or 0.1 * found.family.solid_volume_ml
            assert found.regions["adc_dark"].volume_mm3 / 1000 == pytest.approx(share + voxel / 2, abs=voxel / 2 + 1e-9)

    def test_without_noise_all_of_an_even_tumour_is_the_darkest(self):
        adc = measured("plain", *CONTRAST)
        assert (adc.min_um2_per_ms, adc.dark_um2_per_ms) == pytest.approx((1.2, 1.2), rel=0.01)
        assert adc.min_uniform_um2_per_ms == pytest.approx(adc.mean_um2_per_ms, rel=0.01)

    def test_an_even_tumour_in_noise_reads_what_a_uniform_one_would(self):
        """Witness: the same tumour in 12 draws of noise. The mean over draws of `min` and `dark`, and what one draw
        says that a uniform lesion would give, agree to a tenth of the fall that noise alone makes, or 0.01."""
        scenes = [Diffusing(PLAIN, noise=45.0, seed=seed) for seed in range(12)]  # SNR 20
        shared = scenes[0].study(*CONTRAST)
        found = [
            measure_adc(scene.context(replace(shared, series={**shared.series, Role.DWI: scene.series()}))).family
            for scene in scenes
        ]
        for name in ("min", "dark"):
            read = np.mean([getattr(adc, f"{name}_um2_per_ms") for adc in found])
            said = np.mean([getattr(adc, f"{name}_uniform_um2_per_ms") for adc in found])
            assert read < 1.19 - (0.03 if name == "min" else 0.01)
            assert said == pytest.approx(read, abs=max(0.01, 0.15 * (1.2 - read)))

    def test_the_same_study_reads_the_same_twice(self):
        scene = Diffusing(PLAIN, noise=45.0)
        study = scene.study(*CONTRAST)
        assert measure_adc(scene.context(study)).family == measure_adc(scene.context(study)).family

    def test_sphere_and_share_are_settings(self):
        body = replace(PLAIN, radius=20.0, spheres=(Sphere("fibrous", 6.0),))
        wide = MeasureSettings(adc=AdcSettings(sphere_mm=20.0, dark_fraction=0.5))
        scene = Diffusing(body)
        usual, other = (outcome(scene, *CONTRAST, settings=s).family for s in (None, wide))
        assert other.min_um2_per_ms > usual.min_um2_per_ms + 0.05
        assert other.dark_um2_per_ms > usual.dark_um2_per_ms + 0.05


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


def test_a_voxel_holds_a_region_where_it_holds_the_centre_of_one_of_its_voxels():
    fine = Grid((20, 18, 16), np.diag((0.5, 0.5, 0.5, 1.0)))
    data = np.zeros(fine.shape, dtype=bool)
    data[4, 4, 4] = True  # at 2.0 mm
    coarse = Grid((4, 5, 3), np.diag((3.0, 2.6, 5.0, 1.0)))  # its voxel 1, 1, 0 reaches from 1.5, 1.3, −2.5
    held = held_by(Mask(data, fine), coarse)
    assert np.argwhere(held).tolist() == [[1, 1, 0]]
    finer = Grid((40, 36, 32), np.diag((0.2, 0.2, 0.2, 1.0)))  # within a voxel all of it is held
    assert held_by(Mask(data, fine), finer)[9:12, 9:12, 9:12].all()
    far = fine.affine.copy()
    far[:3, 3] = 900
    assert not held_by(Mask(data, Grid(fine.shape, far)), coarse).any()


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
