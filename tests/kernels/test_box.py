"""The box of a region, in whatever order it is stored."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.box import bounding_box, faces


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("flips", [(), (0,), (1, 2), (0, 1, 2)])
def test_box_is_that_of_the_true_indices(order, flips):  # brute force
    data = np.zeros((7, 8, 9), dtype=bool)
    data[2, 3:6, 4] = data[5, 1, 7] = True
    view = np.flip(data.transpose(order), flips)
    indices = np.argwhere(view)
    expected = tuple(slice(int(a), int(b) + 1) for a, b in zip(indices.min(axis=0), indices.max(axis=0), strict=True))
    assert bounding_box(view) == expected


def test_nothing_has_no_box():
    assert bounding_box(np.zeros((3, 4, 5), dtype=bool)) is None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_the_faces_are_the_first_and_last_layers(order):  # witness: NumPy's take
    data = np.arange(60).reshape(3, 4, 5).transpose(order)
    expected = [data.take(end, axis=axis) for axis in range(3) for end in (0, -1)]
    for face, layer in zip(faces(data), expected, strict=True):
        np.testing.assert_array_equal(face, layer)
        assert np.shares_memory(face, data)
