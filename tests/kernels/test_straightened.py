"""A straightened tube against closed forms, along an arc of a circle on oblique voxels."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.centre_line import line_through
from pnst.kernels.straightened import StraightBox
from tubes import GRIDS, LORDOSIS, grid_round


def box_along(bend=LORDOSIS) -> StraightBox:
    line = line_through(bend.at(np.linspace(-0.5, 0.5, 15) * bend.length_mm))
    return StraightBox(line, np.arange(20.0, 90.0, 1.0), 12.0, 0.5)


def test_a_bent_tube_is_a_straight_one():  # closed form
    spacing, turn = GRIDS["oblique"]
    grid = grid_round(LORDOSIS, spacing, turn)
    box = box_along()
    shares = box.cut(LORDOSIS.tube(grid, (7.0, 5.0)), grid.affine)
    assert shares.sum() * box.cell_mm3 == pytest.approx(np.pi * 35 * 70, rel=0.02)
    wide, deep = (shares.max(axis=axis)[35].sum() * box.pixel_mm for axis in (2, 1))
    assert (wide, deep) == (pytest.approx(14, abs=1.3), pytest.approx(10, abs=1.3))


def test_a_point_beside_the_line_lies_in_its_cell_and_its_distance_is_right():  # closed form
    spacing, turn = GRIDS["oblique"]
    grid = grid_round(LORDOSIS, spacing, turn)
    box = box_along()
    shares = box.cut(LORDOSIS.tube(grid, (6.0, 6.0)), grid.affine)
    angles = np.linspace(0, 2 * np.pi, 24)
    for beside in (2.0, 5.0, 7.5, 10.0):
        offsets = beside * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        points = box.line.to_world(np.full(24, 55.0), offsets)
        assert box.index(points)[:, 0] == pytest.approx(np.full(24, 35.0), abs=0.05)
        assert box.distance_to(shares, points) == pytest.approx(np.full(24, beside - 6), abs=0.45)
        # Deep in a tube the nearest point of its stepped surface is the nearest step: only near it is the mean right.
        slack = 0.12 if abs(beside - 6) < 2 else 0.4
        assert box.distance_to(shares, points).mean() == pytest.approx(beside - 6, abs=slack)
        assert box.at(box.distance(shares >= 0.5), points, beyond=99.0).mean() == pytest.approx(
            beside - 6, abs=slack + 0.13
        )


def test_what_is_not_there_is_endlessly_far():
    box = box_along()
    points = box.line.to_world(np.array([55.0]), np.zeros((1, 2)))
    assert np.isinf(box.distance_to(np.zeros(box.shape), points)).all()
    assert np.isinf(box.distance(np.zeros(box.shape, dtype=bool))).all()
    away = points + np.array([0.0, 0.0, 500.0])
    assert box.at(np.zeros(box.shape), away, beyond=99.0).tolist() == [99.0]
