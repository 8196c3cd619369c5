"""The target sign against the closed forms of a ball with a core; said yes and no."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interiors import Interior, Sphere
from measurement.interior_measurements import GRIDS, NOISE, measure_interior
from pnst.image import Volume
from pnst.study import Role
from without_intervals import measure

pytestmark = pytest.mark.usefixtures("only_the_interior")


def test_an_even_tumour_is_no_target_and_enhances_as_a_whole(even_tumour):
    assert even_tumour.target.rim_core_ratio == pytest.approx(1, abs=0.02)
    assert even_tumour.target.core_variation < 0.03
    assert even_tumour.target.present is False
    assert even_tumour.enhancement.enhancing_fraction == 1
    assert even_tumour.enhancement.rim_core_ratio == pytest.approx(1, abs=0.03)
    assert even_tumour.enhancement.peripheral is False


@pytest.mark.parametrize("spacing", GRIDS)
def test_a_dark_even_core(spacing):
    """Closed form: 520 ÷ 260."""
    body = Interior(radius=17, spheres=(Sphere("fibrous", 8.5),), noise=NOISE, spacing=spacing)
    target = measure_interior(body).target
    assert target.rim_core_ratio == pytest.approx(2, rel=0.05)
    assert target.core_variation < 0.06
    assert target.present is True
    assert (target.present_threshold, target.series) == (1.25, "t2_fs")


def test_a_dark_core_that_is_uneven_is_no_target():
    """A core of dark and bright halves: its variation is far over the limit."""
    spheres = (Sphere("fibrous", 9.0), Sphere("cyst", 2.5, (2.0, 0, 0)))
    target = measure_interior(Interior(radius=17, spheres=spheres, noise=5)).target
    assert target.rim_core_ratio > 1.25
    assert target.core_variation > 0.20 == target.core_variation_threshold
    assert target.present is False


def test_fat_in_the_middle_makes_no_target():
    body = Interior(radius=17, spheres=(Sphere("fat", 4.0),), noise=5)
    target = measure_interior(body).target
    assert target.rim_core_ratio == pytest.approx(1, abs=0.03)
    assert target.present is False
    assert measure_interior(body, Role.T2_FS).target.rim_core_ratio > 1.2


def test_a_bright_core_is_no_target():
    target = measure_interior(Interior(spheres=(Sphere("cyst", 8.0),), noise=5)).target
    assert target.rim_core_ratio == pytest.approx(520 / 900, rel=0.05)
    assert target.present is False


def test_noise_is_taken_off_the_variation_of_the_core():
    body = Interior(radius=17, spheres=(Sphere("fibrous", 8.5),), noise=60)
    assert measure_interior(body).target.core_variation < 0.12  # 60 ÷ 260 = 0.23 with it


def test_plain_t2_is_preferred():
    body = Interior(spheres=(Sphere("fibrous", 8.0),), noise=5)
    study = body.study()
    t2 = replace(study.series[Role.T2_FS], role=Role.T2)
    flat = replace(t2, role=Role.T2_FS, volume=Volume(np.full_like(t2.volume.data, 90.0), t2.volume.grid))
    m = measure(replace(study, series={**study.series, Role.T2: t2, Role.T2_FS: flat}), body.lesion())
    assert m.target.series == "t2"
    assert m.target.present is True
