"""Witness: hand-made maps; two labels are two regions, a probability is thresholded and noted."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.masks.label_map import label_regions


@pytest.fixture
def grid(oblique):
    return oblique((5, 6, 7))


def test_each_label_is_a_region(grid):
    values = np.zeros(grid.shape, np.float32)
    values[1, 2, 3], values[3:, 4, 5] = 2, 7
    first, second = label_regions(values, grid, ("a note",), {7: "cyst"})
    assert (first.number, first.name, second.number, second.name) == (2, "2", 7, "cyst")
    mask, notes = second.draw()
    assert np.array_equal(mask.data, values == 7)
    assert notes == ("a note",)
    assert second.made_by == "label map, value 7"


def test_a_probability_is_thresholded_and_said_so(grid):
    values = np.zeros(grid.shape, np.float32)
    values[1, 2, 3], values[2, 2, 3], values[3, 2, 3] = 0.49, 0.5, 1.0
    (region,) = label_regions(values, grid)
    mask, notes = region.draw()
    assert np.argwhere(mask.data).tolist() == [[2, 2, 3], [3, 2, 3]]
    assert notes == ("a probability map, thresholded at 0.5",)
    (nowhere,) = label_regions(np.minimum(values, np.float32(0.3)), grid)
    assert nowhere.empty


def test_nan_is_outside(grid):
    values = np.ones(grid.shape, np.float32)
    values[0, 0, 0] = np.nan
    (region,) = label_regions(values, grid)
    assert region.draw()[0].data.sum() == values.size - 1


def test_an_empty_map_has_no_region(grid):
    assert label_regions(np.zeros(grid.shape, np.float32), grid) == []


def test_what_is_no_label_map_is_refused(grid):
    rng = np.random.default_rng(4)
    ones = np.ones(grid.shape, np.float32)
    images = {
        "fractions": rng.gamma(2, 100, grid.shape),
        "labels from 0": np.where(rng.random(grid.shape) > 0.5, 1, -1),
        "to 65535": ones * 70000,
        "three axes": np.stack([ones, ones], axis=-1),
    }
    for message, values in images.items():
        with pytest.raises(InputError, match=message):
            label_regions(values, grid)


def test_an_image_of_whole_numbers_is_refused(oblique):
    grid = oblique((10, 11, 12))
    with pytest.raises(InputError, match="different values"):
        label_regions(np.arange(1320, dtype=np.float32).reshape(grid.shape), grid)
