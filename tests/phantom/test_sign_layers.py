"""Signs painted into a scene. Witness: the tissue at points whose place is known; without signs nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.lesion import LesionSpec
from pnst.phantom.sign_layers import contents, shells, voids
from pnst.phantom.signs import Fascicles, FlowVoid, Septum, Shell, SignSpec
from pnst.phantom.tissue import Tissue
from simulated_tumours import PURE_MM, scene_of, tissue_at

RADII = (12.0, 14.0, 22.0)
SIGNS = SignSpec(
    shells=(
        Shell(tissue=Tissue.HAEMOSIDERIN, thickness_mm=2.0, cap_deg=40.0),
        Shell(tissue=Tissue.CYST, thickness_mm=1.0, cap_deg=20.0, poles="one"),
    ),
    fascicles=Fascicles(diameter_mm=3.0, sheath_mm=1.0, spacing_mm=6.0),
    septa=(Septum(normal=(0.0, 1.0, 0.0), offset_mm=-9.0, thickness_mm=1.0),),
    voids=(FlowVoid(calibre_mm=2.0, coil_mm=0.0, pitch_mm=10.0, turns=1.0, centre_mm=(16.0, 0.0, 0.0)),),
)


def tissues(*local: tuple[float, float, float], signs: SignSpec | None = SIGNS) -> list[Tissue]:
    scene = scene_of(LesionSpec(radii_mm=RADII, tilt_deg=(10, 20, 30), centre_mm=(5, -3, 8), signs=signs))
    return [Tissue(int(n)) for n in tissue_at(scene, scene.shape.to_world(np.array(local)))]


def test_each_sign_lies_where_it_should():
    found = tissues((0, 0, 23.5), (0, 0, -23.5), (0, 0, 22.5), (0, 0, 24.5), (0, 0, 0), (2.0, 0, 0), (3, 3, 0))
    h, fluid = Tissue.HAEMOSIDERIN, Tissue.CYST
    assert found[:3] == [h, h, fluid]
    assert found[3] not in (h, fluid)
    assert found[4:] == [Tissue.TARGET_CORE, fluid, Tissue.TUMOUR]
    assert tissues((0.5, -9.0, 1.0), (16.0, 0.5, 3.0)) == [Tissue.CAPSULE, Tissue.ARTERY]


def test_fascicles_end_where_they_no_longer_fit():
    """At (0, 12) a sheath of 2.5 mm and 1 mm of clearance do not fit into a tumour of 14 mm."""
    assert tissues((0, 12.0, 0), (0, 0, 21.0)) == [Tissue.TUMOUR, Tissue.TUMOUR]


def test_without_signs_the_mixture_is_the_same_to_the_last_bit():
    spec = LesionSpec(radii_mm=RADII)
    points = np.random.default_rng(0).uniform(-30, 30, (2000, 3))
    plain = scene_of(spec).fractions(points, PURE_MM)
    empty = scene_of(LesionSpec(radii_mm=RADII, signs=SignSpec())).fractions(points, PURE_MM)
    assert np.array_equal(plain, empty)


def test_layers_of_no_signs():
    nothing, points = SignSpec(), np.zeros((1, 3))
    assert list(shells(nothing, np.zeros(1), np.zeros(1), np.ones(1))) == []
    assert contents(nothing, points, np.zeros(1), np.array([0.0, 0, 1]), lambda p: np.zeros(len(p))) == []
    assert voids(nothing, points) == []


@pytest.mark.parametrize("poles", ["both", "one"])
def test_a_cap_covers_its_angle(poles):
    shell = Shell(tissue=Tissue.CYST, thickness_mm=2.0, cap_deg=60.0, poles=poles)
    cosine = np.cos(np.radians([55.0, 65.0, 125.0]))
    (layer,) = shells(SignSpec(shells=(shell,)), np.full(3, 1.0), cosine, np.full(3, 20.0))
    assert (layer.distance < 0).tolist() == [True, False, poles == "both"]
