"""Witness: areas and volumes in closed form, on tilted grids with any axis across the slices."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.io.masks.contours import fill_contours


def circle(radius: float, centre=(0.0, 0.0), points: int = 400) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)], axis=1)


def on_slices(grid, outlines: list[np.ndarray], slices, axis: int = 2, centre=None) -> list[np.ndarray]:
    """Outlines (n, 2) in mm about the middle of the grid, put on slices across one axis, as RAS points."""
    in_plane = [a for a in range(3) if a != axis]
    contours = []
    for k in slices:
        for outline in outlines:
            index = np.empty((len(outline), 3))
            index[:, axis] = k
            for column, a in enumerate(in_plane):
                index[:, a] = (grid.shape[a] - 1) / 2 + outline[:, column] / grid.spacing[a]
            contours.append(grid.to_world(index))
    return contours


def test_circle_area(oblique):
    """Closed form: π r² to 0.5 % at 60 pixels a radius, over three slices."""
    grid = oblique((150, 160, 7), (0.5, 0.4, 3.0))
    mask, notes = fill_contours(on_slices(grid, [circle(28.0)], (2, 3, 4)), [grid])
    assert mask.grid.matches(grid)
    assert mask.volume_mm3 == pytest.approx(3 * 3.0 * np.pi * 28.0**2, rel=0.005)
    assert np.flatnonzero(mask.data.any(axis=(0, 1))).tolist() == [2, 3, 4]
    assert notes == ()


@pytest.mark.parametrize("how", ["xor", "keyhole"])
def test_a_hole_is_a_hole(oblique, how):
    """Closed form: π (R² − r²); the keyhole's bridge, an edge walked twice, leaves no trace."""
    grid = oblique((150, 160, 5), (0.5, 0.4, 3.0))
    outer, inner = circle(28.0), circle(13.0)
    keyhole = np.concatenate([outer, outer[:1], inner[::-1][-1:], inner[::-1], inner[::-1][-1:], outer[:1]])
    outlines = [outer, inner] if how == "xor" else [keyhole]
    mask, _ = fill_contours(on_slices(grid, outlines, [2]), [grid])
    assert mask.volume_mm3 == pytest.approx(3.0 * np.pi * (28.0**2 - 13.0**2), rel=0.005)
    xor, _ = fill_contours(on_slices(grid, [outer, inner], [2]), [grid])
    assert np.array_equal(mask.data, xor.data)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_slice_axis_may_be_any(oblique, axis):
    spacing = [0.5, 0.4, 0.6]
    spacing[axis] = 3.0
    shape = [110, 120, 130]
    shape[axis] = 9
    grid = oblique(tuple(shape), tuple(spacing), flips=(1, -1, 1))
    mask, _ = fill_contours(on_slices(grid, [circle(20.0)], (3, 4), axis), [grid])
    assert mask.grid.matches(grid)
    assert mask.volume_mm3 == pytest.approx(2 * 3.0 * np.pi * 400, rel=0.01)
    assert np.flatnonzero(mask.data.any(axis=tuple(a for a in range(3) if a != axis))).tolist() == [3, 4]


def test_the_series_drawn_on_is_found_and_the_finest_wins_among_equals(oblique):
    fine = oblique((150, 160, 7), (0.5, 0.4, 3.0))
    coarse = oblique((75, 80, 7), (1.0, 0.8, 3.0))
    other = oblique((150, 160, 7), (0.3, 0.3, 3.3), turns=(0.5, 0.1, 0.0))
    contours = on_slices(fine, [circle(15.0)], (2, 3, 4))
    for order in ([other, coarse, fine], [fine, coarse, other]):
        mask, notes = fill_contours(contours, order)
        assert mask.grid.matches(fine)
        assert notes == ()


def test_contours_between_slices_keep_their_own_planes(oblique):
    """Drawn 0.4 slices off the only series, whose pixels the own grid takes over; closed-form volume."""
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.0))
    contours = on_slices(grid, [circle(20.0)], (2.4, 3.4, 4.4))
    mask, notes = fill_contours(contours, [grid])
    assert "own planes" in notes[0]
    assert sorted(mask.grid.spacing) == pytest.approx([0.4, 0.4, 3.0])
    assert mask.volume_mm3 == pytest.approx(3 * 3.0 * np.pi * 400, rel=0.01)
    centre = mask.grid.to_world(np.argwhere(mask.data)).mean(axis=0)
    assert centre == pytest.approx(np.concatenate(contours).mean(axis=0), abs=0.05)


def test_contours_on_oblique_planes_keep_their_own_planes(oblique):
    drawn_on = oblique((150, 160, 9), (0.5, 0.4, 3.0), turns=(0.9, 0.6, -0.3))
    series = oblique((150, 160, 40), (0.5, 0.4, 3.0), origin=(-20.0, 20.0, -60.0))
    contours = on_slices(drawn_on, [circle(15.0, (2.0, 3.0))], (3, 4, 6))
    mask, notes = fill_contours(contours, [series])
    assert len(notes) == 2
    assert notes[1].startswith("1 of 4 slices were not drawn on and were interpolated")
    assert mask.volume_mm3 == pytest.approx(4 * 3.0 * np.pi * 225, rel=0.01)


def test_a_contour_beyond_the_image_is_kept_whole(oblique):
    grid = oblique((100, 90, 7), (0.5, 0.4, 3.0))
    contours = on_slices(grid, [circle(10.0, (22.0, 0.0))], (5, 6, 7))
    mask, _ = fill_contours(contours, [grid])
    assert mask.volume_mm3 == pytest.approx(3 * 3.0 * np.pi * 100, rel=0.01)
    assert mask.grid.shape[2] == 8


def test_a_single_plane_off_the_slices_needs_a_thickness(oblique):
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.0))
    contours = on_slices(grid, [circle(20.0)], [2.5])
    with pytest.raises(GeometryError, match="without a thickness"):
        fill_contours(contours, [grid])
    mask, _ = fill_contours(contours, [grid], thickness_mm=3.0)
    assert mask.volume_mm3 == pytest.approx(3.0 * np.pi * 400, rel=0.01)


def test_contours_that_make_no_stack_are_refused(oblique):
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.0))
    with pytest.raises(GeometryError, match="uneven"):
        fill_contours(on_slices(grid, [circle(20.0)], (2.4, 3.4, 4.9)), [grid])
    with pytest.raises(GeometryError, match="not parallel"):
        fill_contours(
            on_slices(grid, [circle(9.0)], (2.4, 3.4)) + on_slices(grid, [circle(9.0)], [75.5], axis=0), [grid]
        )
    warped = on_slices(grid, [circle(20.0)], (2.4, 3.4))
    warped[0] = warped[0] + 3.0 * np.sin(np.linspace(0, 12, 400))[:, np.newaxis] * grid.directions[:, 2]
    with pytest.raises(GeometryError, match="leaves its plane"):
        fill_contours(warped, [grid])
