"""The margin against closed forms, in thick slices and fine voxels, beside fat and oedema, said yes and no."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.measurement.context import Context
from pnst.measurement.families.margin import Margin, measure_margin
from pnst.measurement.family import SurfaceMap
from pnst.measurement.settings import MarginSettings, MeasureSettings
from pnst.study import Role
from scenes import Scene
from without_intervals import measure


def margin_of(scene: Scene, *roles: Role, settings: MarginSettings | None = None) -> Margin:
    study = scene.study()
    study = replace(study, series={role: study.series[role] for role in roles or (Role.T1_POST, Role.T2_FS)})
    every = MeasureSettings(margin=settings or MarginSettings())
    return measure_margin(Context(study, scene.lesion(), every)).family


@pytest.mark.parametrize("spacing", [(0.9, 1.0, 3.0), (3.0, 0.9, 1.0)])
def test_a_sharp_edge_is_not_ill_defined(spacing):  # closed form: 0, within the voxel's own blur
    scene = Scene(spacing=spacing)
    margin = measure(scene.study(), scene.lesion()).margin
    assert margin.ill_defined_fraction < 0.05
    assert margin.ill_defined is False
    assert margin.edge_width_mm < 1.5
    assert margin.irregularity < 0.01
    assert margin.deep_lobulations_count == 0


def test_half_the_surface_blurred_reads_half():  # closed form: a Gaussian step of 2.563 σ on the lower half
    scene = Scene(radius=20, edge_sigma=2.6, blurred_below=0.0, reach=60)
    margin = measure(scene.study(), scene.lesion()).margin
    assert margin.ill_defined_fraction == pytest.approx(0.5, abs=0.07)
    assert margin.ill_defined is True


def test_width_of_a_wholly_blurred_edge():  # closed form: 2.563 σ
    scene = Scene(radius=20, edge_sigma=2.0, blurred_below=2.0, reach=60)
    margin = measure(scene.study(), scene.lesion()).margin
    assert margin.edge_width_mm == pytest.approx(2.563 * 2.0, rel=0.15)


def test_edema_round_a_sharp_lesion_is_no_blurred_edge():  # two steps, the one at the lesion is taken
    scene = Scene(radius=16, halo=4.0)
    margin = measure(scene.study(), scene.lesion()).margin
    assert margin.ill_defined is False


@pytest.mark.parametrize("spacing", [(0.9, 1.0, 1.1), (0.8, 0.7, 4.0), (4.0, 0.8, 0.9)])
@pytest.mark.parametrize("rim", [0.0, 3.0])
def test_a_sharp_edge_is_sharp_beside_muscle_and_fat(spacing, rim):  # closed form: width 0, fraction 0
    found = margin_of(Scene(radius=14, spacing=spacing, rim=rim, cap_deg=65, reach=40, noise=12))
    assert found.ill_defined_fraction < 0.05
    assert found.edge_width_mm < 1.0


@pytest.mark.parametrize("spacing", [(0.9, 1.0, 1.1), (0.8, 0.7, 4.0)])
def test_a_blurred_half_reads_half(spacing):  # closed form: 10–90 % width 2.563 σ on the lower half
    found = margin_of(Scene(radius=18, spacing=spacing, edge_sigma=2.2, blurred_below=0.0, reach=42, noise=12))
    assert found.ill_defined_fraction == pytest.approx(0.5, abs=0.06)  # 0.45 in thick slices: next to it is mixed
    assert found.ill_defined is True


@pytest.mark.parametrize("sigma", [1.2, 2.0, 2.6])
def test_the_width_is_that_of_the_blur(sigma):  # closed form: 2.563 σ
    scene = Scene(radius=18, spacing=(0.8, 0.7, 4.0), edge_sigma=sigma, blurred_below=2.0, reach=42, noise=12)
    assert margin_of(scene).edge_width_mm == pytest.approx(2.563 * sigma, rel=0.10)


def test_edema_beside_a_sharp_edge_is_another_border():  # one series: lesion, 4 mm of oedema, muscle
    found = margin_of(Scene(radius=16, halo=4.0, reach=42), Role.T2_FS)
    assert found.ill_defined_fraction < 0.05
    assert found.edge_width_mm < 1.0


def test_the_map_shows_the_blurred_half():  # closed form: the widths lie on the lower half, and outline the same share
    scene = Scene(radius=18, spacing=(0.9, 1.0, 1.1), edge_sigma=2.2, blurred_below=0.0, reach=42, noise=12)
    outcome = measure_margin(Context(scene.study(), scene.lesion(), MeasureSettings()))
    found = outcome.regions["edge_width"]
    assert isinstance(found, SurfaceMap)
    height = (found.points - scene.lesion().mesh.centroid)[:, 2]
    indistinct = found.values > 4
    assert indistinct[height < -5].mean() > 0.9
    assert indistinct[height > 5].mean() < 0.05
    assert np.isfinite(found.values).mean() == pytest.approx(outcome.family.measured_fraction, abs=0.05)
