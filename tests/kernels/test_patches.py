"""Means and medians over patches of a surface, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.patches import averaging_operator, local_median, local_quantile

POINTS = np.array([(0.0, 0, 0), (1.0, 0, 0), (2.1, 0, 0), (0.3, 0, 0.2)])
NORMALS = np.array([(0.0, 0, 1), (0.0, 0, 1), (0.0, 0, 1), (0.0, 0, -1)])
WEIGHTS = np.array([1.0, 3.0, 1.0, 5.0])


def test_a_patch_averages_by_weight_and_not_across_a_thin_body():  # closed form
    mean = averaging_operator(POINTS, NORMALS, WEIGHTS, 1.05) @ np.array([4.0, 8.0, 0.0, 100.0])
    np.testing.assert_allclose(mean, [7.0, 7.0, 0.0, 100.0])


def test_no_radius_no_mean():  # saying no
    np.testing.assert_array_equal(averaging_operator(POINTS, NORMALS, WEIGHTS, 0.0) @ np.arange(4.0), np.arange(4.0))


def test_a_median_takes_an_outlier_off_and_keeps_a_border():  # closed form, on a strip of points 1 mm apart
    points = np.stack(np.meshgrid(np.arange(20.0), np.arange(4.0), [0.0], indexing="ij"), axis=-1).reshape(-1, 3)
    normals = np.tile((0.0, 0.0, 1.0), (len(points), 1))
    values = np.where(points[:, 0] < 10, 1.0, 6.0)
    wrong = values.copy()
    wrong[21] = 9.0
    known = np.ones(len(points), dtype=bool)
    np.testing.assert_array_equal(local_median(wrong, known, points, normals, 1.5), values)


def test_unknown_values_take_no_part():
    points = np.stack([np.arange(5.0), np.zeros(5), np.zeros(5)], axis=1)
    normals = np.tile((0.0, 0.0, 1.0), (5, 1))
    known = np.array([True, False, True, True, True])
    medians = local_median(np.array([1.0, 50.0, 3.0, 3.0, 3.0]), known, points, normals, 1.2)
    np.testing.assert_array_equal(medians, [1.0, 50.0, 3.0, 3.0, 3.0])


def test_a_local_quantile_is_that_of_a_disc():  # closed form: x over a disc of radius r reaches 0.69 r at 90 %
    x, y = (part.ravel() for part in np.meshgrid(np.arange(-20, 20.5), np.arange(-15, 15.5) * 1.1, indexing="ij"))
    points = np.stack([x, y, np.zeros(len(x))], axis=1)
    inner = (np.abs(x) < 12) & (np.abs(y) < 8)
    high = local_quantile(x, points, 1.05, 6.0, 0.9)[inner] - x[inner]
    assert high.mean() == pytest.approx(0.69 * 6, abs=0.6)
    assert np.abs(local_quantile(x, points, 1.05, 6.0, 0.5)[inner] - x[inner]).mean() < 1.2


def test_a_point_alone_is_its_own_quantile():
    points = np.array([[0.0, 0, 0], [50, 0, 0], [100, 0, 0]])
    np.testing.assert_array_equal(local_quantile(np.array([1.0, 2, 3]), points, 50.0, 6.0, 0.9), [1, 2, 3])
