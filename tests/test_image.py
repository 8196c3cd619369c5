"""`pnst.image`: voxels that know where they are. Witnesses: invariants over random oblique grids, and closed forms."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pnst.errors import GeometryError, PnstError
from pnst.image import MAX_SHEAR, Grid, Mask, Volume, bounding_box, embed
from strategies import ellipsoid_masks, grids, orders, reordered, rotations, volumes


def all_indices(shape: tuple[int, ...]) -> np.ndarray:
    return np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1)


def affine(columns: np.ndarray, origin: tuple[float, float, float] = (5.0, -7.0, 11.0)) -> np.ndarray:
    out = np.eye(4)
    out[:3, :3] = columns
    out[:3, 3] = origin
    return out


PLAIN = Grid((5, 7, 9), affine(np.diag((0.6, 0.7, 4.0))))


# --- Grid ---------------------------------------------------------------------------------------------------------


@given(rotations(), st.permutations((0.5, 0.8, 5.0)))
def test_spacing_directions_and_voxel_volume_come_from_the_affine(rotation, spacing):
    """Closed form: the affine was made of them."""
    grid = Grid((4, 6, 8), affine(rotation * spacing))
    np.testing.assert_allclose(grid.spacing, spacing, rtol=1e-12)
    np.testing.assert_allclose(grid.directions, rotation, atol=1e-12)
    assert grid.voxel_volume_mm3 == pytest.approx(0.5 * 0.8 * 5.0)


@given(ellipsoid_masks(), orders())
def test_the_slice_axis_does_not_depend_on_the_order_of_storage(mask, order):
    """Invariant, also where all sides are equally long."""
    for grid in (mask.grid, Grid(mask.grid.shape, affine(mask.grid.directions * 1.1))):
        stored = reordered(Mask(mask.data, grid), order).grid
        along = [g.directions[:, g.slice_axis] for g in (grid, stored)]
        assert abs(along[0] @ along[1]) == pytest.approx(1)


@pytest.mark.parametrize(("spacing", "axis"), [((4.0, 0.6, 0.7), 0), ((0.6, 4.0, 0.7), 1), ((1.02, 1.0, 1.0), 2)])
def test_the_slice_axis_is_that_of_the_longest_side_or_craniocaudal(spacing, axis):
    assert Grid((4, 6, 8), affine(np.diag(spacing))).slice_axis == axis


@given(grids(), st.tuples(*[st.floats(-20, 20)] * 3))
def test_world_and_index_are_each_others_inverse(grid, index):
    """Invariant, fractional indices and those outside the image included."""
    np.testing.assert_allclose(grid.to_index(grid.to_world(index)), index, atol=1e-8)
    assert grid.to_world(np.zeros((2, 5, 3))).shape == (2, 5, 3)


def test_world_of_an_index_by_hand():
    """Closed form: origin + index × spacing."""
    np.testing.assert_allclose(PLAIN.to_world((1, 2, 0.5)), (5.6, -5.6, 13.0))


@given(ellipsoid_masks(), orders())
def test_canonical_order_is_closest_to_ras(mask, order):
    """Invariant: no other order or flip of the axes needs a smaller turn to right, anterior, superior."""
    canonical, other = mask.grid.canonical(), reordered(mask, order).grid
    assert np.trace(other.directions) <= np.trace(canonical.directions) + 1e-5
    assert canonical.canonical_order() == ((0, 1, 2), ())


@given(volumes())
def test_canonical_keeps_every_voxel_in_its_place(volume):
    """Invariant: value → world position is the same map before and after."""
    canonical = volume.canonical()
    places = np.empty((volume.data.size, 3))
    places[volume.data.astype(int).ravel()] = volume.grid.to_world(all_indices(volume.grid.shape)).reshape(-1, 3)
    moved = canonical.grid.to_world(all_indices(canonical.grid.shape)).reshape(-1, 3)
    np.testing.assert_allclose(moved, places[canonical.data.astype(int).ravel()], atol=1e-9)


@given(ellipsoid_masks(), orders())
def test_canonical_of_any_storage_order_is_one_array(mask, order):
    """Invariant: permuting and flipping the storage changes nothing once in canonical order."""
    one, other = mask.canonical(), reordered(mask, order).canonical()
    assert one.grid.matches(other.grid)
    np.testing.assert_array_equal(one.data, other.data)


@pytest.mark.parametrize("order", [(axes, flips) for axes in permutations(range(3)) for flips in ((), (0,), (1, 2))])
@pytest.mark.parametrize("plane", [(0, 1), (1, 2), (0, 2)])
def test_canonical_of_a_grid_turned_by_45_degrees_is_one_order(plane, order):
    """Invariant where two axes are equally close to one direction: the storage does not decide."""
    a, b = plane
    columns = np.diag((0.6, 0.7, 4.0))
    columns[a, a], columns[a, b] = 0.6 * np.sqrt(0.5), -4.0 * np.sqrt(0.5)
    columns[b, a], columns[b, b] = 0.6 * np.sqrt(0.5), 4.0 * np.sqrt(0.5)
    columns[:, 3 - a - b] = np.eye(3)[3 - a - b] * 0.7
    mask = Mask(np.arange(5 * 7 * 9).reshape(5, 7, 9) % 11 == 0, Grid((5, 7, 9), affine(columns)))
    one, other = mask.canonical(), reordered(mask, order).canonical()
    assert one.grid.matches(other.grid)
    np.testing.assert_array_equal(one.data, other.data)


@given(volumes(), st.data())
def test_crop_keeps_every_voxel_in_its_place(volume, data):
    """Invariant: the crop's voxel 0 lies where the box begins, and values go with their places."""
    start = [data.draw(st.integers(0, n - 2)) for n in volume.grid.shape]
    stop = [data.draw(st.integers(a + 1, n)) for a, n in zip(start, volume.grid.shape, strict=True)]
    box = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
    crop = volume.crop(box)
    np.testing.assert_allclose(crop.grid.to_world((0, 0, 0)), volume.grid.to_world(start), atol=1e-9)
    assert crop.data[0, 0, 0] == volume.data[tuple(start)]
    assert crop.data.shape == crop.grid.shape == tuple(b - a for a, b in zip(start, stop, strict=True))


