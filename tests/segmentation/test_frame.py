"""The frame samples and gives back what it was given, bent or straight."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.frame import MOST_BEYOND_MM, SHAPE, PromptFrame
from pnst.segmentation.prompt import Point
from pnst.segmentation.prompt_body import ball_about, body_of
from pnst.study import Role
from segmentation.ball_study import CENTRE, GRIDS, diameter

BENT = PromptFrame(
    body_of([diameter(), Point(tuple(CENTRE + np.array((5, 0, -9)))), Point(tuple(CENTRE + np.array((0, 4, 9))))])
)


def test_a_linear_image_is_sampled_exactly():
    """Closed form: x + 2y − 3z at the frame's own points, NaN beyond the image."""
    grid = GRIDS[Role.T1]
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    data = (grid.to_world(index) @ (1, 2, -3)).astype(np.float32)
    found = BENT.of(data, grid)
    assert found.shape == SHAPE
    assert found == pytest.approx(BENT.points @ (1, 2, -3), abs=1e-2)
    assert np.isnan(PromptFrame(ball_about(CENTRE + np.array((0, 0, 45.0)), 20.0)).of(data, grid)).any()


def test_values_of_the_frame_come_back_at_its_points_and_nothing_beyond():
    """Invariant: at the voxels' own centres the frame's value, the given one outside."""
    values = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    assert BENT.at(values, BENT.points, -9.0)[1:-1, 1:-1, 1:-1] == pytest.approx(values[1:-1, 1:-1, 1:-1], abs=1e-4)
    assert (BENT.at(values, BENT.points + np.array((0, 0, 200.0)), -9.0) == -9).all()


@pytest.mark.parametrize("radius", [5.0, 200.0])
def test_the_frame_reaches_beyond_the_body_but_not_far(radius):
    """Closed form: 1.4 r + 4 mm, at most r + 35 mm."""
    frame = PromptFrame(ball_about(CENTRE, radius))
    assert frame.half_sides == pytest.approx(np.full(3, min(1.4 * radius + 4, radius + MOST_BEYOND_MM)))
