"""Components of another tissue against closed forms of a ball in voxels that hold a part of it."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.components import bounded_components, component_medians
from pnst.kernels.morphology import dilate

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


@pytest.mark.parametrize("level", [50.0, 200.0])
@pytest.mark.parametrize("threshold", [0.75, 0.3])
def test_a_ball_keeps_its_volume_whatever_found_it(level, threshold):
    """Closed form: 4/3·πr³, darker or brighter than what lies round it; seeds over or under half would not."""
    part = share(6.0)
    data = 120 * part + level * (1 - part)
    labels = bounded_components(part > threshold, data, level, np.ones(SHAPE, dtype=bool), (1, 1, 1))
    truth = 4 / 3 * np.pi * 6.0**3
    assert (labels > 0).sum() * STEP.prod() == pytest.approx(truth, rel=0.03)
    assert abs((part > threshold).sum() * STEP.prod() / truth - 1) > 0.08


def test_each_component_is_bounded_by_its_own_step():
    """A dim ball beside a bright one: half of the bright one's step would lose it."""
    dim, bright = share(5.0, (-8.0, 0, 0)), share(5.0, (8.0, 0, 0))
    data = 100 + 60 * dim + 900 * bright
    labels = bounded_components((dim > 0.8) | (bright > 0.8), data, 100.0, np.ones(SHAPE, dtype=bool), (1, 1, 1))
    assert labels.max() == 2
    for number in (1, 2):
        assert (labels == number).sum() * STEP.prod() == pytest.approx(4 / 3 * np.pi * 125, rel=0.04)


def test_a_component_goes_neither_where_it_may_not_nor_further_than_its_reach():
    part = share(6.0)
    allowed = distance((0, 0, 0)) < 4
    seeds = share(2.0) > 0.5
    data = 100 * part
    assert not (bounded_components(seeds, data, 0.0, allowed, (9, 9, 9)) > 0)[~allowed].any()
    grown = bounded_components(seeds, data, 0.0, np.ones(SHAPE, dtype=bool), (2, 1, 1)) > 0
    assert np.array_equal(grown, dilate(seeds, (2, 1, 1)) & (data > 50))


def test_nothing_found_is_nothing():
    nothing = np.zeros(SHAPE, dtype=bool)
    assert not bounded_components(nothing, np.ones(SHAPE), 0.0, ~nothing, (1, 1, 1)).any()


def test_medians_leave_out_what_is_no_number():
    labels = np.zeros((3, 4, 5), dtype=np.int32)
    data = np.arange(60.0).reshape(3, 4, 5)
    labels[0, 0, :3], labels[1, 1, :2], labels[2, 2, :3] = 1, 2, 3
    data[1, 1, :2] = np.nan
    data[2, 2, 0] = np.nan
    assert component_medians(labels, data) == pytest.approx([1.0, np.nan, 51.5], nan_ok=True)
    assert component_medians(np.zeros((2, 3, 4), dtype=np.int32), np.ones((2, 3, 4))).size == 0