@pytest.mark.parametrize(
    ("box", "origin", "shape"),
    [
        ((slice(None), slice(-3, None), slice(0, 99)), (0, 4, 0), (5, 3, 9)),
        ((slice(2, -1), slice(None, 4), slice(1, 2)), (2, 0, 1), (2, 4, 1)),
    ],
)
def test_crop_reads_slices_as_numpy_does(box, origin, shape):
    """Another tool: NumPy's own reading of negative and open bounds."""
    crop = PLAIN.crop(box)
    assert crop.shape == shape == np.empty(PLAIN.shape)[box].shape
    np.testing.assert_allclose(crop.affine[:3, 3], PLAIN.to_world(origin))


@pytest.mark.parametrize("step", [2, -1])
def test_crop_refuses_steps(step):
    with pytest.raises(GeometryError, match="step 1"):
        PLAIN.crop((slice(None, None, step), slice(None), slice(None)))


def test_crop_refuses_to_leave_nothing():
    with pytest.raises(GeometryError, match="three positive sizes"):
        PLAIN.crop((slice(3, 3), slice(None), slice(None)))


@given(grids())
def test_matches_says_yes_to_rounding(grid):
    noise = np.pad(np.full((3, 3), 1e-5), ((0, 1), (0, 1))) + np.pad([[4e-4], [-4e-4], [4e-4]], ((0, 1), (3, 0)))
    near = Grid(grid.shape, grid.affine + noise)
    assert grid.matches(grid)
    assert grid.matches(near)
    assert near.matches(grid)
    assert grid.box_of(near) == tuple(slice(0, n) for n in grid.shape)


@given(grids(), st.sampled_from((0, 1, 2)))
def test_matches_says_no_to_a_shift_a_flip_a_turn_and_another_shape(grid, axis):
    shift = grid.affine.copy()
    shift[:3, 3] += 0.021 * grid.affine[:3, axis]
    flip = grid.affine.copy()
    flip[:3, 3] += flip[:3, axis] * (grid.shape[axis] - 1)
    flip[:3, axis] *= -1
    c, s = np.cos(0.05), np.sin(0.05)
    turn = np.eye(4)
    turn[:2, :2] = (c, -s), (s, c)
    corner = grid.affine[:3, 3].copy()
    turned = turn @ np.c_[grid.affine[:, :3], (0, 0, 0, 1)]
    turned[:3, 3] = corner
    larger = tuple(n + (a == axis) for a, n in enumerate(grid.shape))
    assert not grid.matches(Grid(grid.shape, shift))
    assert not grid.matches(Grid(grid.shape, flip))
    assert not grid.matches(Grid(grid.shape, turned))
    assert not grid.matches(Grid(larger, grid.affine))


