"""The limb: cylinders at their places, and the distance that is kept free round the tumour."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.layers import blend
from pnst.phantom.limb import ARTERY_RADIUS_MM, VEIN_RADIUS_MM, Limb
from pnst.phantom.tissue import Tissue

BONE_RADIUS_MM, MARROW_RADIUS_MM = 12.0, 8.0
CENTRE = (7.0, -20.0, 60.0)
KEEP_MM = 31.0


def limb() -> Limb:
    return Limb.lay_out(SurroundSpec(), CENTRE, KEEP_MM)


def test_bone_vessels_and_fascia_keep_clear_of_the_tumour() -> None:
    laid = limb()
    bodies = ((laid.bone, BONE_RADIUS_MM), (laid.vein, VEIN_RADIUS_MM), (laid.artery, ARTERY_RADIUS_MM))
    for axis, radius in bodies:
        assert np.hypot(axis[0] - CENTRE[0], axis[1] - CENTRE[1]) - radius >= KEEP_MM
    assert float(laid.fascia(np.array([CENTRE]))[0]) <= -KEEP_MM


def test_sections_of_bone_marrow_and_vessels_are_circles() -> None:
    """Closed form: πr², counted on a millimetre lattice of a quarter's offset."""
    laid, step = limb(), 0.25
    ticks = np.arange(-90, 90, step) + 0.1
    points = np.stack(np.meshgrid(CENTRE[0] + ticks, CENTRE[1] + ticks, [CENTRE[2]], indexing="ij"), axis=-1)
    flat = points.reshape(-1, 3)
    area = blend(list(laid.structures(flat)), 1e-3).sum(axis=0) * step**2
    expected = {
        Tissue.CORTICAL_BONE: BONE_RADIUS_MM**2 - MARROW_RADIUS_MM**2,
        Tissue.MARROW: MARROW_RADIUS_MM**2,
        Tissue.VEIN: VEIN_RADIUS_MM**2,
        Tissue.ARTERY: ARTERY_RADIUS_MM**2,
    }
    for tissue, square in expected.items():
        assert area[tissue] == pytest.approx(np.pi * square, rel=0.02)


def test_fat_and_skin_have_their_thickness_outside_the_muscle() -> None:
    laid = limb()
    distance = np.array([-1.0, 4.0, 8.9, 20.0])
    points = np.stack([laid.axis[0] + laid.muscle_radius_mm + distance, np.full(4, laid.axis[1]), np.zeros(4)], axis=1)
    mixture = blend(list(laid.ground(points, laid.fascia(points))), 1e-3)
    assert [Tissue(n) for n in mixture.argmax(axis=1)] == [Tissue.MUSCLE, Tissue.FAT, Tissue.SKIN, Tissue.AIR]


@pytest.mark.parametrize("bone_mm", [0.0, 5.0])
def test_the_shaft_passes_beside_the_tumour_at_its_distance(bone_mm: float) -> None:
    """Closed form: the axis lies the tumour's reach, the gap and the shaft's radius away; the cortex keeps its own."""
    surround = SurroundSpec(bone_mm=bone_mm, bone_radius_mm=6.0, cortex_mm=1.5)
    laid = Limb.lay_out(surround, CENTRE, KEEP_MM, lateral_mm=14.0)
    away = np.hypot(laid.bone[0] - CENTRE[0], laid.bone[1] - CENTRE[1])
    assert away == pytest.approx(14 + bone_mm + 6, abs=0.01)
    toward = (np.array(laid.bone) - CENTRE[:2]) / away
    heights = np.array([14 + bone_mm - 0.1, 14 + bone_mm + 0.1, 14 + bone_mm + 1.4, 14 + bone_mm + 1.6])
    points = np.concatenate([CENTRE[:2] + heights[:, None] * toward, np.zeros((4, 1))], axis=1)
    found = blend(list(laid.structures(points)), 1e-3).argmax(axis=1)
    assert [Tissue(n) for n in found] == [Tissue.AIR, Tissue.CORTICAL_BONE, Tissue.CORTICAL_BONE, Tissue.MARROW]
    assert float(laid.fascia(np.array([CENTRE]))[0]) <= -KEEP_MM


@pytest.mark.parametrize("fascia_mm", [-6.0, 0.0, 25.0])
def test_the_fascia_passes_at_its_distance_and_holds_bone_and_vessels(fascia_mm: float) -> None:
    laid = Limb.lay_out(SurroundSpec(fascia_mm=fascia_mm), CENTRE, KEEP_MM)
    assert float(laid.fascia(np.array([CENTRE]))[0]) == pytest.approx(fascia_mm, abs=1e-9)
    for axis, radius in ((laid.bone, 12.0), (laid.vein, VEIN_RADIUS_MM), (laid.artery, ARTERY_RADIUS_MM)):
        assert float(laid.fascia(np.array([[*axis, 0.0]]))[0]) < -radius
