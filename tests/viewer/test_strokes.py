"""The brush paints a disc along its path, in one slice. Witness: areas in closed form, on turned grids."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import tilted
from pnst.errors import InputError
from pnst.image import Grid
from pnst.viewer.marks import Stroke
from pnst.viewer.strokes import painted_on, scribbles_of


def turned(spacing: tuple[float, float, float], shape: tuple[int, int, int]) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = tilted((12, -20, 31)) * spacing
    return Grid(shape, affine)


def stroke_on(grid: Grid, index: list[list[float]], radius: float, axis: int = 2, side: str = "lesion") -> Stroke:
    points = tuple(tuple(point) for point in grid.to_world(index).tolist())
    normal = tuple(grid.directions[:, axis].tolist())
    return Stroke(side, points, radius, normal, grid.spacing[axis])


def test_a_path_paints_a_stadium_in_its_slice_and_no_other():
    """2·r·length + π·r² to 3 %."""
    grid = turned((0.5, 0.6, 3.0), (90, 80, 5))
    stroke = stroke_on(grid, [[20, 40, 2], [60, 40, 2]], 6.25)
    painted = painted_on(stroke, grid)
    area = painted.sum() * 0.5 * 0.6
    assert area == pytest.approx(2 * 6.25 * 20 + np.pi * 6.25**2, rel=0.03)
    assert set(np.argwhere(painted)[:, 2]) == {2}


def test_a_brush_finer_than_a_voxel_paints_what_its_path_lies_in():
    grid = turned((2.0, 2.0, 5.0), (12, 11, 4))
    assert painted_on(stroke_on(grid, [[3, 3, 1], [7, 3, 1]], 0.2), grid).sum() == 5


def test_a_stroke_across_the_slices_paints_thick_voxels_whole():
    """Drawn on another plane: one column of voxels per slice that it crosses."""
    grid = turned((1.0, 1.0, 5.0), (20, 21, 6))
    painted = painted_on(stroke_on(grid, [[10, 10, 1], [10, 10, 4]], 0.6, axis=1), grid)
    assert sorted({k for _, _, k in np.argwhere(painted).tolist()}) == [1, 2, 3, 4]


def test_the_later_stroke_holds_where_two_cross():
    grid = turned((1.0, 1.0, 4.0), (20, 21, 3))
    first = stroke_on(grid, [[4, 10, 1], [16, 10, 1]], 1.5)
    second = stroke_on(grid, [[10, 4, 1], [10, 16, 1]], 1.5, side="other")
    scribbles = scribbles_of([first, second], grid)
    assert scribbles.other is not None
    assert not (scribbles.lesion.data & scribbles.other.data).any()
    assert scribbles.other.data[10, 10, 1]


def test_a_stroke_beside_the_image_is_refused():
    grid = turned((1.0, 1.0, 4.0), (20, 21, 3))
    with pytest.raises(InputError, match="without a stroke"):
        scribbles_of([stroke_on(grid, [[90, 90, 40]], 2.0)], grid)