def test_matches_has_a_tolerance_in_mm():
    far = Grid(PLAIN.shape, affine(np.diag((0.6, 0.7, 4.0)), origin=(5.0, -7.0, 11.5)))
    assert not PLAIN.matches(far, tolerance_mm=0.49)
    assert PLAIN.matches(far, tolerance_mm=0.51)
    assert not PLAIN.matches(Grid((5, 7, 8), PLAIN.affine), tolerance_mm=1000)  # arrays of two shapes never match


def test_a_shear_is_refused_and_rounding_is_not():
    sheared, rounded = np.diag((0.6, 0.7, 4.0)), np.diag((0.6, 0.7, 4.0))
    sheared[1, 0] = 0.6 * 3 * MAX_SHEAR
    rounded[1, 0] = 0.6 * 0.3 * MAX_SHEAR
    Grid((5, 7, 9), affine(rounded))
    with pytest.raises(GeometryError, match="perpendicular"):
        Grid((5, 7, 9), affine(sheared))


@pytest.mark.parametrize(
    ("shape", "matrix", "message"),
    [
        ((5, 7), np.eye(4), "three positive sizes"),
        ((5, 0, 9), np.eye(4), "three positive sizes"),
        ((5, 7, 9), np.eye(3), "4×4"),
        ((5, 7, 9), np.diag((1, np.nan, 1, 1)), "finite"),
        ((5, 7, 9), np.diag((1, np.inf, 1, 1)), "finite"),
        ((5, 7, 9), np.diag((1.0, 1, 1, 2)), "ending in 0 0 0 1"),
        ((5, 7, 9), np.diag((1.0, 0, 1, 1)), "three lengths above 0"),
        ((5, 7, 9), affine(np.array([[1.0, 1, 0], [0, 0, 0], [0, 0, 1]])), "perpendicular"),
    ],
)
def test_a_grid_without_a_usable_geometry_is_refused(shape, matrix, message):
    with pytest.raises(GeometryError, match=message):
        Grid(shape, matrix)


def test_errors_have_four_parts():
    with pytest.raises(PnstError) as caught:
        Grid((5, 0, 9), np.eye(4))
    error = caught.value
    assert all((error.what, error.got, error.expected, error.remedy))
    for part in (error.got, error.expected, error.remedy):
        assert part in str(error)


@pytest.mark.parametrize(("signs", "letters"), [((1, 1, 1), "RAS"), ((-1, -1, 1), "LPS"), ((-1, 1, -1), "LAI")])
def test_repr_names_the_directions(signs, letters):
    """Published convention: letters name where the index grows to."""
    assert repr(Grid((5, 7, 9), affine(np.diag((0.6, 0.7, 4.0)) * signs))).endswith(f"mm, {letters})")


def test_repr_of_a_sagittal_grid_follows_the_storage():
    columns = np.array([[0, 0, 4.0], [0.6, 0, 0], [0, -0.7, 0]])  # i anterior, j inferior, k right
    assert repr(Grid((5, 7, 9), affine(columns))) == "Grid(5 × 7 × 9, 0.6 × 0.7 × 4 mm, AIR)"


# --- Volume and Mask ----------------------------------------------------------------------------------------------


def test_arrays_are_read_only_and_the_caller_keeps_his_own():
    data = np.zeros(PLAIN.shape)
    matrix = PLAIN.affine.copy()
    volume, mask, grid = Volume(data, PLAIN), Mask(data > 0, PLAIN), Grid(PLAIN.shape, matrix)
    for array in (volume.data, mask.data, grid.affine, volume.canonical().data):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
    data[0, 0, 0] = 1
    matrix[0, 3] = 99
    assert grid.affine[0, 3] == 5.0


def test_values_may_change_but_the_shape_may_not():
    with pytest.raises(GeometryError, match=r"\(5, 7, 9\)"):
        Volume(np.zeros((5, 9, 7)), PLAIN)
    with pytest.raises(GeometryError, match="array of shape"):
        Volume(np.zeros((5, 7)), PLAIN)
    with pytest.raises(GeometryError, match="array of shape"):
        Mask(np.zeros((5, 7, 9, 2), bool), PLAIN)


