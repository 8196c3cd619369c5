"""The exact columns of the bone against closed forms."""

from __future__ import annotations

import pytest

from pnst.phantom.bone_truth import bone_truth, hollow_mm
from spines import DUMBBELL, INTRADURAL, PARASPINAL, spine_of, spine_scene


def truth(place, **spine):
    scene = spine_scene(place[0], place[1] | spine)
    return bone_truth(scene, spine_of(scene))


def test_a_hollow_below_its_rims():
    """Closed form: the ball reaches 4 mm behind a wall that the canal, 1 mm wider, has cut already."""
    answer = truth(DUMBBELL)
    assert answer["scalloping_depth_mm"] == pytest.approx(3.0, abs=0.11)
    assert answer["remodelling"] is True
    assert truth(DUMBBELL, scallop_mm=2.0)["remodelling"] is False


def test_without_a_hollow_there_is_none():
    assert hollow_mm(spine_of(spine_scene(*INTRADURAL))) == 0


def test_a_dumbbell_across_the_canal():
    """Closed form: the square of the radii's ratio; another shape has no waist that is known."""
    assert truth(DUMBBELL)["dumbbell_waist_ratio"] == pytest.approx(0.55**2)
    assert "dumbbell_waist_ratio" not in truth(INTRADURAL)


def test_a_ball_in_a_foramen():
    """Closed form: a ball of 2 mm in the middle of a foramen lies in it; one in the canal, or outside, does not."""
    small = {"radii_mm": (2.0, 2.0, 2.0)}
    for offset, share in ((12.5, 1.0), (4.0, 0.0), (22.0, 0.0), (9.5, 0.5)):
        answer = truth((small, {"canal_offset_mm": (offset, -1.0)}))
        assert answer["foraminal_fraction"] == pytest.approx(share, abs=0.05)
    beside = truth((small, {"canal_offset_mm": (12.5, -1.0), "foramen_offset_mm": 9.0}))
    assert beside["foraminal_fraction"] == 0


def test_beside_the_column_nothing_is_carved():
    answer = truth(PARASPINAL)
    assert (answer["scalloping_depth_mm"], answer["foramen_area_ratio"], answer["foraminal_fraction"]) == (0, 1, 0)
