"""The lowest connected region of a map against one that is planted."""

from __future__ import annotations

import numpy as np

from pnst.kernels.lowest_region import lowest_region


def test_the_lowest_region_is_in_the_larger_of_two_components_though_the_smaller_is_lower():
    values = np.full((12, 10, 7), 2.0)
    values[1:4, 1:4, 1:4] = 1.0  # 27 voxels
    values[8:10, 8:10, 4:6] = 0.5  # 8 voxels
    eight = lowest_region(values, 8)
    assert eight.sum() == 8
    assert eight[8:10, 8:10, 4:6].all()
    more = lowest_region(values, 20)
    assert more.sum() == 20
    assert not more[8:10, 8:10, 4:6].any()
    assert values[more].max() == 1.0


def test_components_that_touch_at_a_corner_are_one():  # 26 neighbours: they hold 12 before the brighter block does
    values = np.full((12, 10, 5), 2.0)
    values[1:3, 1:3, 1:3] = values[3:5, 3:5, 3:5] = 1.0
    values[8:10, 6:9, 1:3] = 1.1
    region = lowest_region(values, 12)
    assert region.sum() == 12
    assert (values[region] == 1.0).all()


def test_no_region_is_larger_than_what_is_known():
    values = np.full((6, 5, 4), np.nan)
    values[1:3, 1:4, 1:3] = np.random.default_rng(0).normal(size=(2, 3, 2))
    np.testing.assert_array_equal(lowest_region(values, 50), np.isfinite(values))
    apart = values.copy()
    apart[5, 4, 3] = -9.0  # the darkest voxel, alone
    assert not lowest_region(apart, 50)[5, 4, 3]
