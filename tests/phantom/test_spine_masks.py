"""The masks of a simulated spine against closed forms, on tilted voxels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.phantom.acquire import GridSpec
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.spec import Spec
from pnst.phantom.spine_masks import spine_masks
from pnst.phantom.view import View
from pnst.study import Role
from spines import INTRAMEDULLARY, spine_scene


def masks_of(scene: Scene):
    voxels = GridSpec(spacing_mm=(0.6, 0.7, 3.0), extent_mm=(50.0, 48.0, 66.0))
    spec = replace(Spec(), roles=(Role.T2,), grids={Role.T2: voxels})
    return spine_masks(scene, View.of(Role.T2, spec, scene))


def test_cord_canal_and_fluid_are_drawn_without_the_tumour():  # closed forms
    lesion, spine = INTRAMEDULLARY
    masks = masks_of(spine_scene(lesion, spine | {"curve_mm": None}))
    length = 66 / np.cos(np.radians(np.hypot(3, 5)))
    tumour = 4 / 3 * np.pi * 4 * 3.2 * 7
    assert masks["canal"].volume_mm3 == pytest.approx(np.pi * 64 * length, rel=0.02)
    assert masks["cord"].volume_mm3 == pytest.approx(np.pi * 24 * length - tumour, rel=0.02)
    assert masks["csf"].volume_mm3 == pytest.approx(np.pi * 40 * length, rel=0.02)
    assert not (masks["cord"].data & masks["csf"].data).any()
    assert set(masks) - {"cord", "canal", "csf"} == {"vertebra_C4", "vertebra_C5", "vertebra_C6", "vertebra_C7"}
    assert masks["vertebra_C5"].volume_mm3 == pytest.approx(masks["vertebra_C6"].volume_mm3, rel=0.1)


def test_another_region_has_none():
    assert masks_of(Scene(Shape(LesionSpec(), np.random.default_rng(0)), Spec().surround)) == {}
