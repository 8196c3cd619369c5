"""Prompts take what a reader may draw, and refuse by name what none would."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Grid, Mask
from pnst.segmentation.prompt import Box, Line, Point, Scribbles

OBLIQUE = np.array([[0.9, 0.1, 0, -20], [-0.1, 0.9, 0, 5], [0, 0, 4, 40], [0, 0, 0, 1.0]])
GRID = Grid((9, 8, 5), OBLIQUE)


def strokes(*voxels: tuple[int, int, int]) -> Mask:
    data = np.zeros(GRID.shape, dtype=bool)
    for voxel in voxels:
        data[voxel] = True
    return Mask(data, GRID)


def test_positions_may_be_any_three_numbers():
    assert Point(np.array([1, 2.5, -3], dtype=np.float32)).ras_mm == (1.0, 2.5, -3.0)
    assert Line((0, 3, 0), (4, 0, 0)).length_mm == 5


@pytest.mark.parametrize("value", [(1, 2), (1, 2, 3, 4), (1, 2, float("nan")), (1, 2, float("inf")), "abc", None, 3.0])
def test_what_is_no_position_is_refused(value):
    with pytest.raises(InputError, match="x, y, z in RAS mm"):
        Point(value)


@pytest.mark.parametrize("q", [(0.5, 0, 0), (601.0, 0, 0)])
def test_a_line_has_a_length_that_a_lesion_has(q):
    with pytest.raises(InputError, match="a line that no lesion has"):
        Line((0, 0, 0), q)


def test_the_short_axis_and_the_extent_are_checked_too():
    with pytest.raises(InputError, match="short axis"):
        Line((0, 0, 0), (9, 0, 0), short_axis=((4, 0, 0), (4, 0, 0)))
    with pytest.raises(InputError, match="two ends"):
        Line((0, 0, 0), (9, 0, 0), short_axis=((4, 0, 0),))
    for extent in ((5, -5), (3, 3), (0, float("nan")), (0, 1, 2), (0, 900)):
        with pytest.raises(InputError, match="extent"):
            Line((0, 0, 0), (9, 0, 0), craniocaudal_mm=extent)


def test_a_box_has_its_lowest_corner_first():
    assert Box((0, -1, 2), (10, 19, 32)).low_ras_mm == (0.0, -1.0, 2.0)
    for high in ((10, -20, 32), (10, 19, 2.5), (900, 19, 32)):
        with pytest.raises(InputError, match="lowest corner first"):
            Box((0, -1, 2), high)


def test_scribbles_need_a_stroke_and_contradict_themselves_nowhere():
    assert Scribbles(strokes((1, 1, 1)), strokes((2, 1, 1))).lesion.count == 1
    assert Scribbles(strokes(), strokes((2, 1, 1))).lesion.count == 0  # a correction may only take away
    with pytest.raises(InputError, match="without a stroke"):
        Scribbles(strokes(), strokes())
    with pytest.raises(InputError, match="1 voxels painted as lesion and as not"):
        Scribbles(strokes((1, 1, 1), (3, 3, 3)), strokes((3, 3, 3)))
