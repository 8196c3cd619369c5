"""T1-bright area against the closed forms of a ball with a bleed or fat in it; said yes and no."""

from __future__ import annotations

import numpy as np
import pytest

from interiors import SIGNAL, Interior, Sphere
from measurement.interior_measurements import GRIDS, NOISE, measure_interior
from pnst.study import Role

pytestmark = pytest.mark.usefixtures("only_the_interior")


def test_a_tumour_a_tenth_brighter_than_muscle_is_not_t1_bright(even_tumour):
    assert even_tumour.t1_high.fraction == 0
    assert even_tumour.t1_high.present is False
    assert even_tumour.t1_high.quality is None


@pytest.mark.parametrize("spacing", GRIDS)
def test_a_spherical_bleed(spacing):
    """Closed form: r³ ÷ R³."""
    body = Interior(radius=16, spheres=(Sphere("blood", 7.0, (2.0, -1.5, 1.0)),), noise=NOISE, spacing=spacing)
    m = measure_interior(body)
    assert m.t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.01)
    assert m.t1_high.present is True
    assert m.t1_high.present_threshold == 0.1
    assert m.regions["t1_high"].volume_mm3 == pytest.approx(m.t1_high.fraction * body.lesion().mesh.volume_mm3)


def test_a_fat_inclusion_is_no_blood_and_its_shell_neither():
    body = Interior(radius=16, spheres=(Sphere("fat", 7.0, (2.0, -1.5, 1.0)),), noise=15)
    m = measure_interior(body)
    assert m.t1_high.fraction == 0
    assert m.t1_high.present is False
    assert m.regions["fat_inclusion"].volume_mm3 == pytest.approx(4 / 3 * np.pi * 7**3, rel=0.1)
    unknown = measure_interior(body, Role.T1)
    assert unknown.t1_high.present is True
    assert "cannot be told from blood" in unknown.t1_high.quality


def test_blood_and_fat_in_one_tumour():
    spheres = (Sphere("blood", 6.0, (0, 8.0, 0)), Sphere("fat", 6.0, (0, -8.0, 0)))
    body = Interior(radius=18, spheres=spheres, noise=15)
    assert measure_interior(body).t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.006)


def test_a_speck_of_blood_is_not_present():
    m = measure_interior(Interior(spheres=(Sphere("blood", 2.6),), noise=5, spacing=(0.9, 1.0, 1.6)))
    assert 0 < m.t1_high.fraction < 0.01
    assert m.t1_high.present is False


def test_a_tumour_that_is_bright_itself_is_not_swallowed():
    bright = {**SIGNAL["tumour"], Role.T1: 560.0}
    m = measure_interior(Interior(noise=15, signal={**SIGNAL, "tumour": bright}))
    assert m.t1_high.fraction == 0
    assert m.t1_high.quality == "more than half of the lesion is bright on T1"


@pytest.mark.parametrize("tissue", ["blood", "fat"])
def test_a_piece_that_fills_most_of_the_lesion_is_held_against_the_rest(tissue):
    """Closed form: r³ ÷ R³ = 0.61; the lesion's own median is the piece's then."""
    body = Interior(radius=17, spheres=(Sphere(tissue, 14.4),), noise=NOISE)
    m = measure_interior(body)
    assert m.t1_high.present is (tissue == "blood")
    assert m.t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.03)
    assert m.t1_high.quality == "more than half of the lesion is bright on T1"
