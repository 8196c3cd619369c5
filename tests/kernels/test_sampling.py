"""Samples of a linear image and rays, in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.sampling import nearest, rays, sample


def test_samples_of_a_linear_image_are_exact_and_nan_outside():  # closed form: trilinear
    data = np.fromfunction(lambda i, j, k: 2 * i - 3 * j + 5 * k, (6, 7, 8))
    points = np.array([[1.25, 2.5, 3.75], [4.9, 0.1, 6.6], [5.2, 1, 1]])
    values = sample(data, points)
    assert values[:2] == pytest.approx([2 * 1.25 - 3 * 2.5 + 5 * 3.75, 2 * 4.9 - 0.3 + 33], abs=1e-4)
    assert np.isnan(values[2])


def test_the_nearest_voxel_answers_and_none_outside():  # closed form: cells of half a voxel on either side
    mask = np.zeros((3, 4, 5), dtype=bool)
    mask[2, 1, 4] = True
    index = np.array([[1.6, 0.6, 4.4], [2.4, 1.4, 3.6], [1.4, 1, 4], [2.6, 1, 4], [2, 1, 4.6], [-0.6, 1, 4]])
    assert nearest(mask, index.reshape(2, 3, 3)).tolist() == [[True, True, False], [False, False, False]]


def test_rays_go_along_the_direction():
    points = rays(np.array([[1.0, 2, 3]]), np.array([[0, 0.6, 0.8]]), np.array([-5.0, 0, 10]))
    np.testing.assert_allclose(points[0], [[1, -1, -1], [1, 2, 3], [1, 8, 11]])
