"""Masks dilated and eroded. Witness: the distance transform of `edt`, morphology of SciPy, shapes with a formula."""

from __future__ import annotations

import edt
import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion

from pnst.kernels.morphology import close_in_plane, dilate, dilate_in_plane, erode, open_in_plane

PLANES = [(2, (0.52, 0.6, 5.2)), (0, (3.0, 0.7, 0.9)), (1, (0.5, 4.0, 0.45))]


@pytest.mark.parametrize(("slice_axis", "spacing"), PLANES)
@pytest.mark.parametrize("radius", [0.0, 1.0, 2.7])
def test_dilation_in_plane_is_by_the_distance_in_the_slice(
    slice_axis, spacing, radius
):  # oracle: edt, slices far apart
    mask = np.random.default_rng(1).random((31, 26, 21)) > 0.99
    apart = tuple(1e4 if axis == slice_axis else step for axis, step in enumerate(spacing))
    distance = edt.edt((~mask).astype(np.uint8), anisotropy=apart)
    assert (dilate_in_plane(mask, spacing, slice_axis, radius) == (distance <= radius * (1 + 1e-6))).all()


def test_nothing_is_near_nothing():
    empty = np.zeros((9, 8, 7), dtype=bool)
    assert not dilate_in_plane(empty, (1, 1.1, 3), 2, 4.0).any()
    assert not open_in_plane(empty, (1, 1.1, 3), 2, 2.0).any()


def bar(width: float, spacing: tuple[float, float, float]) -> np.ndarray:
    """A bar along j, that wide along i, in every slice."""
    i = (np.arange(81) - 40.2) * spacing[0]
    return np.broadcast_to((np.abs(i) < width / 2)[:, None, None], (81, 60, 5)).copy()


@pytest.mark.parametrize(("width", "stays"), [(4.6, False), (8.0, True)])
def test_opening_takes_off_what_is_thinner_than_the_disc(width, stays):
    mask = bar(width, (0.6, 0.7, 4.0))
    opened = open_in_plane(mask, (0.6, 0.7, 4.0), 2, 3.0)
    assert bool(opened.any()) is stays
    assert not (opened & ~mask).any()
    if stays:
        assert opened[:, 10:50].sum() == mask[:, 10:50].sum()


@pytest.mark.parametrize(("width", "fills"), [(4.0, True), (8.0, False)])
def test_closing_fills_a_gap_thinner_than_the_disc(width, fills):
    gap = bar(width, (0.6, 0.7, 4.0))
    closed = close_in_plane(~gap, (0.6, 0.7, 4.0), 2, 3.0)
    assert (~gap <= closed).all()
    assert bool(closed[:, 15:45].all()) is fills


def test_erosion_is_by_the_6_neighbours():
    """Witness: SciPy; the array's border is an edge too."""
    mask = np.random.default_rng(0).random((37, 41, 23)) < 0.9
    assert np.array_equal(erode(mask), binary_erosion(mask, border_value=0))
    assert not erode(np.ones((37, 41, 23), dtype=bool))[0].any()


def test_dilation_is_by_the_6_neighbours():
    mask = np.random.default_rng(1).random((37, 41, 23)) < 0.02
    assert np.array_equal(dilate(mask), binary_dilation(mask))


def test_dilation_goes_as_many_steps_as_each_axis_is_given():
    mask = np.zeros((11, 12, 13), dtype=np.int32)
    mask[5, 6, 7] = 4
    out = dilate(mask, (3, 1, 2))
    extent = [np.flatnonzero(out.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    assert [(int(at[0]), int(at[-1])) for at in extent] == [(2, 8), (5, 7), (5, 9)]
    assert set(np.unique(out)) == {0, 4}
    assert not out[0].any()


def test_dilated_labels_do_not_wrap_round_the_array():
    mask = np.zeros((4, 5, 6), dtype=bool)
    mask[0, 0, 0] = True
    assert dilate(mask).sum() == 4
