"""Witnesses: two-shell spheres in closed form, the definitions' own thresholds said no to, statistics of a texture."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from pnst.image import Grid
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.contents import TissueSignals
from pnst.phantom.diffusion_truth import lowest_region_mean
from pnst.phantom.geometry import moments
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.interior import SimulatedInterior
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.signal import tissue_signal
from pnst.phantom.spec import SEQUENCES
from pnst.phantom.surface import DistanceField, sample
from pnst.phantom.tissue import TISSUES, Tissue
from pnst.phantom.truth import interior_truth
from pnst.phantom.vector import rotation
from pnst.study import Role

ROLES = Role.T1, Role.T1_POST, Role.T2_FS, Role.DWI
BALL = LesionSpec(radii_mm=(16, 16, 16), tilt_deg=(10, 20, 30), centre_mm=(5, -3, 8))
D = TISSUES[Tissue.TUMOUR].d_um2_per_ms


def grid(*spacing: float) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = rotation((7.0, -12.0, 20.0)) * spacing
    return Grid((20, 20, 20), affine)


FINE = grid(0.002, 0.003, 0.004)
"""Voxels so small that taking off the edge takes nothing."""


def signal(lesion: LesionSpec, tissue: Tissue, role: Role) -> float:
    return tissue_signal(lesion.properties(tissue), SEQUENCES[role])


def relative(lesion: LesionSpec, tissue: Tissue) -> float:
    def ratio(of: Tissue) -> float:
        return signal(lesion, of, Role.T1_POST) / signal(lesion, of, Role.T1)

    return ratio(tissue) / ratio(Tissue.MUSCLE) - 1


@cache
def field(radii: tuple[float, float, float]) -> DistanceField:
    """What a tumour holds leaves its surface alone: the field of one body serves all tests."""
    return DistanceField(Shape(LesionSpec(radii_mm=radii), np.random.default_rng(0)), 6.0)


def scene_of(lesion: LesionSpec) -> Scene:
    scene = Scene(Shape(lesion, np.random.default_rng(0)), SurroundSpec(nerve=False, septa=0))
    scene.__dict__["distance"] = field(lesion.radii_mm)
    return scene


def truth_of(lesion: LesionSpec, voxels: Grid = FINE, roles: tuple[Role, ...] = ROLES) -> dict[str, dict[str, Any]]:
    scene = scene_of(lesion)
    surface = sample(scene.shape, 2.0)
    signals = {role: TissueSignals(voxels, np.array([signal(lesion, t, role) for t in Tissue])) for role in roles}
    return interior_truth(scene, surface, moments(scene.shape, surface), signals)


def test_points_fill_the_tumour_and_know_their_depth() -> None:
    scene = scene_of(BALL)
    interior = SimulatedInterior.fill(scene, sample(scene.shape, 1.0))
    assert interior.volumes.sum() == pytest.approx(4 / 3 * np.pi * 16**3, rel=1e-9)
    np.testing.assert_allclose(interior.depth, 16 - np.linalg.norm(interior.points, axis=1), atol=0.03)
    deep = interior.depth > 6
    assert interior.share(deep) == pytest.approx((10 / 16) ** 3, rel=3e-3)


def test_off_the_edge_of_a_ball_every_neighbour_is_inside() -> None:
    scene = scene_of(BALL)
    interior, voxels = SimulatedInterior.fill(scene, sample(scene.shape, 1.0)), grid(0.7, 1.1, 4.0)
    points = np.random.default_rng(1).uniform(-16, 16, size=(400_000, 3))
    inside = np.linalg.norm(points, axis=1) < 16
    keep = inside.copy()
    for step in voxels.affine[:3, :3].T @ scene.shape.axes:
        keep &= (np.linalg.norm(points + step, axis=1) < 16) & (np.linalg.norm(points - step, axis=1) < 16)
    assert interior.share(interior.eroded(voxels)) == pytest.approx(keep.sum() / inside.sum(), abs=0.004)
    assert keep.sum() / inside.sum() < 0.75


def test_a_uniform_tumour_has_no_target_no_rim_and_no_cyst() -> None:
    truth = truth_of(BALL)
    assert truth["enhancement"] == {
        "enhancing_fraction": 1.0,
        "rim_core_ratio": pytest.approx(1),
        "peripheral": False,
    }
    assert truth["target"] == {
        "rim_core_ratio": pytest.approx(1),
        "core_variation": pytest.approx(0, abs=1e-9),
        "present": False,
    }
    assert truth["cyst"] == {"fraction": 0, "necrosis_fraction": 0, "present": False}
    assert truth["t1_high"] == {"fraction": 0, "present": False}


@pytest.mark.parametrize("core", [0.25, 0.6, 0.8])
def test_peripheral_enhancement_of_two_shells(core: float) -> None:
    lesion = replace(BALL, hypovascular_core=core)
    rim, inner = relative(lesion, Tissue.TUMOUR), relative(lesion, Tissue.HYPOVASCULAR_CORE)
    # The inner third of the depth is the ball of r/3; the outer one the shell beyond 2/3 r.
    of_inner = min(1.0, (3 * core) ** 3)
    of_outer = max(0.0, core**3 - (2 / 3) ** 3) / (1 - (2 / 3) ** 3)
    exact = (rim + of_outer * (inner - rim)) / (rim + of_inner * (inner - rim))
    enhancement = truth_of(lesion)["enhancement"]
    assert enhancement["rim_core_ratio"] == pytest.approx(exact, rel=3e-3)
    assert enhancement["peripheral"] is bool(exact >= 1.5)
    assert enhancement["enhancing_fraction"] == 1


def test_a_core_that_takes_up_nothing_does_not_enhance_and_is_necrosis() -> None:
    truth = truth_of(replace(BALL, hypovascular_core=0.6, core_uptake_mmol_per_l=0.0))
    assert truth["enhancement"]["enhancing_fraction"] == pytest.approx(1 - 0.6**3, abs=1e-3)
    assert truth["cyst"]["fraction"] == pytest.approx(0.6**3, abs=1e-3)
    assert truth["cyst"]["necrosis_fraction"] == truth["cyst"]["fraction"]
    assert truth["cyst"]["present"] is True


@pytest.mark.parametrize(("core", "present"), [(0.6, True), (0.15, False)])
def test_target_of_two_shells(core: float, present: bool) -> None:
    lesion = replace(BALL, target_core=core)
    rim, inner = (signal(lesion, tissue, Role.T2_FS) for tissue in (Tissue.TUMOUR, Tissue.TARGET_CORE))
    share = min(1.0, (3 * core) ** 3)
    mean = rim + share * (inner - rim)
    target = truth_of(lesion)["target"]
    assert target["rim_core_ratio"] == pytest.approx(rim / mean, rel=3e-3)
    assert target["core_variation"] == pytest.approx(np.sqrt(share * (1 - share)) * (rim - inner) / mean, abs=4e-3)
    assert target["present"] is present


def test_a_capsule_darkens_the_outer_third_and_thicker_voxels_take_it_off() -> None:
    lesion = replace(BALL, capsule_mm=1.0)
    rim, dark_rim = (signal(lesion, tissue, Role.T2_FS) for tissue in (Tissue.TUMOUR, Tissue.CAPSULE))
    share = (16**3 - 15**3) / (16**3 - (32 / 3) ** 3)
    exact = 1 + share * (dark_rim / rim - 1)
    assert truth_of(lesion)["target"]["rim_core_ratio"] == pytest.approx(exact, rel=4e-3)
    assert truth_of(lesion, grid(1.9, 2.0, 2.1))["target"]["rim_core_ratio"] == pytest.approx(1, abs=5e-3)


def test_families_whose_series_are_missing_are_left_out() -> None:
    assert set(truth_of(BALL, roles=())) == {"cyst", "t1_high", "adc"}
    assert "enhancement" not in truth_of(BALL, roles=(Role.T1_POST, Role.T2))
    assert "target" in truth_of(BALL, roles=(Role.T2,))


def test_bleeds_apart_do_not_add_up_to_one_of_a_tenth_of_a_millilitre() -> None:
    def bleeds(*radii: float) -> dict[str, Any]:
        places = ((8.0, 0, 0), (-8.0, 0, 0))
        balls = (Inclusion(tissue=Tissue.BLOOD, radius_mm=r, centre_mm=c) for r, c in zip(radii, places, strict=False))
        return truth_of(replace(BALL, inclusions=tuple(balls)))["t1_high"]

    assert bleeds(2.5, 2.5) == {"fraction": pytest.approx(2 * (2.5 / 16) ** 3), "present": False}
    assert bleeds(2.9)["present"] is True  # 0.1 ml is a ball of 2.88 mm


@pytest.mark.parametrize("roughness", [0.0, 0.15])
def test_an_irregular_ball_keeps_its_volume(roughness: float) -> None:
    ball = Inclusion(tissue=Tissue.NECROSIS, radius_mm=6, centre_mm=(3, -2, 1), roughness=roughness)
    shape = Shape(replace(BALL, inclusions=(ball,)), np.random.default_rng(5))
    points = np.random.default_rng(1).uniform(-10, 10, size=(600_000, 3))
    count = (shape.balls[0].distance(points + ball.centre_mm) < 0).mean() * 20**3
    assert count == pytest.approx(4 / 3 * np.pi * 6**3, rel=0.015)
    reach = np.linalg.norm(shape.balls[0].surface(points / np.linalg.norm(points, axis=1)[:, None]), axis=1)
    assert bool(np.ptp(reach) > 3) is (roughness > 0)


def test_a_texture_has_the_mean_and_the_standard_deviation_asked_for() -> None:
    lesion = replace(BALL, texture=0.2, texture_mm=5.0)
    shape = Shape(lesion, np.random.default_rng(2))
    stroma = shape.stroma(np.random.default_rng(3).uniform(-200, 200, size=(300_000, 3)))
    assert 0 <= stroma.min() < stroma.max() <= 1
    density = [lesion.properties(tissue).proton_density for tissue in (Tissue.TUMOUR, Tissue.STROMA)]
    pattern = density[0] + stroma * (density[1] - density[0])
    assert pattern.mean() == pytest.approx(lesion.tissue.proton_density, abs=2e-3)
    assert pattern.std() / pattern.mean() == pytest.approx(0.2, rel=0.01)


def test_a_texture_is_seen_in_the_tumour_alone() -> None:
    scene = Scene(Shape(replace(BALL, texture=0.2), np.random.default_rng(2)), SurroundSpec())
    points = np.array([[5.0, -3, 8], [12, 2, 6], [5, 20, 8]])
    stroma = scene.fractions(points, 1e-3)[:, Tissue.STROMA]
    assert (stroma[:2] > 0).all()
    assert stroma[2] == 0


def test_a_uniform_tumour_has_one_diffusion_everywhere() -> None:
    adc = truth_of(replace(BALL, d_um2_per_ms=1.1))["adc"]
    assert adc == {f"{name}_um2_per_ms": pytest.approx(1.1) for name in ("mean", "min", "dark", "mean_whole")}


def test_diffusion_of_two_shells_off_the_edge_of_the_diffusion_grid() -> None:
    core = TISSUES[Tissue.TARGET_CORE].d_um2_per_ms
    lesion = replace(BALL, target_core=0.7)
    adc = truth_of(lesion)["adc"]
    assert adc["mean_um2_per_ms"] == pytest.approx(D + 0.7**3 * (core - D), rel=1e-3)
    assert adc["mean_whole_um2_per_ms"] == pytest.approx(adc["mean_um2_per_ms"], rel=1e-3)
    assert adc["min_um2_per_ms"] == pytest.approx(core, rel=1e-6)  # a sphere of 10 mm fits into the core of 22 mm
    assert core <= adc["dark_um2_per_ms"] < core + 0.02
    eroded = truth_of(lesion, grid(1.8, 1.9, 5.0))["adc"]
    assert core < eroded["mean_um2_per_ms"] < adc["mean_um2_per_ms"] - 0.02
    assert eroded["mean_whole_um2_per_ms"] == adc["mean_whole_um2_per_ms"]


def test_a_small_core_is_diluted_in_the_least_sphere() -> None:
    core = TISSUES[Tissue.TARGET_CORE].d_um2_per_ms
    adc = truth_of(replace(BALL, target_core=0.2))["adc"]
    assert adc["min_um2_per_ms"] == pytest.approx(D + (3.2 / 5) ** 3 * (core - D), rel=0.01)


def test_so_small_a_tumour_keeps_its_edge() -> None:
    tiny = LesionSpec(radii_mm=(4, 4, 4), target_core=0.5)
    core = TISSUES[Tissue.TARGET_CORE].d_um2_per_ms
    assert truth_of(tiny, grid(2.0, 2.1, 5.0))["adc"]["mean_um2_per_ms"] == pytest.approx(
        D + 0.5**3 * (core - D), rel=3e-3
    )


def test_the_darkest_region_is_connected() -> None:
    values = np.full((12, 11, 10), 2.0)
    values[1:3, 1:3, 1:3] = 0.5  # 8 cells, too few alone
    values[7:11, 6:10, 5:9] = 1.0  # 64 cells
    assert lowest_region_mean(values, 20) == 1.0
    assert lowest_region_mean(values, 8) == 0.5
    values[1:3, 1:3, 7:9] = 0.6  # 8 more, apart from the first
    assert lowest_region_mean(values, 12) == 1.0
