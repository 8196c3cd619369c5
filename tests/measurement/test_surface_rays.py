"""Rays through a lesion's surface. Witness: the levels of the scene along them."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.measurement.surface_rays import read_surface_rays, suppresses_fat, t2_series, voxels_along
from pnst.study import Role
from sign_bodies import SignBody, shell

BODY = SignBody((shell("fat", 2.0, 6.0),), radii=(11.0, 12.0, 14.0), noise=2.0)


@pytest.fixture(scope="module")
def rays():
    context = BODY.context(Role.T1, Role.T2)
    return read_surface_rays(context, context.study.series[Role.T2], 4.0, 5.0, 1.0)


def test_the_signal_along_the_rays(rays):
    sharp = rays.seen & (rays.blur_mm < 1.0)
    for offset, level in ((-3.0, 520), (1.0, 120), (4.0, 600)):
        assert np.median(rays.signal[sharp][:, rays.offsets == offset]) == pytest.approx(level, rel=0.06)


def test_each_ray_stands_for_its_area(rays):
    assert rays.area.sum() == pytest.approx(BODY.lesion().mesh.area_mm2, rel=1e-6)


def test_the_blur_of_the_voxels(rays):
    """Closed form: 2.355 · √(Σ (nᵢ·spacingᵢ)²)/2 lies between those of the shortest and the longest side."""
    assert rays.blur_mm.min() >= 2.355 / 2 * 0.6 - 1e-6
    assert rays.blur_mm.max() <= 2.355 / 2 * 3.0 + 1e-6


def test_t1_shows_the_fat(rays):
    sharp = rays.seen & (rays.blur_mm < 1.0)
    fat = np.median(rays.fat[sharp], axis=0)
    assert fat[rays.offsets == 4.0] == pytest.approx(1.0, abs=0.15)
    assert abs(fat[rays.offsets == -2.0]) < 0.15
    inside = rays.near(np.full(len(rays.points), -2.0), np.nan_to_num(rays.fat), 1.0)
    assert np.median(inside[sharp]) < 0.3
    assert np.median(rays.near(np.full(len(rays.points), 3.0), np.nan_to_num(rays.fat), 1.0)[sharp]) > 0.7


def test_the_voxels_of_a_layer(rays):
    covered = np.ones(len(rays.points), dtype=bool)
    low, high = np.full(len(covered), 0.5), np.full(len(covered), 2.5)
    mask = voxels_along(rays, covered, low, high)
    expected = 4 / 3 * np.pi * (np.prod(np.array(BODY.radii) + 2.5) - np.prod(np.array(BODY.radii) + 0.5))
    assert mask.volume_mm3 == pytest.approx(expected, rel=0.1)
    assert not voxels_along(rays, ~covered, low, high).data.any()


def test_the_first_role_that_there_is():
    context = BODY.context(Role.T1, Role.T2_FS)
    assert t2_series(context, Role.T2, Role.T2_FS).role is Role.T2_FS
    assert suppresses_fat(context.study.series[Role.T2_FS])
    assert not suppresses_fat(context.study.series[Role.T1])


def test_without_a_series_that_shows_fat_it_is_not_known():
    context = BODY.context(Role.T2)
    assert read_surface_rays(context, context.study.series[Role.T2], 4.0, 5.0, 1.0).fat is None
