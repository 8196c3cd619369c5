"""Witnesses: two-shell spheres in closed form, the definitions' own thresholds said no to, statistics of a texture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.tissue import Tissue
from pnst.study import Role
from simulated_tumours import BALL, oblique_grid, pure_signal, truth_of


def relative(lesion: LesionSpec, tissue: Tissue) -> float:
    def ratio(of: Tissue) -> float:
        return pure_signal(lesion, of, Role.T1_POST) / pure_signal(lesion, of, Role.T1)

    return ratio(tissue) / ratio(Tissue.MUSCLE) - 1


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
    rim, inner = (pure_signal(lesion, tissue, Role.T2_FS) for tissue in (Tissue.TUMOUR, Tissue.TARGET_CORE))
    share = min(1.0, (3 * core) ** 3)
    mean = rim + share * (inner - rim)
    target = truth_of(lesion)["target"]
    assert target["rim_core_ratio"] == pytest.approx(rim / mean, rel=3e-3)
    assert target["core_variation"] == pytest.approx(np.sqrt(share * (1 - share)) * (rim - inner) / mean, abs=4e-3)
    assert target["present"] is present


def test_a_capsule_darkens_the_outer_third_and_thicker_voxels_take_it_off() -> None:
    lesion = replace(BALL, capsule_mm=1.0)
    rim, dark_rim = (pure_signal(lesion, tissue, Role.T2_FS) for tissue in (Tissue.TUMOUR, Tissue.CAPSULE))
    share = (16**3 - 15**3) / (16**3 - (32 / 3) ** 3)
    exact = 1 + share * (dark_rim / rim - 1)
    assert truth_of(lesion)["target"]["rim_core_ratio"] == pytest.approx(exact, rel=4e-3)
    assert truth_of(lesion, oblique_grid(1.9, 2.0, 2.1))["target"]["rim_core_ratio"] == pytest.approx(1, abs=5e-3)


def test_families_whose_series_are_missing_are_left_out() -> None:
    assert set(truth_of(BALL, roles=())) == {"cyst", "t1_high", "adc"}
    assert "enhancement" not in truth_of(BALL, roles=(Role.T1_POST, Role.T2))
    assert "target" in truth_of(BALL, roles=(Role.T2,))


def test_bleeds_apart_do_not_add_up_to_one_of_half_a_millilitre() -> None:
    def bleeds(*radii: float, apart: float = 6.0) -> dict[str, Any]:
        places = ((apart, 0, 0), (-apart, 0, 0))
        balls = (Inclusion(tissue=Tissue.BLOOD, radius_mm=r, centre_mm=c) for r, c in zip(radii, places, strict=False))
        return truth_of(replace(BALL, inclusions=tuple(balls)))["t1_high"]

    assert bleeds(4.5, 4.5) == {"fraction": pytest.approx(2 * (4.5 / 16) ** 3), "present": False}
    assert bleeds(5.0)["present"] is True  # 0.5 ml is a ball of 4.92 mm
    assert bleeds(5.0, apart=10.5)["present"] is False  # a part of it lies not deep enough


def test_without_a_series_that_tells_fat_whether_a_bleed_is_there_stays_open() -> None:
    bleed = Inclusion(tissue=Tissue.BLOOD, radius_mm=6.0)
    truth = truth_of(replace(BALL, inclusions=(bleed,)), roles=(Role.T1,))["t1_high"]
    assert truth == {"fraction": pytest.approx((6 / 16) ** 3), "present": None}


def test_a_texture_is_seen_in_the_tumour_alone() -> None:
    scene = Scene(Shape(replace(BALL, texture=0.2), np.random.default_rng(2)), SurroundSpec())
    points = np.array([[5.0, -3, 8], [12, 2, 6], [5, 20, 8]])
    stroma = scene.fractions(points, 1e-3)[:, Tissue.STROMA]
    assert (stroma[:2] > 0).all()
    assert stroma[2] == 0
