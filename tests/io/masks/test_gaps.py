"""Witness: ellipsoids in closed form, drawn on some of their slices only; order of the axes is an invariant."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.image import Grid, Mask
from pnst.io.masks.gaps import fill_gaps, fill_sparse

SPACING = (0.7, 0.9, 3.0)
RADII = (15.0, 12.0, 22.0)


def ellipsoid(shape=(61, 57, 23), off_slice: float = 0.3) -> np.ndarray:
    middle = (np.asarray(shape) - 1) / 2 + (0, 0, off_slice)
    index = np.indices(shape).transpose(1, 2, 3, 0)
    return (((index - middle) * SPACING / RADII) ** 2).sum(axis=-1) <= 1


def drawn_on(inside: np.ndarray, slices) -> np.ndarray:
    kept = np.zeros_like(inside)
    kept[:, :, slices] = inside[:, :, slices]
    return kept


def slices_of(inside: np.ndarray) -> list[int]:
    return np.flatnonzero(inside.any(axis=(0, 1))).tolist()


@pytest.mark.parametrize("step", [2, 3])
@pytest.mark.parametrize("first", [0, 1])
def test_the_slices_between_are_those_of_the_ellipsoid(step, first):
    """Volume between the first and the last drawn slice to 2 %; the ends are not extended."""
    whole = ellipsoid()
    drawn = slices_of(whole)[first::step]
    filled, notes = fill_gaps(drawn_on(whole, drawn), 2, SPACING, drawn)
    truth = whole[:, :, drawn[0] : drawn[-1] + 1].sum()
    assert filled.sum() == pytest.approx(truth, rel=0.02)
    assert slices_of(filled) == list(range(drawn[0], drawn[-1] + 1))
    assert np.array_equal(filled[:, :, drawn], whole[:, :, drawn])
    missing = drawn[-1] - drawn[0] + 1 - len(drawn)
    assert notes[0].startswith(f"{missing} of {drawn[-1] - drawn[0] + 1} slices were not drawn on")


def test_one_missing_slice_among_drawn_ones_is_filled():
    whole = ellipsoid()
    drawn = [k for k in slices_of(whole) if k != 11]
    filled, notes = fill_gaps(drawn_on(whole, drawn), 2, SPACING, drawn)
    assert filled[:, :, 11].sum() == pytest.approx(whole[:, :, 11].sum(), rel=0.02)
    assert len(notes) == 1


def test_what_is_drawn_on_every_slice_stays_as_it_is():
    whole = ellipsoid()
    filled, notes = fill_gaps(whole, 2, SPACING, slices_of(whole))
    assert filled is whole
    assert notes == ()


def test_three_missing_in_a_row_are_refused():
    whole = ellipsoid()
    drawn = slices_of(whole)[::4]
    with pytest.raises(GeometryError, match=r"3 slices in a row without a contour, \d with one.*at most 2"):
        fill_gaps(drawn_on(whole, drawn), 2, SPACING, drawn)


@pytest.mark.parametrize("gap", [2, 6])
def test_pieces_that_lie_apart_are_not_joined(gap):
    """Two blocks side by side, on slices of their own: nothing is made up between them."""
    inside = np.zeros((40, 30, 20), bool)
    inside[3:12, 4:12, 2:6] = True
    inside[22:31, 15:25, 5 + gap : 10 + gap] = True
    filled, notes = fill_gaps(inside, 2, SPACING, slices_of(inside))
    assert np.array_equal(filled, inside)
    assert "were left empty" in notes[0]


def test_two_slices_alone_are_joined_by_what_lies_between():
    """Closed form: between discs of 100 and 196 π mm² of one axis, (10 + 14)/2 = 12 mm to half a pixel."""
    index = np.indices((81, 77)).transpose(1, 2, 0)
    distance = np.linalg.norm((index - (40, 38)) * SPACING[:2], axis=-1)
    inside = np.zeros((81, 77, 5), bool)
    inside[:, :, 1], inside[:, :, 3] = distance <= 10, distance <= 14
    filled, _ = fill_gaps(inside, 2, SPACING, [1, 3])
    radius = np.sqrt(filled[:, :, 2].sum() * SPACING[0] * SPACING[1] / np.pi)
    assert radius == pytest.approx(np.sqrt((100 + 196) / 2), abs=0.35)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_a_mask_drawn_on_every_second_slice_is_filled_across_any_axis(axes):
    whole = ellipsoid()
    drawn = slices_of(whole)[::2]
    sparse = drawn_on(whole, drawn).transpose(axes)
    affine = np.diag([*(SPACING[a] for a in axes), 1.0])
    mask, notes = fill_sparse(Mask(sparse, Grid(sparse.shape, affine)))
    expected, _ = fill_gaps(drawn_on(whole, drawn), 2, SPACING, drawn)
    assert np.array_equal(mask.data, expected.transpose(axes))
    assert "interpolated" in notes[0]


@pytest.mark.parametrize("slices", [[4, 12], [4, 5, 7, 9], [8]])
def test_a_mask_that_need_not_be_sparse_is_left_alone(slices):
    """Two slices may be two pieces; slices side by side show that empty ones were meant."""
    sparse = drawn_on(ellipsoid(), slices)
    mask, notes = fill_sparse(Mask(sparse, Grid(sparse.shape, np.diag([*SPACING, 1.0]))))
    assert np.array_equal(mask.data, sparse)
    assert notes == ()
