"""The limb: cylinders at their places, and the distance that is kept free round the tumour."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.layers import blend
from pnst.phantom.limb import ARTERY_RADIUS_MM, BONE_RADIUS_MM, MARROW_RADIUS_MM, VEIN_RADIUS_MM, Limb
from pnst.phantom.tissue import Tissue

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
