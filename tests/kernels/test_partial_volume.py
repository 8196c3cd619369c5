"""Shares of voxels inside a surface, against the volume of a body and the blur that a voxel gives a flat border."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import ellipsoid, mask_of, tilted
from pnst.kernels.partial_volume import coverage
from pnst.kernels.surface import level_set


@pytest.mark.parametrize("spacing", [(0.7, 0.8, 4.0), (0.9, 1.0, 1.1)])
def test_the_shares_of_an_ellipsoid_add_up_to_its_volume(spacing):  # closed form: 4/3·πabc
    mask = mask_of(ellipsoid(17, 14, 21), spacing, tilted((20, -15, 40)), (0.2, -0.3, 0.1), 27)
    share = coverage(level_set(mask, spacing), mask.shape, np.eye(4), spacing)
    assert 0 <= share.min() < share.max() <= 1
    assert share.sum() * np.prod(spacing) == pytest.approx(4 / 3 * np.pi * 17 * 14 * 21, rel=0.015)
    part = (share > 0.05) & (share < 0.95)
    assert part.sum() > 200  # a mask has none
    assert np.mean(mask[part]) == pytest.approx(0.5, abs=0.15)


def test_another_grid_holds_the_same_body():  # invariant: the volume in voxels of another size, turned and moved
    spacing = (0.9, 1.0, 3.0)
    mask = mask_of(ellipsoid(15, 13, 18), spacing, tilted((10, 5, 0)), (0.1, 0.2, -0.3), 24)
    other = np.eye(4)
    other[:3, :3] = np.diag(1 / np.array(spacing)) @ tilted((7, -11, 25)) @ np.diag((1.3, 1.2, 2.5))
    shape = (52, 56, 28)
    middle = (np.array(mask.shape) - 1) / 2
    other[:3, 3] = middle - other[:3, :3] @ ((np.array(shape) - 1) / 2)
    share = coverage(level_set(mask, spacing), shape, other, (1.3, 1.2, 2.5))
    assert share.sum() * 1.3 * 1.2 * 2.5 == pytest.approx(4 / 3 * np.pi * 15 * 13 * 18, rel=0.015)


def test_a_body_beyond_the_grid_has_no_share():  # saying no
    spacing = (0.9, 1.0, 3.0)
    mask = mask_of(ellipsoid(9, 8, 10), spacing, np.eye(3), (0, 0, 0), 15)
    far = np.eye(4)
    far[:3, 3] = 500
    assert coverage(level_set(mask, spacing), (5, 6, 7), far, spacing).max() == 0


def test_a_share_is_that_of_many_points_in_the_voxel():  # brute force: 8 × 8 × 24 points a voxel, inside or not
    spacing = (0.7, 0.8, 4.0)
    mask = mask_of(ellipsoid(12, 10, 15), spacing, tilted((20, -15, 40)), (0.2, -0.3, 0.1), 19)
    surface = level_set(mask, spacing)
    share, counts = coverage(surface, mask.shape, np.eye(4), spacing), (8, 8, 24)
    fine = np.diag([1 / 8, 1 / 8, 1 / 24, 1])
    fine[:3, 3] = [(1 / n - 1) / 2 for n in counts]
    points = surface.inside(np.multiply(mask.shape, counts), fine)
    true = points.reshape([n for pair in zip(mask.shape, counts, strict=True) for n in pair]).mean(axis=(1, 3, 5))
    part = (true > 0) & (true < 1)
    assert np.abs((share - true)[~part]).max() < 0.1
    assert np.sqrt(np.mean((share - true)[part] ** 2)) < 0.03  # the mask itself is off by 0.25
    assert np.sqrt(np.mean((mask - true)[part] ** 2)) > 0.2


def test_a_grid_of_one_slice_holds_its_part():  # degenerate: no neighbour along one axis
    spacing = (0.9, 1.0, 3.0)
    mask = mask_of(ellipsoid(15, 13, 18), spacing, tilted((10, 5, 0)), (0.1, 0.2, -0.3), 24)
    surface, third = level_set(mask, spacing), np.eye(4)
    third[2, 3] = 3
    whole = coverage(surface, mask.shape, np.eye(4), spacing)
    one = coverage(surface, (*mask.shape[:2], 1), third, spacing)
    assert np.abs(one[..., 0] - whole[..., 3]).max() < 0.1
