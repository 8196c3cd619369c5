"""Dilation by balls. Witness: the Euclidean distance transform of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from pnst.kernels import ball
from pnst.kernels.ball import dilate_by_ball

MASK = np.random.default_rng(4).random((40, 33, 17)) > 0.9995


@pytest.mark.parametrize("spacing", [(0.9, 0.92, 5.0), (3.1, 0.7, 0.8), (1.0, 1.0, 1.0)])
@pytest.mark.parametrize("radius_mm", [0.5, 1.95, 4.4, 10.0, 31.0])
@pytest.mark.parametrize("way", [dilate_by_ball, ball._by_discs, ball._by_distances])
def test_what_lies_within_the_radius_whichever_way_is_taken(spacing, radius_mm, way):
    expected = distance_transform_edt(~MASK, sampling=spacing) <= radius_mm * (1 + 1e-6)
    reach = radius_mm if way is dilate_by_ball else radius_mm * (1 + 1e-6)
    assert MASK.any()
    assert (way(MASK, spacing, reach) == expected).all()


def test_an_empty_mask_stays_empty():
    assert not dilate_by_ball(np.zeros((4, 5, 6), dtype=bool), (1.0, 1.0, 3.0), 50.0).any()


@pytest.mark.parametrize("radius_mm", [3.0, 9.0])  # either way
def test_a_voxel_at_the_radius_lies_within_it_whatever_the_rounding_of_its_side(radius_mm):  # closed form
    line = np.zeros((31, 3, 3), dtype=bool)
    line[15] = True
    assert dilate_by_ball(line, (0.6, 0.6, 0.6), radius_mm).any(axis=(1, 2)).sum() == 1 + 2 * min(
        15, round(radius_mm / 0.6)
    )
