"""The exact columns of a tumour in the spine against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.geometry import moments
from pnst.phantom.spine_truth import spine_truth
from pnst.phantom.surface import sample
from spines import INTRADURAL, INTRAMEDULLARY, PARASPINAL, spine_scene


def truth(lesion, spine):
    scene = spine_scene(lesion, spine)
    surface = sample(scene.shape, 0.5)
    return spine_truth(scene, surface, moments(scene.shape, surface).volume_mm3)


def test_a_tumour_in_the_cord():  # closed forms: ellipses in ellipses
    lesion, spine = INTRAMEDULLARY
    answer = truth(lesion, spine | {"curve_mm": None})
    cord, canal = answer["cord"], answer["canal"]
    assert cord["inside_fraction"] == pytest.approx(1, abs=0.01)
    assert (cord["compartment"], cord["displacement_mm"], cord["syrinx"]) == ("intramedullary", 0, False)
    assert cord["compression_ratio"] == pytest.approx(1 - 4 * 3.2 / 24, rel=0.01)
    volume = np.pi * 24 * 40 - 4 / 3 * np.pi * 4 * 3.2 * 7
    assert cord["edema_volume_ml"] == pytest.approx(volume / 1000, rel=0.01)
    assert canal["occupancy_fraction"] == pytest.approx(4 * 3.2 / 64, rel=0.01)
    assert canal["dural_contact_fraction"] == 0


def test_a_tumour_beside_the_cord():
    answer = truth(*INTRADURAL)
    assert answer["cord"]["compartment"] == "extramedullary"
    assert answer["cord"]["displacement_mm"] == pytest.approx(3.5, abs=0.01)
    assert answer["cord"]["compression_ratio"] == pytest.approx(0.7, abs=0.03)
    assert answer["canal"]["occupancy_fraction"] == pytest.approx(3.5 * 5 / 64, rel=0.02)
    assert answer["canal"]["occupancy_level"] == "C5"
    assert 0.05 < answer["canal"]["dural_contact_fraction"] < 0.3


def test_half_of_a_ball_on_the_side_of_a_wide_cord():
    """Closed form: a ball of radius r whose middle lies on a cylinder of radius R has, to first order in r/R,
    1/2 − 3r/32R of itself inside."""
    half = truth(
        {"radii_mm": (3.0, 3.0, 3.0)},
        {"canal_offset_mm": (18.0, 0.0), "cord_mm": (18.0, 18.0), "sac_mm": 22.0, "canal_mm": 23.0},
    )
    assert half["cord"]["inside_fraction"] == pytest.approx(0.5 - 3 * 3 / (32 * 18), abs=0.004)
    assert half["cord"]["compartment"] == "mixed"


def test_a_tumour_beside_the_column_touches_nothing():
    answer = truth(*PARASPINAL)
    assert answer["cord"]["inside_fraction"] == answer["canal"]["occupancy_fraction"] == 0
    assert answer["cord"]["compression_ratio"] == pytest.approx(1)
    assert answer["canal"]["occupancy_level"] is None
