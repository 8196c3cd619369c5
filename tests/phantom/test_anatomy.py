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


def test_a_shell_of_fat_lies_at_its_distance_all_round() -> None:
    """Closed form: along every normal muscle, 3 mm of fat, muscle."""
    scene = rough_scene_of(
        SurroundSpec(nerve=False, fat_plane_mm=6.0, fat_plane_sides="every"), radii_mm=(8, 9, 12), centre_mm=(2, 1, -7)
    )
    foot = fibonacci(300) * 30
    points = np.concatenate([foot * share for share in np.linspace(0.3, 0.9, 60)])
    distance = scene.distance(points)
    known = (distance > 0.5) & (distance < 14) & (np.abs(np.abs(distance - 7.5) - 1.5) > 0.1)
    found = tissue_at(scene, scene.shape.to_world(points[known]))
    assert set(found[np.abs(distance[known] - 7.5) < 1.5]) == {Tissue.FAT}
    assert set(found[np.abs(distance[known] - 7.5) > 1.5]) == {Tissue.MUSCLE}


def test_oedema_stops_at_the_shell() -> None:
    scene = rough_scene_of(
        SurroundSpec(nerve=False, fat_plane_mm=6.0, fat_plane_sides="every"), radii_mm=(8, 9, 12), edema_mm=12.0
    )
    points = np.concatenate([fibonacci(200) * radius for radius in np.linspace(14, 28, 30)])
    distance = scene.distance(points)
    found = tissue_at(scene, scene.shape.to_world(points))
    assert (found[distance > 9.2] != Tissue.EDEMA).all()
    assert (found[(distance > 0.5) & (distance < 5.8)] == Tissue.EDEMA).all()


@pytest.mark.parametrize(
    ("surround", "named"),
    [
        ({"region": "paraspinal", "bone_mm": 2.0}, "bone_mm"),
        ({"region": "paraspinal", "fascia_mm": 0.0}, "fascia_mm"),
        ({"bone_mm": 2.0, "fascia_mm": 0.0}, "bone_mm"),
        ({"bone_mm": -1.0}, "bone_mm"),
        ({"fascia_mm": 400.0}, "fascia_mm"),
        ({"cortex_mm": 13.0}, "cortex_mm"),
        ({"bone_radius_mm": 0.0}, "bone_radius_mm"),
        ({"fat_plane_sides": "both"}, "fat_plane_sides"),
    ],
)
def test_what_cannot_be_laid_out_is_refused(surround: Any, named: str) -> None:
    with pytest.raises(SettingError, match=rf"surround\.{named}"):
        SurroundSpec(**surround)
