"""A level set that is moved outwards: volumes of balls and ellipsoids."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import ellipsoid, tilted
from pnst.kernels.offset_surface import offset_surface, smooth_field
from pnst.kernels.surface import level_set

SPACING = (0.9, 1.1, 3.0)


def voxels(radius):
    index = np.stack(np.meshgrid(*[np.arange(n) for n in (52, 44, 20)], indexing="ij"), -1)
    local = ((index - (25.2, 21.7, 9.4)) * SPACING) @ tilted((5, -9, 14))
    length = np.linalg.norm(local, axis=-1)
    return length < radius(local / np.maximum(length, 1e-9)[..., None])


def volume(level):
    return level.mesh().volume_mm3 * float(np.prod(SPACING))


@pytest.mark.parametrize("shift", [-0.6, 0.3, 0.6])
def test_a_moved_ball_has_the_volume_of_its_radius(shift):
    """Closed form: V ∝ r³; the change is right to a tenth of itself."""
    level = level_set(voxels(ellipsoid(17, 17, 17)), SPACING)
    grown = volume(offset_surface(level, shift, SPACING)) / volume(level)
    assert grown - 1 == pytest.approx(((17 + shift) / 17) ** 3 - 1, rel=0.1)


def test_where_nothing_is_moved_nothing_changes():
    level = level_set(voxels(ellipsoid(19, 14, 12)), SPACING)
    assert volume(offset_surface(level, 0.0, SPACING)) == pytest.approx(volume(level), rel=1e-5)


def test_a_smooth_field_has_mean_0_and_sd_1_and_is_smooth():
    """Statistics over draws."""
    draws = np.stack([smooth_field((20, 24, 17), np.random.default_rng(n)) for n in range(300)])
    assert np.abs(draws.mean(axis=0)).max() < 0.3
    assert draws.std(axis=0) == pytest.approx(1, abs=0.2)
    assert np.abs(np.diff(draws, axis=1)).std() < 0.3
