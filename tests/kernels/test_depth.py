"""Witness: depth in a ball and in a slab in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.depth import depth_below, thirds


def ball(radius: float, step: float, shape: tuple[int, int, int] = (61, 67, 73)) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the centre, which is no voxel's, and the voxels inside."""
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    r = np.linalg.norm((index - (np.array(shape) - 1) / 2 - (0.2, -0.3, 0.4)) * step, axis=-1)
    return r, r < radius


@pytest.mark.parametrize(("radius", "step"), [(12.0, 0.5), (20.0, 0.8)])
def test_depth_in_a_ball(radius, step):  # closed form: R − r; a step at the worst, nothing on average
    r, inside = ball(radius, step)
    error = (depth_below(inside, step) - (radius - r))[inside]
    assert np.abs(error).max() < 0.9 * step
    assert abs(error.mean()) < 0.12 * step
    assert not depth_below(inside, step)[~inside].any()


def test_depth_in_a_slab_that_goes_on_beyond_the_array():
    """Closed form: to the one face that is seen."""
    inside = np.zeros((9, 7, 8), dtype=bool)
    inside[3:] = True
    assert depth_below(inside, 2.0)[:, 3, 4] == pytest.approx([0, 0, 0, 1, 3, 5, 7, 9, 11], abs=0.75)


def test_a_body_without_an_outside_is_refused():
    with pytest.raises(ValueError, match="without an outside"):
        depth_below(np.ones((3, 4, 5), dtype=bool), 1.0)


def test_thirds_of_a_ball():
    """Closed form: volumes 1 − (2/3)³ and (1/3)³; by depth, not by volume."""
    r, inside = ball(21.0, 0.7)
    outer, inner = thirds(np.maximum(21.0 - r, 0), 21.0)
    assert outer.sum() / inside.sum() == pytest.approx(1 - (2 / 3) ** 3, abs=0.01)
    assert inner.sum() / inside.sum() == pytest.approx((1 / 3) ** 3, rel=0.02)
    assert not (outer & inner).any()
    assert not (outer & ~inside).any()
