"""Witnesses: closed forms on spheres and long ellipsoids. (Irregular tumours are counted in `test_brute_force`.)"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from pnst.image import Grid
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.geometry import moments
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.surface import DistanceField, sample, weighted_quantile
from pnst.phantom.surround import Rays, edema_truth, split_fat_truth
from pnst.phantom.tissue import TISSUES, Tissue
from pnst.phantom.truth import edge_truth, interior_truth

WIDE = Grid(
    (100, 90, 80), np.diag([2.0, 2, 2, 1]) + np.array([[0, 0, 0, -100], [0, 0, 0, -90], [0, 0, 0, -80], [0] * 4])
)
BARE = SurroundSpec(nerve=False, septa=0)


@cache
def field(radii: tuple[float, float, float]) -> DistanceField:
    """What lies round a smooth tumour leaves its surface alone: the field of one body serves all tests."""
    return DistanceField(Shape(LesionSpec(radii_mm=radii), np.random.default_rng(0)), 36.0)


def scene_of(lesion: LesionSpec, surround: SurroundSpec = BARE, seed: int = 0) -> Scene:
    scene = Scene(Shape(lesion, np.random.default_rng(seed)), surround)
    if lesion.roughness == 0:
        scene.__dict__["distance"] = field(lesion.radii_mm)
    return scene


def edema_of(lesion: LesionSpec, grid: Grid = WIDE) -> dict[str, Any]:
    scene = scene_of(lesion)
    surface = sample(scene.shape, 0.8)
    return edema_truth(scene, surface, Rays.cast(scene), moments(scene.shape, surface).volume_mm3, grid)


def split_fat_of(lesion: LesionSpec, surround: SurroundSpec = BARE) -> dict[str, Any]:
    scene = scene_of(lesion, surround)
    surface = sample(scene.shape, 0.8)
    return split_fat_truth(scene, surface, Rays.cast(scene), moments(scene.shape, surface))


def edge_of(lesion: LesionSpec) -> dict[str, Any]:
    scene = scene_of(lesion)
    return edge_truth(scene, sample(scene.shape, 0.5))


def interior_of(lesion: LesionSpec) -> dict[str, dict[str, Any]]:
    scene = scene_of(lesion)
    surface = sample(scene.shape, 0.5)
    return interior_truth(scene, surface, moments(scene.shape, surface), {})


SPHERE = LesionSpec(radii_mm=(16, 16, 16))


def test_halo_round_a_sphere() -> None:
    truth = edema_of(replace(SPHERE, edema_mm=9))
    volume = 4 / 3 * np.pi * (25**3 - 16**3) / 1000
    assert truth["volume_ml"] == pytest.approx(volume, rel=2e-3)
    assert truth["max_extent_mm"] == pytest.approx(9, abs=0.1)
    assert truth["index"] == pytest.approx((25 / 16) ** 3 - 1, rel=2e-3)
    assert truth["surface_fraction"] == pytest.approx(1, abs=1e-9)
    assert truth["present"] is True
    assert truth["censored"] is False


def test_no_halo_and_a_shell_within_3_mm_are_not_present() -> None:
    assert edema_of(SPHERE)["present"] is False
    assert edema_of(replace(SPHERE, edema_mm=2.5)) == edema_of(SPHERE)  # none found is 0, as it is measured
    assert edema_of(replace(SPHERE, edema_mm=4.5))["present"] is True


def test_oedema_beyond_the_field_of_view_is_censored() -> None:
    narrow = WIDE.crop((slice(35, 65), slice(30, 60), slice(25, 55)))
    assert edema_of(replace(SPHERE, edema_mm=20), grid=narrow)["censored"] is True


@pytest.mark.parametrize("theta", [40.0, 65.0])
@pytest.mark.parametrize(("poles", "share"), [("both", 1.0), ("one", 0.5)])
def test_a_rim_on_polar_caps_covers_their_share_of_the_sphere(theta: float, poles: Any, share: float) -> None:
    truth = split_fat_of(replace(SPHERE, rim_cap_deg=theta, rim_poles=poles))
    assert truth["coverage_fraction"] == pytest.approx(share * (1 - np.cos(np.radians(theta))), abs=0.006)
    assert truth["rim_thickness_mm"] == pytest.approx(3, abs=0.02)
    assert truth["pole_coverage_fraction"] is None
    assert truth["applicable"] is True


def test_a_rim_all_round_covers_everything() -> None:
    assert split_fat_of(replace(SPHERE, rim_cap_deg=90))["coverage_fraction"] == pytest.approx(1, abs=1e-9)


def test_both_poles_of_a_long_tumour_can_carry_the_sign_alone() -> None:
    long = LesionSpec(radii_mm=(12, 12, 24), rim_cap_deg=50)
    truth = split_fat_of(long)
    assert truth["coverage_fraction"] < 0.6
    assert truth["pole_coverage_fraction"] > 0.99
    assert truth["present"] is True
    one = split_fat_of(replace(long, rim_poles="one"))
    assert one["pole_coverage_fraction"] < 0.01
    assert one["present"] is False


def test_a_fat_plane_8_mm_away_makes_the_sign_applicable_and_absent() -> None:
    truth = split_fat_of(SPHERE, replace(BARE, fat_plane_mm=8.0))
    assert (truth["applicable"], truth["present"]) == (True, False)
    assert truth["coverage_fraction"] == 0
    assert truth["compartment"] == "intermuscular"


def test_buried_in_fat_or_in_muscle_the_sign_does_not_apply() -> None:
    fat = split_fat_of(SPHERE, replace(BARE, bed="fat", bed_mm=20.0))
    muscle = split_fat_of(SPHERE, replace(BARE, bed_mm=33.0))
    unclear = split_fat_of(SPHERE)
    for truth, applicable, name in ((fat, False, "fat"), (muscle, False, "intramuscular"), (unclear, None, "unclear")):
        assert truth["compartment"] == name
        assert truth["applicable"] is applicable
        assert truth["present"] is None


def test_half_the_surface_indistinct() -> None:
    truth = edge_of(replace(SPHERE, edge_sigma_mm=2.5, indistinct_cap_deg=90, indistinct_axis=(0.3, 1, -0.2)))
    assert truth["ill_defined_fraction"] == pytest.approx(0.5, abs=0.005)
    assert truth["ill_defined"] is True


def test_edge_width_all_round_is_2_563_sigma_and_indistinct_only_above_4_mm() -> None:
    for sigma, share in ((1.5, 0.0), (1.6, 1.0)):
        truth = edge_of(replace(SPHERE, edge_sigma_mm=sigma))
        assert truth["edge_width_mm"] == pytest.approx(2.563 * sigma)
        assert truth["ill_defined_fraction"] == share


def test_spheres_inside_are_closed_forms() -> None:
    inside = (
        Inclusion(tissue=Tissue.CYST, radius_mm=6, centre_mm=(5, 0, 0)),
        Inclusion(tissue=Tissue.NECROSIS, radius_mm=4, centre_mm=(-7, 0, 0)),
        Inclusion(tissue=Tissue.BLOOD, radius_mm=3, centre_mm=(0, 10, 0)),
    )
    truth = interior_of(replace(SPHERE, inclusions=inside, d_um2_per_ms=1.2))
    cyst, necrosis, blood = ((r / 16) ** 3 for r in (6, 4, 3))
    assert truth["cyst"]["fraction"] == pytest.approx(cyst + necrosis, rel=1e-6)
    assert truth["cyst"]["necrosis_fraction"] == pytest.approx(necrosis, rel=1e-6)
    assert (truth["cyst"]["present"], truth["t1_high"]["present"]) == (True, True)
    d = {t: TISSUES[t].d_um2_per_ms for t in Tissue}
    others = cyst * d[Tissue.CYST] + necrosis * d[Tissue.NECROSIS] + blood * d[Tissue.BLOOD]
    whole = (1 - cyst - necrosis - blood) * 1.2 + others
    assert truth["adc"]["mean_um2_per_ms"] == 1.2
    assert truth["adc"]["mean_whole_um2_per_ms"] == pytest.approx(whole, rel=1e-6)


def test_an_infiltrating_edge_leaves_the_mean_over_the_whole_open() -> None:
    assert "mean_whole_um2_per_ms" not in interior_of(replace(SPHERE, edge_sigma_mm=1.0))["adc"]


def test_flowing_water_has_no_single_adc() -> None:
    truth = interior_of(replace(SPHERE, ivim_fraction=0.1))
    assert truth["ivim"]["f_fraction"] == 0.1
    assert "adc" not in truth


def test_weighted_quantiles_by_hand() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert weighted_quantile(values, np.array([1.0, 5.0, 1.0]), 0.5) == 1.0
    assert weighted_quantile(values, np.array([5.0, 1.0, 1.0]), 0.5) == 3.0
    assert weighted_quantile(values, np.array([1.0, 2.0, 3.0]), 0.75) == 2.0
