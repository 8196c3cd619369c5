"""Uptake of the contrast agent against the closed forms of a ball with a core."""

from __future__ import annotations

import pytest

from interiors import Interior, Sphere, relative
from measurement.interior_measurements import GRIDS, measure_interior

pytestmark = pytest.mark.usefixtures("only_the_interior")


@pytest.mark.parametrize("spacing", GRIDS)
def test_two_shells_that_enhance_differently(spacing):
    """Closed form: a core of half the radius holds the inner third, and nothing of the outer third."""
    body = Interior(radius=17, spheres=(Sphere("poor", 8.5),), noise=10, spacing=spacing)
    enhancement = measure_interior(body).enhancement
    assert enhancement.rim_core_ratio == pytest.approx(relative("tumour") / relative("poor"), rel=0.1)
    assert enhancement.peripheral is True
    assert enhancement.peripheral_threshold == 1.5
    assert enhancement.enhancing_fraction == 1


def test_a_core_without_enhancement_counts_as_the_least():
    body = Interior(radius=18, spheres=(Sphere("necrosis", 9.0),), noise=10)
    m = measure_interior(body)
    assert m.enhancement.rim_core_ratio == pytest.approx(relative("tumour") / 0.05, rel=0.1)
    # The share of the lesion off its edge, whose radius is about half a voxel less.
    assert m.enhancement.enhancing_fraction == pytest.approx(1 - 0.5**3, abs=0.04)


def test_a_core_that_enhances_more_is_not_peripheral():
    body = Interior(radius=17, tumour="poor", spheres=(Sphere("tumour", 8.5),), noise=10)
    enhancement = measure_interior(body).enhancement
    assert enhancement.rim_core_ratio == pytest.approx(relative("poor") / relative("tumour"), rel=0.1)
    assert enhancement.peripheral is False