def test_a_mask_of_numbers_is_refused():
    with pytest.raises(GeometryError, match="booleans"):
        Mask(np.zeros((5, 7, 9), np.uint8), PLAIN)


def test_a_fourth_axis_counts_measurements_and_travels_along():
    grid = Grid((5, 7, 9), affine(np.diag((-0.6, 0.7, 4.0))))
    volume = Volume(np.arange(5 * 7 * 9 * 2).reshape(5, 7, 9, 2), grid)
    assert volume.canonical().data.shape == (5, 7, 9, 2)
    np.testing.assert_array_equal(volume.canonical().data[0, 0, 0], volume.data[4, 0, 0])
    assert "2 measurements" in repr(volume)


def test_mask_volume_is_a_count_of_voxels():
    """Closed form: 3 voxels of 0.6 × 0.7 × 4 mm."""
    data = np.zeros(PLAIN.shape, bool)
    data[0, 0, 0] = data[4, 6, 8] = data[2, 3, 4] = True
    assert Mask(data, PLAIN).volume_mm3 == pytest.approx(3 * 0.6 * 0.7 * 4.0)
    assert Mask(data, PLAIN).count == 3
    assert Mask(np.zeros(PLAIN.shape, bool), PLAIN).count == 0


def test_bounding_box_is_the_smallest_and_grows_by_whole_voxels():
    """Closed form: a margin of 1 mm is two voxels of 0.6, two of 0.7 and one of 4 mm; the image ends it."""
    data = np.zeros(PLAIN.shape, bool)
    data[2:4, 3, 5:7] = True
    assert bounding_box(data, PLAIN.spacing) == (slice(2, 4), slice(3, 4), slice(5, 7))
    assert Mask(data, PLAIN).box(1.0) == (slice(0, 5), slice(1, 6), slice(4, 8))
    assert Mask(data, PLAIN).box(1000.0) == (slice(0, 5), slice(0, 7), slice(0, 9))


def test_bounding_box_of_nothing_is_none():
    assert Mask(np.zeros(PLAIN.shape, bool), PLAIN).box() is None


@given(ellipsoid_masks())
def test_cropping_to_the_box_loses_no_voxel(mask):
    """Invariant."""
    cropped = mask.crop(mask.box())
    assert cropped.volume_mm3 == pytest.approx(mask.volume_mm3)
    for axis in range(3):
        faces = cropped.data.any(axis=tuple(a for a in range(3) if a != axis))
        assert faces[0]
        assert faces[-1]


@given(ellipsoid_masks(), orders())
def test_a_canonical_box_holds_the_same_voxels_in_any_order(mask, order):
    """Invariant: cropped before or after the turn."""
    stored = reordered(mask, order)
    box = stored.canonical().box()
    own = stored.grid.box_from_canonical(box)
    assert own == stored.box()
    np.testing.assert_array_equal(stored.grid.crop(own).to_canonical(stored.data[own]), stored.canonical().data[box])


@given(ellipsoid_masks(), orders())
def test_a_crop_goes_back_to_its_place_in_whatever_order_it_is_stored(mask, order):
    """Invariant."""
    part = mask.crop(mask.box())
    assert mask.grid.crop(mask.grid.box_of(part.grid)).matches(part.grid)
    np.testing.assert_array_equal(embed(reordered(part, order), mask.grid).data, mask.data)
    np.testing.assert_array_equal(embed(reordered(mask, order), mask.grid).data, mask.data)


@pytest.mark.parametrize("shift", [(0.3, 0, 0), (0.021, 0, 0), (0, 0, -1), (0, 3, 0), (9000, 0, 0)])
def test_a_mask_off_the_voxels_of_a_grid_is_not_put_on_it(shift):
    """Between the voxels, before the first and beyond the last: each is no crop."""
    part = PLAIN.crop((slice(1, 4), slice(2, 6), slice(0, 4)))
    off = affine(np.diag((0.6, 0.7, 4.0)), tuple(PLAIN.to_world(np.add((1, 2, 0), shift))))
    moved = Grid(part.shape, off)
    assert PLAIN.box_of(part) == (slice(1, 4), slice(2, 6), slice(0, 4))
    assert PLAIN.box_of(moved) is None
    with pytest.raises(GeometryError, match="a crop of"):
        embed(Mask(np.ones(part.shape, bool), moved), PLAIN)
