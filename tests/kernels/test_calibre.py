"""The calibre of tubes against closed forms: straight, bent, forked, crossing, on voxels of any shape."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.calibre import local_calibres


def filled(inside, step=(0.5, 0.6, 0.7), reach=32.0):
    """Points of a lattice that lie in a body, and the volume of each."""
    axes = [np.arange(-reach, reach, side) + 0.3 * side for side in step]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[inside(points)]
    return points, np.full(len(points), float(np.prod(step)))


def tube(direction, radius, start=-np.inf, stop=np.inf):
    unit = np.asarray(direction) / np.linalg.norm(direction)

    def inside(points):
        along = points @ unit
        return (np.linalg.norm(points - along[:, None] * unit, axis=1) < radius) & (along > start) & (along < stop)

    return inside


@pytest.mark.parametrize("radius", [1.5, 2.5, 4.0])
@pytest.mark.parametrize("direction", [(0.1, 0.2, 1.0), (1.0, 0.3, -0.4)])
def test_a_straight_tube(direction, radius):
    """Closed form, to 3 % of the diameter."""
    points, volumes = filled(tube(direction, radius))
    near = points[np.linalg.norm(points, axis=1) < 12][::37]
    local = local_calibres(points, volumes, near)
    assert local.single.all()
    assert np.median(local.diameter_mm) == pytest.approx(2 * radius, rel=0.02)
    assert np.abs(local.diameter_mm / (2 * radius) - 1).max() < 0.06


def test_a_bent_tube():
    """Closed form: a ring of 20 mm, 5 mm thick."""
    points, volumes = filled(lambda p: (np.hypot(p[:, 0], p[:, 1]) - 20) ** 2 + p[:, 2] ** 2 < 2.5**2)
    local = local_calibres(points, volumes, points[::211])
    assert local.single.mean() > 0.9
    assert np.median(local.diameter_mm[local.single]) == pytest.approx(5, rel=0.04)


def test_an_end_and_a_fork_are_not_single():
    up, left, right = tube((0, 0.1, 1), 2, stop=0), tube((0, 0.7, 1), 2, start=0), tube((0, -0.7, 1), 2, start=0)
    points, volumes = filled(lambda p: up(p) | left(p) | right(p), reach=24)
    local = local_calibres(points, volumes, np.array([[0.0, 0, 0], [0, -2.3, -23.5], [0, -1.2, -12.0]]))
    assert local.single.tolist() == [False, False, True]
    assert local.diameter_mm[2] == pytest.approx(4, rel=0.03)


def test_a_crossing_is_not_single():
    one, other = tube((0, 0, 1), 2), tube((0, 1, 0), 2)
    points, volumes = filled(lambda p: one(p) | other(p), reach=24)
    assert local_calibres(points, volumes, np.zeros((1, 3))).single.tolist() == [False]


def test_each_part_has_its_own_calibre():
    thick, thin = tube((0, 0.1, 1), 3.5, stop=0), tube((0, 0.1, 1), 2, start=0)
    points, volumes = filled(lambda p: thick(p) | thin(p))
    local = local_calibres(points, volumes, np.array([[0, -1.5, -15.0], [0, 1.5, 15.0]]))
    assert local.diameter_mm == pytest.approx([7, 4], rel=0.03)
