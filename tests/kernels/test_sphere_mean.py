"""Means over a sphere against a sum over voxels and a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.sphere_mean import SphereMean, sphere_weights

SPACING = (1.3, 1.7, 4.1)


def places(shape, spacing=SPACING):
    """(ni, nj, nk, 3) mm of voxel centres."""
    return np.stack(np.meshgrid(*[np.arange(n) * s for n, s in zip(shape, spacing, strict=True)], indexing="ij"), -1)


@pytest.mark.parametrize("spacing", [(1.8, 1.9, 5.0), (2.0, 0.7, 3.0), (3.1, 3.0, 12.0), (0.6, 0.5, 0.7)])
def test_the_shares_of_a_sphere_make_up_its_volume(spacing):  # closed form: 4/3·π·r³
    shares = sphere_weights(5.0, spacing)
    assert shares.sum() * np.prod(spacing) == pytest.approx(4 / 3 * np.pi * 125, rel=0.005)
    assert all(n % 2 == 1 for n in shares.shape)
    assert 0 <= shares.min() < shares.max() <= 1
    for axis in range(3):
        np.testing.assert_array_equal(shares, np.flip(shares, axis))


def test_a_sphere_within_one_voxel_is_that_voxel():
    shares = sphere_weights(1.0, (2.5, 3.0, 4.0))
    assert shares.shape == (1, 1, 1)


def test_means_are_those_of_the_body_within_the_sphere():  # witness: a sum over voxels, one by one
    rng = np.random.default_rng(3)
    values = rng.normal(1.5, 0.3, (9, 8, 6))
    inside = rng.random(values.shape) < 0.6
    shares = sphere_weights(5.0, SPACING)
    means = SphereMean(inside, shares)(np.where(inside, values, np.nan))
    reach = [n // 2 for n in shares.shape]
    for place in np.argwhere(inside)[::23]:
        total = weight = 0.0
        for offset in np.ndindex(*shares.shape):
            at = place + offset - reach
            if (at >= 0).all() and (at < values.shape).all() and inside[tuple(at)]:
                total += shares[offset] * values[tuple(at)]
                weight += shares[offset]
        assert means[tuple(place)] == pytest.approx(total / weight, abs=2e-5)
    assert np.isnan(means[~inside]).all()


def test_a_dark_ball_smaller_than_the_sphere_is_seen_by_its_share():  # closed form: (r / 5)³ of the contrast
    spacing = (0.5, 0.6, 0.7)
    shape = (41, 35, 31)
    points = places(shape, spacing)
    away = np.linalg.norm(points - points[20, 17, 15], axis=-1)
    values = np.where(away < 3.2, 0.8, 1.8)
    means = SphereMean(np.ones(shape, dtype=bool), sphere_weights(5.0, spacing))(values)
    assert np.nanmin(means) == pytest.approx(1.8 - (3.2 / 5) ** 3, abs=0.01)
    assert means[20, 17, 15] == pytest.approx(np.nanmin(means), abs=0.003)
    assert means[2, 2, 2] == pytest.approx(1.8, abs=1e-5)
