"""Cyst and necrosis against the closed forms of a ball with cavities; said yes and no."""

from __future__ import annotations

import numpy as np
import pytest

from interiors import Interior, Sphere
from measurement.interior_measurements import GRIDS, measure_interior
from pnst.study import Role

pytestmark = pytest.mark.usefixtures("only_the_interior")


def test_an_even_tumour_has_no_cyst_however_bright_on_t2(even_tumour):
    assert even_tumour.cyst.fraction == 0
    assert even_tumour.cyst.present is False
    assert even_tumour.cyst.necrosis_fraction == 0
    assert "cyst" not in even_tumour.regions


@pytest.mark.parametrize("spacing", GRIDS)
@pytest.mark.parametrize(("tissue", "necrosis"), [("cyst", 0.0), ("necrosis", 1.0)])
def test_a_spherical_cavity(spacing, tissue, necrosis):
    """Closed form: r³ ÷ R³; fluid by its T2, all or nothing."""
    body = Interior(radius=17, spheres=(Sphere(tissue, 8.5, (1.5, -2.0, 1.0)),), noise=20, spacing=spacing)
    cyst = measure_interior(body).cyst
    assert cyst.fraction == pytest.approx(0.125, abs=0.012)
    assert cyst.necrosis_fraction == pytest.approx(necrosis * cyst.fraction)
    assert cyst.present is True


def test_cyst_and_necrosis_side_by_side_are_told_apart():
    spheres = (Sphere("cyst", 6.0, (0, 8.5, 0)), Sphere("necrosis", 7.0, (0, -8.5, 0)))
    body = Interior(radius=18, spheres=spheres, noise=15)
    cyst = measure_interior(body).cyst
    assert cyst.fraction == pytest.approx(body.fraction("cyst", "necrosis"), abs=0.015)
    assert cyst.necrosis_fraction == pytest.approx(body.fraction("necrosis"), abs=0.01)


def test_a_cavity_that_is_most_of_the_tumour():
    """Closed form; the 75th percentile is of the cavity itself."""
    body = Interior(radius=16, spheres=(Sphere("cyst", 14.4),), noise=10, spacing=(0.8, 0.9, 1.0))
    cyst = measure_interior(body, Role.T1, Role.T1_POST).cyst
    assert cyst.fraction == pytest.approx(0.729, abs=0.05)
    assert cyst.present is True


def test_a_cavity_smaller_than_the_least_share_is_not_present():
    body = Interior(radius=17, spheres=(Sphere("cyst", 5.5),), noise=10)
    cyst = measure_interior(body).cyst
    assert cyst.fraction == pytest.approx(body.fraction("cyst"), abs=0.01)
    assert cyst.present is False
    assert cyst.present_threshold == pytest.approx(0.05)
    small = Interior(radius=10, spheres=(Sphere("cyst", 4.5),), noise=10)
    cyst = measure_interior(small).cyst
    assert cyst.present is False  # 0.38 ml
    assert cyst.present_threshold == pytest.approx(0.5 / (4 / 3 * np.pi), rel=0.03)


def test_blood_and_fat_do_not_enhance_and_are_no_cyst():
    spheres = (Sphere("blood", 6.0, (0, 8.0, 0)), Sphere("fat", 6.0, (0, -8.0, 0)))
    m = measure_interior(Interior(radius=18, spheres=spheres, noise=15))
    assert m.cyst.fraction < 0.003
    assert m.cyst.present is False


def test_a_lesion_without_enhancement_has_no_cyst_to_be_told_from_it():
    m = measure_interior(Interior(tumour="necrosis", noise=10))
    assert m.skipped["cyst"] == "the lesion does not enhance, so that a cyst cannot be told from the rest of it"
    assert m.enhancement.enhancing_fraction < 0.01
    assert m.enhancement.peripheral is False
