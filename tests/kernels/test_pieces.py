"""Witness: morphology of SciPy by another route, closed forms of a ball in voxels that hold a part of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter

from pnst.kernels.pieces import bounded_pieces, dilated, eroded, piece_medians, smoothed_within

SHAPE = (37, 41, 23)
STEP = np.array((0.8, 0.9, 2.0))


def distance(centre: tuple[float, float, float]) -> np.ndarray:
    index = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)
    return np.linalg.norm((index - (np.array(SHAPE) - 1) / 2) * STEP - centre, axis=-1)


def share(radius: float, centre: tuple[float, float, float] = (0.3, -0.2, 0.5)) -> np.ndarray:
    """The share of each voxel that lies in a ball, by 5 × 5 × 9 points in it."""
    offsets = np.stack(np.meshgrid(*[(np.arange(n) + 0.5) / n - 0.5 for n in (5, 5, 9)], indexing="ij"), axis=-1)
    inside = [distance(tuple(np.array(centre) - o * STEP)) < radius for o in offsets.reshape(-1, 3)]
    return np.mean(inside, axis=0)


def test_off_edge_is_an_erosion_by_the_6_neighbours():
    """Witness: SciPy; the array's border is an edge too."""
    mask = np.random.default_rng(0).random(SHAPE) < 0.9
    assert np.array_equal(eroded(mask), binary_erosion(mask, border_value=0))
    assert not eroded(np.ones(SHAPE, dtype=bool))[0].any()


def test_widened_is_a_dilation_by_the_6_neighbours():
    mask = np.random.default_rng(1).random(SHAPE) < 0.02
    assert np.array_equal(dilated(mask), binary_dilation(mask))


def test_widened_goes_as_many_steps_as_each_axis_is_given():
    mask = np.zeros((11, 12, 13), dtype=np.int32)
    mask[5, 6, 7] = 4
    out = dilated(mask, (3, 1, 2))
    extent = [np.flatnonzero(out.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    assert [(int(at[0]), int(at[-1])) for at in extent] == [(2, 8), (5, 7), (5, 9)]
    assert set(np.unique(out)) == {0, 4}
    assert not out[0].any()


def test_widened_labels_do_not_wrap_round_the_array():
    mask = np.zeros((4, 5, 6), dtype=bool)
    mask[0, 0, 0] = True
    assert dilated(mask).sum() == 4


def test_smoothing_within_a_region_sees_nothing_of_what_lies_round_it():
    inside = distance((0, 0, 0)) < 9
    data = np.where(inside, 70.0, np.nan)
    out = smoothed_within(data, inside, (1.2, 1.1, 0.0))
    assert out[inside] == pytest.approx(70, rel=1e-5)
    assert np.isnan(out[~inside]).all()


def test_smoothing_deep_inside_is_gaussian():
    """Witness: SciPy, where the region's border is out of reach; noise falls as it should."""
    data = np.random.default_rng(2).normal(100, 10, SHAPE)
    inside = np.ones(SHAPE, dtype=bool)
    inner = (slice(8, -8), slice(8, -8), slice(None))
    out = smoothed_within(data, inside, (1.2, 1.1, 0.0))[inner]
    expected = gaussian_filter(data, (1.2, 1.1, 0.0), truncate=2.5)[inner]
    assert out == pytest.approx(expected, rel=1e-4)
    assert out.std() == pytest.approx(10 / np.sqrt(4 * np.pi * 1.2 * 1.1), rel=0.15)


@pytest.mark.parametrize("level", [50.0, 200.0])
@pytest.mark.parametrize("threshold", [0.75, 0.3])
def test_a_ball_keeps_its_volume_whatever_found_it(level, threshold):
    """Closed form: 4/3·πr³, darker or brighter than what lies round it; seeds over or under half would not."""
    part = share(6.0)
    data = 120 * part + level * (1 - part)
    pieces = bounded_pieces(part > threshold, data, level, np.ones(SHAPE, dtype=bool), (1, 1, 1))
    truth = 4 / 3 * np.pi * 6.0**3
    assert (pieces > 0).sum() * STEP.prod() == pytest.approx(truth, rel=0.03)
    assert abs((part > threshold).sum() * STEP.prod() / truth - 1) > 0.08


def test_each_piece_is_bounded_by_its_own_step():
    """A dim ball beside a bright one: half of the bright one's step would lose it."""
    dim, bright = share(5.0, (-8.0, 0, 0)), share(5.0, (8.0, 0, 0))
    data = 100 + 60 * dim + 900 * bright
    pieces = bounded_pieces((dim > 0.8) | (bright > 0.8), data, 100.0, np.ones(SHAPE, dtype=bool), (1, 1, 1))
    assert pieces.max() == 2
    for number in (1, 2):
        assert (pieces == number).sum() * STEP.prod() == pytest.approx(4 / 3 * np.pi * 125, rel=0.04)


def test_a_piece_goes_neither_where_it_may_not_nor_further_than_its_reach():
    part = share(6.0)
    allowed = distance((0, 0, 0)) < 4
    seeds = share(2.0) > 0.5
    data = 100 * part
    assert not (bounded_pieces(seeds, data, 0.0, allowed, (9, 9, 9)) > 0)[~allowed].any()
    grown = bounded_pieces(seeds, data, 0.0, np.ones(SHAPE, dtype=bool), (2, 1, 1)) > 0
    assert np.array_equal(grown, dilated(seeds, (2, 1, 1)) & (data > 50))


def test_nothing_found_is_nothing():
    nothing = np.zeros(SHAPE, dtype=bool)
    assert not bounded_pieces(nothing, np.ones(SHAPE), 0.0, ~nothing, (1, 1, 1)).any()


def test_medians_leave_out_what_is_no_number():
    pieces = np.zeros((3, 4, 5), dtype=np.int32)
    data = np.arange(60.0).reshape(3, 4, 5)
    pieces[0, 0, :3], pieces[1, 1, :2], pieces[2, 2, :3] = 1, 2, 3
    data[1, 1, :2] = np.nan
    data[2, 2, 0] = np.nan
    assert piece_medians(pieces, data) == pytest.approx([1.0, np.nan, 51.5], nan_ok=True)
    assert piece_medians(np.zeros((2, 3, 4), dtype=np.int32), np.ones((2, 3, 4))).size == 0
