"""The surface of a structure against closed forms: planes, balls, boxes and thin plates on voxels of any shape."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.structure_surface import structure_surface
from touching import CENTRE, GRIDS, NORMAL, ball, grid_of, voxels

REACH = 6.0


def apart(name, inside, points):
    """Distances that are measured from points (n, 3) about the centre to a body."""
    grid = grid_of(name, 22.0)
    surface = structure_surface(voxels(grid, inside).data, grid.spacing, REACH)
    return surface.distance(grid.to_index(points + CENTRE) * grid.spacing)


def around(count=2000, reach=9.0):
    return np.random.default_rng(1).uniform(-reach, reach, (count, 3))


@pytest.mark.parametrize("name", GRIDS)
def test_a_plane_across_all_axes(name):
    """Closed form: the height above the plane, on either side; a tenth of a voxel on average, a third of it at most."""
    points = around()
    points += (3 * np.sign(points @ NORMAL) - points @ NORMAL)[:, None] * NORMAL
    error = apart(name, lambda p: p @ NORMAL < 0, points) - points @ NORMAL
    assert abs(error.mean()) < 0.12
    assert np.abs(error).max() < 0.7


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("off", [0.7, 1.5, 3.0])
def test_outside_and_inside_a_ball(name, off):
    """Closed form, to a tenth of a voxel on average: a ball's end between two thick slices is cut short."""
    unit = around()
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    for side in (1, -1):
        measured = apart(name, ball(11.0), unit * (11.0 + side * off))
        assert measured.mean() == pytest.approx(side * off, abs=0.2)


def test_beyond_its_reach_a_distance_is_the_reach():
    far = np.array([[0.0, 0, 20.0], [0, 0, 0]])
    assert apart("oblique", ball(9.0), far).tolist() == [REACH, -REACH]


@pytest.mark.parametrize("sides", [(20.0, 14.0, 2.0)])
def test_a_plate_along_the_slices_keeps_its_thickness(sides):
    """A plate of one slice: its faces lie half a slice from the middle, not at it."""
    mask = np.zeros((24, 20, 7), dtype=bool)
    mask[2:22, 3:17, 3] = True
    surface = structure_surface(mask, (1.0, 1.1, 4.0), REACH)
    depth = surface.distance(np.array([[11.0, 10.0 * 1.1, 12.0], [11.0, 11.0, 16.0]]))
    assert depth == pytest.approx([-2.0, 2.0], abs=0.35)


def test_a_line_one_pixel_wide_is_still_there():
    mask = np.zeros((15, 17, 5), dtype=bool)
    mask[7, 2:15, 2] = True
    assert len(structure_surface(mask, (1.0, 1.1, 3.0), REACH).points)


def test_a_structure_goes_on_beyond_the_array():
    mask = np.ones((9, 8, 7), dtype=bool)
    surface = structure_surface(mask, (1.0, 1.1, 3.0), REACH)
    assert len(surface.points) == 0
    assert surface.distance(np.array([[0.0, 0.0, 0.0], [-3.0, 4.0, 9.0]])).tolist() == [-REACH, -REACH]


def test_nothing_is_nowhere_near():
    surface = structure_surface(np.zeros((9, 8, 7), dtype=bool), (1.0, 1.1, 3.0), REACH)
    assert surface.distance(np.array([[4.0, 4.0, 9.0]])).tolist() == [REACH]


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (0, 2, 1)])
def test_the_order_of_the_axes_changes_nothing(order):
    """Invariant."""
    grid = grid_of("axial", 16.0)
    mask, places = voxels(grid, ball(9.0, (1.0, 2.0, -1.0))).data, around(200) + 18
    plain = structure_surface(mask, grid.spacing, REACH).distance(places)
    turned = structure_surface(mask.transpose(order), [grid.spacing[a] for a in order], REACH)
    assert turned.distance(places[:, list(order)]) == pytest.approx(plain, abs=1e-4)
