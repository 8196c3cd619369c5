"""The family `ivim` on balls: a perfused fraction that is gone from b = 200 on, and b-values that do not tell it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diffusing import D, Diffusing
from interiors import Interior, Sphere
from pnst.measurement.families import ivim as module
from pnst.measurement.families.ivim import Ivim, measure_ivim
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import IvimSettings, MeasureSettings
from pnst.study import Role, Study

BALL = Interior(radius=16.0)
MANY = (0.0, 20.0, 50.0, 100.0, 200.0, 400.0, 800.0)
CONTRAST = (Role.T1, Role.T1_POST, Role.T2_FS)


def measured(scene: Diffusing, *roles: Role, settings: MeasureSettings | None = None) -> Ivim:
    return measure_ivim(scene.context(scene.study(*roles) if roles else scene.alone(), settings)).family


@pytest.mark.parametrize("perfused", [0.0, 0.08, 0.15])
def test_diffusion_and_perfusion_are_told_apart(perfused):
    """Closed form: S = f·e^(−40 b) + (1 − f)·e^(−D b); at b = 0.2 ms/µm² of the first 0.03 % are left."""
    ivim = measured(Diffusing(BALL, b_values=MANY, perfused=perfused))
    assert ivim.d_um2_per_ms == pytest.approx(D["tumour"], rel=0.01)
    assert ivim.f_fraction == pytest.approx(perfused, abs=0.005)
    assert ivim.b_values == MANY


def test_in_noise_too():
    """SNR 20, four draws of 411 voxels: D is 1.2 ± 0.27 a voxel, so that their mean is known to 0.007."""
    found = [measured(Diffusing(BALL, b_values=MANY, perfused=0.1, noise=45.0, seed=seed)) for seed in range(4)]
    assert np.mean([ivim.d_um2_per_ms for ivim in found]) == pytest.approx(D["tumour"], abs=0.02)
    assert np.mean([ivim.f_fraction for ivim in found]) == pytest.approx(0.1, abs=0.015)


def test_it_is_of_the_same_region_as_adc():
    body = replace(BALL, spheres=(Sphere("cyst", 7.0),))
    whole, solid = (measured(Diffusing(body, b_values=MANY), *roles) for roles in ((), CONTRAST))
    assert (whole.region, solid.region) == ("whole lesion", "solid enhancing part")
    assert solid.d_um2_per_ms == pytest.approx(D["tumour"], rel=0.005)
    assert whole.d_um2_per_ms > D["tumour"] + 0.1
    assert "nothing was taken out" in whole.quality


def test_the_darkest_sphere_lies_in_the_dark_core():  # closed form: it fits in
    body = Interior(radius=20.0, spheres=(Sphere("fibrous", 8.0),))
    ivim = measured(Diffusing(body, spacing=(1.6, 1.7, 2.1), b_values=MANY))
    assert ivim.d_min_um2_per_ms == pytest.approx(D["fibrous"], rel=0.01)
    assert D["fibrous"] < ivim.d_dark_um2_per_ms < 1.05


def test_no_diffusion_is_below_zero():
    """Invariant; noise as strong as the signal takes the lowest mean over a sphere below 0."""
    scene = Diffusing(BALL, b_values=MANY, noise=900.0, seed=3)
    context = scene.context(scene.alone(), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "max", lambda value, low: value, raising=False)
        assert measure_ivim(context).family.d_min_um2_per_ms < 0
    ivim = measure_ivim(context).family
    assert ivim.d_min_um2_per_ms == 0
    assert min(ivim.d_min_uniform_um2_per_ms, ivim.d_dark_um2_per_ms, ivim.d_dark_uniform_um2_per_ms) >= 0


def test_noise_lowers_what_a_uniform_lesion_would_read():
    ivim = measured(Diffusing(BALL, b_values=MANY, noise=45.0))
    assert ivim.d_min_uniform_um2_per_ms == pytest.approx(ivim.d_min_um2_per_ms, abs=0.08)
    assert ivim.d_min_uniform_um2_per_ms < ivim.d_dark_uniform_um2_per_ms < ivim.d_um2_per_ms - 0.03


@pytest.mark.parametrize(
    ("b_values", "reason"),
    [
        ((0.0, 400.0, 800.0), "needs 4 different b-values, got 0, 400, 800"),
        ((0.0, 0.5, 400.0, 800.0), "needs 4 different b-values"),  # 0 and 0.5 are one
        ((200.0, 400.0, 600.0, 800.0), "needs a b-value under 200 s/mm²"),
        ((0.0, 50.0, 100.0, 800.0), "needs two b-values of 200 s/mm² or more"),
        ((0.0, 20.0, 100.0, 797.0, 803.0), "needs two b-values of 200 s/mm² or more"),  # one shell: no slope
    ],
)
def test_b_values_that_do_not_tell_are_refused(b_values, reason):
    with pytest.raises(NotMeasurable, match=reason):
        measured(Diffusing(BALL, b_values=b_values))


def test_without_diffusion_there_is_none():
    with pytest.raises(NotMeasurable, match="no diffusion series"):
        measure_ivim(Diffusing(BALL).context(Study("x", {})))


def test_without_an_image_near_b_0_there_is_no_fraction():
    scene = Diffusing(BALL, b_values=(50.0, 100.0, 400.0, 800.0))
    found = measure_ivim(scene.context(scene.alone()))
    assert found.family.f_fraction is None
    assert found.family.d_um2_per_ms == pytest.approx(D["tumour"], rel=0.01)
    assert "the lowest b-value is 50 s/mm²" in found.skipped["f"]


def test_the_threshold_is_a_setting():
    """With 20 s/mm² perfused water is fitted too, and D reads more."""
    scene = Diffusing(BALL, b_values=MANY, perfused=0.15)
    low = measured(scene, settings=MeasureSettings(ivim=IvimSettings(threshold_b=20.0)))
    assert low.d_um2_per_ms > measured(scene).d_um2_per_ms + 0.05
