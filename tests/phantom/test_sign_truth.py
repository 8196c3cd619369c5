"""Truth of the signs. Witness: closed forms of caps, tubes and lattices."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Grid
from pnst.phantom.geometry import moments
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.sign_truth import sign_truth
from pnst.phantom.signs import Fascicles, FlowVoid, Shell, SignSpec
from pnst.phantom.surface import sample
from pnst.phantom.tissue import Tissue
from simulated_tumours import FINE, scene_of

BALL = (16.0, 16.0, 16.0)


def truth(signs: SignSpec | None, radii=BALL, grid: Grid = FINE, **lesion):
    scene = scene_of(LesionSpec(radii_mm=radii, signs=signs, **lesion), reach_mm=14.0)
    surface = sample(scene.shape, 0.6)
    return sign_truth(scene, surface, moments(scene.shape, surface), grid, grid)


def test_nothing_is_told_of_a_tumour_without_signs():
    assert truth(None) == {}


@pytest.mark.parametrize(("cap_deg", "poles"), [(60.0, "one"), (50.0, "both"), (120.0, "one")])
def test_caps_of_a_ball(cap_deg, poles):
    """(1 − cos θ)/2 of its area, twice that on both poles."""
    share = (1 - np.cos(np.radians(cap_deg))) / 2 * (2 if poles == "both" else 1)
    bright = truth(SignSpec(shells=(Shell(tissue=Tissue.CYST, thickness_mm=1.5, cap_deg=cap_deg, poles=poles),)))
    assert bright["rim"]["thin_bright_rim_fraction"] == pytest.approx(share, abs=0.01)
    assert bright["rim"]["capsule_fraction"] == 0
    dark = truth(SignSpec(shells=(Shell(tissue=Tissue.CAPSULE, thickness_mm=1.5, cap_deg=cap_deg, poles=poles),)))
    assert dark["rim"]["capsule_fraction"] == pytest.approx(share, abs=0.01)


def test_a_thick_layer_is_no_line_and_a_capsule_is_one():
    assert truth(SignSpec(shells=(Shell(tissue=Tissue.CYST, thickness_mm=3.2),)))["rim"] == {
        "thin_bright_rim_fraction": 0.0,
        "capsule_fraction": 0.0,
    }
    assert truth(SignSpec(), capsule_mm=1.0)["rim"]["capsule_fraction"] == pytest.approx(1.0)


def test_caps_of_haemosiderin():
    signs = SignSpec(shells=(Shell(tissue=Tissue.HAEMOSIDERIN, thickness_mm=2.0, cap_deg=50.0, poles="one"),))
    assert truth(signs)["haemosiderin"] == {"cap_fraction": None, "present": None}
    long = truth(signs, radii=(12.0, 13.0, 18.0))["haemosiderin"]
    assert long == {"cap_fraction": pytest.approx(1.0), "present": True}
    assert truth(SignSpec(), radii=(12.0, 13.0, 18.0))["haemosiderin"] == {"cap_fraction": 0.0, "present": False}


def test_a_cap_ends_where_its_middle_does_and_has_a_hole_for_the_nerve():
    """By quadrature over a spheroid: its normals lean away from the pole, outward of the cone that bounds the cap."""
    a, c, thickness, cap_deg, nerve_mm = 11.0, 18.0, 2.5, 32.0, 2.5
    angle = (np.arange(20000) + 0.5) / 20000 * np.pi / 2
    x, z = a * np.sin(angle), c * np.cos(angle)
    normal = np.stack([np.sin(angle) / a, np.cos(angle) / c])
    out_x, out_z = np.stack([x, z]) + thickness / 2 * normal / np.linalg.norm(normal, axis=0)
    area = x * np.hypot(a * np.cos(angle), c * np.sin(angle))
    pole = np.arctan2(x, z) <= np.radians(45.0)
    covered = (np.arctan2(out_x, out_z) <= np.radians(cap_deg)) & (out_x > nerve_mm / 2)
    signs = SignSpec(shells=(Shell(tissue=Tissue.HAEMOSIDERIN, thickness_mm=thickness, cap_deg=cap_deg),))
    share = truth(signs, radii=(a, a, c))["haemosiderin"]["cap_fraction"]
    assert share == pytest.approx(area[pole & covered].sum() / area[pole].sum(), abs=0.01)
    at_its_foot = area[pole & (np.arctan2(x, z) <= np.radians(cap_deg))].sum() / area[pole].sum()
    assert at_its_foot > share + 0.05


def test_a_tube_through_the_surface_of_a_ball():
    """8 mm of a tube of 2 mm inside, 6 mm outside: π r² l and half a ball each; the surface is flat enough."""
    void = FlowVoid(calibre_mm=2.0, coil_mm=0.0, pitch_mm=14.0, turns=1.0, centre_mm=(0.0, 0.0, 15.0))
    found = truth(SignSpec(voids=(void,)))["flow_voids"]
    half = 2 / 3 * np.pi
    assert found["intralesional_ml"] * 1000 == pytest.approx(8 * np.pi + half, rel=0.01)
    assert found["perilesional_ml"] * 1000 == pytest.approx(6 * np.pi + half, rel=0.02)
    assert (found["largest_calibre_mm"], found["pieces_count"]) == (2.0, 1)
    assert found["length_mm"] == pytest.approx(14.0, rel=0.01)
    assert found["present"] is False


def test_two_vessels_are_enough_and_short_ones_are_none():
    void = FlowVoid(calibre_mm=2.0, coil_mm=0.0, pitch_mm=8.0, turns=1.0)
    other = FlowVoid(calibre_mm=2.0, coil_mm=0.0, pitch_mm=8.0, turns=1.0, centre_mm=(6.0, 0.0, 0.0))
    assert truth(SignSpec(voids=(void, other)))["flow_voids"]["present"] is True
    lump = FlowVoid(calibre_mm=4.0, coil_mm=0.0, pitch_mm=8.0, turns=1.0)
    assert truth(SignSpec(voids=(lump,)))["flow_voids"]["pieces_count"] == 0


def test_fascicles_that_slices_cut():
    """A lattice of 6 mm in a ball of 16 mm, 3.5 mm clear of its surface: 13 lie within 12.5 mm of the axis."""
    affine = np.diag([0.5, 0.6, 2.0, 1.0])
    affine[:3, 3] = -np.array([20.0, 20.0, 20.0])
    grid = Grid((80, 70, 21), affine)
    signs = SignSpec(fascicles=Fascicles(diameter_mm=3.0, sheath_mm=1.0, spacing_mm=6.0))
    found = truth(signs, radii=(16.0, 16.0, 16.01), grid=grid)["fascicular"]
    assert found == {"count": 13, "present": True}
    along = Grid((21, 70, 80), np.diag([2.0, 0.6, 0.5, 1.0]))
    assert truth(signs, radii=(16.0, 16.0, 16.01), grid=along)["fascicular"]["present"] is False
    wide = SignSpec(fascicles=Fascicles(diameter_mm=6.5, sheath_mm=1.0, spacing_mm=9.0))
    assert truth(wide, radii=(16.0, 16.0, 16.01), grid=grid)["fascicular"]["count"] == 0
    coarse = Grid((40, 70, 21), np.diag([0.9, 0.6, 2.0, 1.0]))
    assert "fascicular" not in truth(signs, grid=coarse)
