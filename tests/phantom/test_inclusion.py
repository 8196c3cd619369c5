"""Inclusions: what may be one, and a volume that no roughness changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.description import describe
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.shape import Shape
from pnst.phantom.tissue import Tissue
from simulated_tumours import BALL


def test_only_what_occurs_in_a_tumour_may_be_included() -> None:
    only = "expected: cyst, necrosis, blood, fat;"
    with pytest.raises(SettingError, match=rf"inclusion\.tissue; got: cortical_bone; {only}"):
        Inclusion(tissue=Tissue.CORTICAL_BONE, radius_mm=3)  # type: ignore[arg-type]
    for word in ("muscle", "bloood"):
        with pytest.raises(SettingError, match=f"got: {word}; {only}"):
            describe({"lesion": {"inclusions": [{"tissue": word, "radius_mm": 3}]}})
    made = describe({"lesion": {"inclusions": [{"tissue": "blood", "radius_mm": 3}]}})
    assert made.spec.lesion.inclusions[0].tissue is Tissue.BLOOD


@pytest.mark.parametrize("roughness", [-0.1, 0.3])
def test_an_inclusion_too_rough_is_refused(roughness: float) -> None:
    with pytest.raises(SettingError, match=r"inclusion\.roughness"):
        Inclusion(tissue=Tissue.NECROSIS, radius_mm=3, roughness=roughness)


@pytest.mark.parametrize("roughness", [0.0, 0.15])
def test_an_irregular_ball_keeps_its_volume(roughness: float) -> None:
    ball = Inclusion(tissue=Tissue.NECROSIS, radius_mm=6, centre_mm=(3, -2, 1), roughness=roughness)
    shape = Shape(replace(BALL, inclusions=(ball,)), np.random.default_rng(5))
    points = np.random.default_rng(1).uniform(-10, 10, size=(600_000, 3))
    count = (shape.balls[0].distance(points + ball.centre_mm) < 0).mean() * 20**3
    assert count == pytest.approx(4 / 3 * np.pi * 6**3, rel=0.015)
    reach = np.linalg.norm(shape.balls[0].surface(points / np.linalg.norm(points, axis=1)[:, None]), axis=1)
    assert bool(np.ptp(reach) > 3) is (roughness > 0)
