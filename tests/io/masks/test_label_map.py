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


@pytest.mark.parametrize("order", ["C", "F", "turned"])
def test_each_of_many_labels_is_its_own_voxels(order, grid):  # witness: NumPy's comparison
    """However the map is stored, and with numbers left out."""
    values = np.zeros(grid.shape, np.float32)
    for number in (1, 2, 5, 300):
        values[np.random.default_rng(number).random(grid.shape) < 0.1] = number
    stored = {"C": values, "F": np.asfortranarray(values), "turned": values.T[::-1].copy()[::-1].T}[order]
    regions = label_regions(stored, grid)
    assert [region.number for region in regions] == [1, 2, 5, 300]
    for region in regions:
        np.testing.assert_array_equal(region.draw(gaps=False)[0].data, values == region.number)


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


@pytest.mark.parametrize("factor", [0.9999999, 1.0000001, 0.9995])
def test_labels_that_are_whole_but_for_rounding_are_rounded_and_said(grid, factor):
    values = np.zeros(grid.shape)
    values[1, 2, 3], values[3:, 4, 5], values[0, 0, 0] = 1 * factor, 7 * factor, -1e-6
    first, second = label_regions(values, grid)
    assert (first.number, second.number) == (1, 7)
    mask, notes = second.draw()
    assert np.array_equal(mask.data, values > 2)
    assert "off whole numbers by up to" in notes[0]


@pytest.mark.parametrize("value", [0.99, 1.002, 10.92, 1000.4])
def test_labels_that_are_fractions_are_refused(grid, value):
    values = np.zeros(grid.shape)
    values[1, 2, 3], values[3:, 4, 5] = value, 3
    with pytest.raises(InputError, match="fractions between"):
        label_regions(values, grid)


def test_a_mask_of_one_value_is_one_region(grid):
    values = np.zeros(grid.shape, np.float32)
    values[3:, 4, 5] = 14.2452545
    (region,) = label_regions(values, grid)
    mask, notes = region.draw()
    assert np.array_equal(mask.data, values > 0)
    assert (region.name, notes) == ("1", ("a mask of one value, 14.2453",))
    values[0, 0, 0] = -1
    with pytest.raises(InputError, match="no label map"):
        label_regions(values, grid)


def test_a_probability_may_leave_its_bounds_by_rounding(grid):
    values = np.zeros(grid.shape)
    values[1, 2, 3], values[2, 2, 3], values[3, 2, 3], values[4, 2, 3] = 1.0000001, -1e-6, 0.7, 0.3
    (region,) = label_regions(values, grid)
    assert region.draw()[0].data.sum() == 2
    values[0, 0, 0] = 1.3
    with pytest.raises(InputError, match="fractions between"):
        label_regions(values, grid)


def test_infinite_values_are_no_labels(grid):
    values = np.zeros(grid.shape)
    values[1, 2, 3] = np.inf
    with pytest.raises(InputError, match="no label map"):
        label_regions(values, grid)


def test_an_image_of_few_values_is_refused_and_many_regions_are_not(oblique):
    """Eight bits of noise have 256 values, as a label map may; but its neighbours differ."""
    grid = oblique((20, 21, 22))
    noise = np.random.default_rng(5).integers(0, 200, grid.shape)
    with pytest.raises(InputError, match="change from voxel to voxel"):
        label_regions(noise.astype(np.float32), grid)
    blocks = np.repeat(np.arange(40), 6)[np.indices(grid.shape)[0] * 3 + 60].astype(np.float32)
    blocks += 10 * (np.indices(grid.shape)[1] // 7)
    assert len(label_regions(blocks, grid)) > 16


def test_a_map_drawn_on_every_second_slice_is_filled_and_said(oblique):
    grid = oblique((20, 21, 12))
    values = np.zeros(grid.shape)
    values[5:15, 5:15, 2:11:2] = 3
    (region,) = label_regions(values, grid)
    mask, notes = region.draw()
    assert mask.data[5:15, 5:15, 2:11].mean() > 0.95
    assert notes == ("4 of 9 slices were not drawn on and were interpolated between their neighbours",)
