"""Witnesses: the bed that every region promises; closed forms of the parts' sections; tissues along known lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.sphere import fibonacci
from pnst.phantom.tissue import Tissue
from simulated_tumours import rough_scene_of, tissue_at


@pytest.mark.parametrize("where", ["limb", "paraspinal"])
@pytest.mark.parametrize("radii", [(7.0, 8.0, 11.0), (45.0, 40.0, 60.0)])
def test_nothing_but_muscle_and_the_nerve_lies_in_the_tumours_bed(where: Any, radii: Any) -> None:
    scene = rough_scene_of(
        SurroundSpec(region=where), radii_mm=radii, tilt_deg=(25, -15, 0), centre_mm=(-9, 4, 30), roughness=0.04
    )
    directions = fibonacci(1000)
    foot = directions / scene.shape.level(directions)[:, None]
    for height in np.linspace(0.5, 1, 4):
        points = scene.shape.to_world(foot * (1 + height * 16.5 / np.linalg.norm(foot, axis=1)[:, None]))
        near = scene.distance(scene.shape.to_local(points)) < 17
        assert near.sum() > 800
        assert set(tissue_at(scene, points[near])) <= {Tissue.MUSCLE, Tissue.NERVE}


@pytest.mark.parametrize("where", ["limb", "paraspinal"])
def test_what_is_not_wanted_is_left_out(where: Any) -> None:
    bare = rough_scene_of(
        SurroundSpec(region=where, bone=False, vessels=False, nerve=False, septa=0), radii_mm=(8, 9, 12)
    )
    points = np.random.default_rng(0).uniform(-90, 90, size=(40_000, 3))
    assert set(tissue_at(bare, points)) == {Tissue.AIR, Tissue.SKIN, Tissue.FAT, Tissue.MUSCLE, Tissue.TUMOUR}


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(SettingError, match=r"surround\.region"):
        SurroundSpec(region="head")  # type: ignore[arg-type]
