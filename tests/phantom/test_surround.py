"""Oedema and the split fat rim of a sphere against closed forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pnst.image import Grid
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.geometry import moments
from pnst.phantom.layers import Layer
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.surface import sample
from pnst.phantom.surround import Rays, edema_truth, split_fat_truth
from pnst.phantom.tissue import Tissue
from simulated_tumours import BARE, scene_of

WIDE = Grid(
    (100, 90, 80), np.diag([2.0, 2, 2, 1]) + np.array([[0, 0, 0, -100], [0, 0, 0, -90], [0, 0, 0, -80], [0] * 4])
)


def edema_of(lesion: LesionSpec, grid: Grid = WIDE) -> dict[str, Any]:
    scene = scene_of(lesion, reach_mm=36.0)
    surface = sample(scene.shape, 0.8)
    return edema_truth(scene, surface, Rays.cast(scene), moments(scene.shape, surface).volume_mm3, grid)


def split_fat_of(lesion: LesionSpec, surround: SurroundSpec = BARE) -> dict[str, Any]:
    scene = scene_of(lesion, surround, reach_mm=36.0)
    surface = sample(scene.shape, 0.8)
    return split_fat_truth(scene, surface, moments(scene.shape, surface))


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


@pytest.mark.parametrize("surround", [{"fat_plane_mm": 8.0}, {"fat_plane_mm": 6.0, "fat_plane_sides": "every"}, {}])
def test_fat_beyond_5_mm_of_muscle_leaves_the_tumour_in_that_muscle_and_the_sign_applicable(surround: Any) -> None:
    truth = split_fat_of(SPHERE, replace(BARE, **surround))
    assert (truth["applicable"], truth["present"]) == (True, False)
    assert truth["coverage_fraction"] == 0
    assert truth["compartment"] == "intramuscular"


@pytest.mark.parametrize(("gap_mm", "compartment"), [(3.0, "intermuscular"), (4.4, "intramuscular")])
def test_a_plane_is_near_over_the_cap_whose_normals_reach_it_in_time(gap_mm: float, compartment: str) -> None:
    """Closed form: half a millimetre of fat within 5 mm where cos φ ≥ (r + gap) ÷ (r + 4.5): 3.7 % and 0.2 %."""
    share = (1 - (16 + gap_mm) / (16 + 4.5)) / 2
    assert (share > 0.022, share < 0.018) == (compartment == "intermuscular", compartment == "intramuscular")
    truth = split_fat_of(SPHERE, replace(BARE, fat_plane_mm=gap_mm))
    assert truth["compartment"] == compartment
    assert truth["coverage_fraction"] == 0


@pytest.mark.parametrize("surround", [{"bed": "fat", "bed_mm": 20.0}, {"fascia_mm": 36.0, "subcutaneous_fat_mm": 70.0}])
def test_buried_in_fat_the_sign_does_not_apply(surround: Any) -> None:
    truth = split_fat_of(SPHERE, replace(BARE, **surround))
    assert (truth["compartment"], truth["applicable"], truth["present"]) == ("fat", False, None)


def test_half_in_subcutis_on_fascia_the_tumour_lies_between() -> None:
    """Closed form: the hemisphere's normals that face away from the muscle, half of all, meet none."""
    truth = split_fat_of(SPHERE, replace(BARE, fascia_mm=0.0, subcutaneous_fat_mm=36.0))
    assert (truth["compartment"], truth["applicable"], truth["present"]) == ("intermuscular", True, False)
    assert truth["coverage_fraction"] < 0.01


@pytest.mark.parametrize("bone", [{}, {"bone_radius_mm": 6.0, "cortex_mm": 1.5}])
def test_marrow_beside_the_tumour_is_no_fat_plane(bone: Any) -> None:
    beside = split_fat_of(SPHERE, replace(BARE, bone_mm=0.5, **bone))
    assert beside == split_fat_of(SPHERE)
    assert beside["compartment"] == "intramuscular"


def test_a_bone_that_covers_most_of_the_surface_leaves_it_unclear() -> None:
    """Nothing but bone within 10 mm: neither fat nor muscle is met."""
    scene = scene_of(SPHERE, BARE, reach_mm=36.0)
    surface = sample(scene.shape, 1.6)
    all_round = type("Bone", (), {"structures": lambda _, points: [Layer(Tissue.CORTICAL_BONE, points[:, 2] - 99.0)]})
    scene.region = type("Both", (all_round, type(scene.region)), {})(**vars(scene.region))
    truth = split_fat_truth(scene, surface, moments(scene.shape, surface))
    assert (truth["compartment"], truth["applicable"], truth["present"]) == ("unclear", None, None)
