"""An array read on another grid: closed forms (a linear image is what it is anywhere), and SciPy's interpolation."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from pnst.kernels.regrid import MAX_OFF_AXIS, nearest_voxels, trilinear

SHAPE = (9, 11, 7)
ONTO = (13, 6, 10)
SLOPES = np.array([3.0, -1.5, 4.0])


def linear() -> np.ndarray:
    """An image whose value is linear in the index, which trilinear values reproduce."""
    return np.tensordot(SLOPES, np.indices(SHAPE), axes=1).astype(np.float32)


def places(to_data: np.ndarray) -> np.ndarray:
    """(3, …) where each voxel of the other grid lies in the data."""
    index = np.indices(ONTO).reshape(3, -1)
    return (to_data[:3, :3] @ index + to_data[:3, 3:]).reshape(3, *ONTO)


def straight(scale: tuple[float, float, float], shift: tuple[float, float, float]) -> np.ndarray:
    return np.array([[scale[0], 0, 0, shift[0]], [0, scale[1], 0, shift[1]], [0, 0, scale[2], shift[2]], [0, 0, 0, 1]])


def turned(angle: float, scale: float = 0.5) -> np.ndarray:
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[cos, -sin, 0, 3.1], [sin, cos, 0.0, 2.2], [0, 0, 0.55, 0.3], [0, 0, 0, 1.0]])


@pytest.mark.parametrize("to_data", [straight((0.6, 2.1, -0.5), (0.2, 0.4, 5.6)), turned(0.4), turned(-0.9)])
def test_a_linear_image_keeps_its_values_and_what_lies_beyond_is_filled(to_data: np.ndarray) -> None:
    at = places(to_data)
    inside = ((at >= 0) & (at <= np.reshape(SHAPE, (3, 1, 1, 1)) - 1)).all(axis=0)
    values = trilinear(linear(), ONTO, to_data, np.nan)
    assert values.dtype == np.float32
    assert 20 < inside.sum() < inside.size
    np.testing.assert_array_equal(np.isfinite(values), inside)
    np.testing.assert_allclose(values[inside], np.tensordot(SLOPES, at, axes=1)[inside], atol=1e-4)


@pytest.mark.parametrize("to_data", [straight((0.6, 2.1, 0.5), (0.2, 0.4, 0.1)), turned(0.4)])
def test_another_tool_reads_the_same_values_of_noise(to_data: np.ndarray) -> None:
    data = np.random.default_rng(3).normal(size=SHAPE).astype(np.float32)
    witness = map_coordinates(data, places(to_data), order=1, mode="constant", cval=-7.0)
    np.testing.assert_allclose(trilinear(data, ONTO, to_data, -7.0), witness, atol=1e-5)


def test_rows_as_good_as_along_the_axes_are_read_along_them_and_others_are_not() -> None:
    """The turn of rounded direction cosines moves no voxel by a thousandth; a true one of 2 % does."""
    data = np.random.default_rng(3).normal(size=SHAPE).astype(np.float32)
    plain = straight((0.6, 1.7, 0.5), (0.2, 0.4, 0.1))
    for turn, same in ((0.4 * MAX_OFF_AXIS / max(ONTO), True), (0.02, False)):
        tilted = plain.copy()
        tilted[0, 1], tilted[1, 0] = turn, -turn
        assert (trilinear(data, ONTO, tilted, np.nan)[1:8] == trilinear(data, ONTO, plain, np.nan)[1:8]).all() == same


def test_a_fine_turned_grid_is_read_at_fewer_places_and_a_linear_image_stays_as_it_is() -> None:
    shape, to_data = (40, 37, 31), turned(0.3, 0.1)
    fine, coarse = (trilinear(linear(), shape, to_data, np.nan, smooth) for smooth in (False, True))
    known = np.isfinite(coarse)
    assert known.sum() > 0.6 * np.isfinite(fine).sum()
    np.testing.assert_allclose(coarse[known], fine[known], atol=1e-4)
    noise = np.random.default_rng(3).normal(size=SHAPE)
    assert not np.allclose(
        *(trilinear(noise, shape, to_data, 0.0, smooth) for smooth in (False, True))
    )  # it was another way


def test_a_single_slice_has_values_on_itself_alone() -> None:
    data = linear()[:, :, :1]
    values = trilinear(data, (9, 11, 3), straight((1, 1, 0.5), (0, 0, 0)), np.nan)
    np.testing.assert_array_equal(values[..., 0], data[..., 0])
    assert np.isnan(values[..., 1:]).all()


@pytest.mark.parametrize("to_data", [straight((0.6, 1.7, -0.5), (0.21, 0.37, 5.62)), turned(0.4)])
def test_the_nearest_voxel_is_taken_of_any_kind_of_data(to_data: np.ndarray) -> None:
    at = places(to_data)
    inside = ((at >= 0) & (at <= np.reshape(SHAPE, (3, 1, 1, 1)) - 1)).all(axis=0)
    i, j, k = np.where(inside, np.floor(at + 0.5), 0).astype(int)
    labels = np.random.default_rng(5).integers(0, 9, SHAPE)
    np.testing.assert_array_equal(nearest_voxels(labels, ONTO, to_data, -1), np.where(inside, labels[i, j, k], -1))
    mask = labels > 4
    nearest = nearest_voxels(mask, ONTO, to_data, False)
    assert nearest.dtype == bool
    np.testing.assert_array_equal(nearest, np.where(inside, mask[i, j, k], False))
