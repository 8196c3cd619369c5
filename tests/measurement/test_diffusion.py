"""A lesion as diffusion shows it: its darkest parts, and what is refused. Witness: closed forms, and draws of noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diffusing import D, Diffusing
from interiors import Sphere
from measurement.adc_bodies import CONTRAST, PLAIN, measured, outcome
from pnst.image import Mask, Volume
from pnst.measurement.diffusion import darkest
from pnst.measurement.families.adc import measure_adc
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import AdcSettings, MeasureSettings
from pnst.study import Role, Series, Source, Study


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


class TestRefusals:
    def test_a_study_without_diffusion(self):
        scene = Diffusing(PLAIN)
        with pytest.raises(NotMeasurable, match="no diffusion series and no ADC map"):
            _ = scene.context(scene.body.study(Role.T1)).diffusion.series

    def test_a_map_of_zeros_holds_no_adc(self):
        scene = Diffusing(PLAIN)
        empty = Volume(np.zeros(scene.grid.shape, dtype=np.float32), scene.grid, "um2_per_ms")
        series = Series(Role.ADC, empty, Source("simulated", "3" * 64))
        with pytest.raises(NotMeasurable, match="no voxel of the lesion holds an ADC"):
            _ = scene.context(Study("x", {Role.ADC: series})).diffusion.solid

    def test_a_body_without_voxels(self):
        nothing = Mask(np.zeros((5, 4, 3), dtype=bool), Diffusing(PLAIN).grid.crop((slice(5), slice(4), slice(3))))
        with pytest.raises(NotMeasurable, match="nothing solid is left"):
            darkest(np.ones((5, 4, 3)), nothing, np.ones((5, 4, 3)), AdcSettings())


def test_without_noise_nothing_is_known_of_a_uniform_body():
    grid = Diffusing(PLAIN).grid
    body = Mask(np.ones(grid.shape, dtype=bool), grid)
    even = darkest(np.full(grid.shape, 1.25), body, np.full(grid.shape, np.nan), AdcSettings())
    assert (even.min, even.dark) == pytest.approx((1.25, 1.25))
    assert (even.min_uniform, even.dark_uniform) == (None, None)
