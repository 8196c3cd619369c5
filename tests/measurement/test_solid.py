"""The solid part of a lesion. Witness: the spheres' own formulas, and the blur of an error function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from diffusing import D, Diffusing
from interiors import Sphere
from measurement.adc_bodies import BLED, BODIES, CONTRAST, HOLLOW, PLAIN, measured, outcome
from pnst.image import Grid, Mask, Volume
from pnst.kernels.morphology import erode
from pnst.measurement.context import Context
from pnst.measurement.families.adc import measure_adc
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import AdcSettings, MeasureSettings
from pnst.measurement.solid import clear_of_blur, held_by
from pnst.study import Role, Study
from scenes import Scene


class TestSolidPart:
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
