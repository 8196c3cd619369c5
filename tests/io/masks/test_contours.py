"""Witness: areas and volumes in closed form, on tilted grids with any axis across the slices."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.image import Grid
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


def rounded(contours: list[np.ndarray], grid, offsets) -> list[np.ndarray]:
    """Contours moved along the slices' normal by so many slices each."""
    normal = grid.affine[:3, 2]
    return [contour + offset * normal for contour, offset in zip(contours, offsets, strict=True)]


@pytest.mark.parametrize("offsets", [(0.15, -0.15, 0.0), (0.2, 0.2, 0.2), (0.45, 0.4, 0.48), (-0.3, 0.3, 0.1)])
def test_contours_are_moved_onto_the_slices_of_the_series_that_they_name(offsets, oblique):
    """Closed form: the same three slices as unmoved; the note says by how much."""
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.3))
    contours = rounded(on_slices(grid, [circle(20.0)], (3, 4, 5)), grid, offsets)
    mask, notes = fill_contours(contours, [grid], drawn_on=[grid])
    assert mask.grid.matches(grid)
    assert np.flatnonzero(mask.data.any(axis=(0, 1))).tolist() == [3, 4, 5]
    assert mask.volume_mm3 == pytest.approx(3 * 3.3 * np.pi * 400, rel=0.01)
    assert f"({max(map(abs, offsets)):.2f} slices) off the slices and were moved onto them" in notes[0]


def test_points_rounded_to_whole_mm_on_tilted_slices_are_moved_too(oblique):
    """All three coordinates, so that no point lies in its plane; area to 3 %."""
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.3))
    contours = [np.rint(contour) for contour in on_slices(grid, [circle(20.0)], (2, 3, 4, 5))]
    mask, notes = fill_contours(contours, [grid], drawn_on=[grid])
    assert mask.grid.matches(grid)
    assert mask.volume_mm3 == pytest.approx(4 * 3.3 * np.pi * 400, rel=0.03)
    assert "moved onto them" in notes[0]


def test_rounded_contours_that_name_no_series_are_moved_where_their_own_planes_are_uneven(oblique):
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.3))
    contours = rounded(on_slices(grid, [circle(20.0)], (3, 4, 5, 6)), grid, (0.15, -0.15, 0.15, 0.0))
    mask, notes = fill_contours(contours, [grid])
    assert mask.grid.matches(grid)
    assert "moved onto them" in notes[0]


def test_planes_that_are_closer_than_the_named_series_slices_are_not_pressed_onto_them(oblique):
    """Six planes of 1.65 mm on slices of 3.3 mm keep their own planes: closed-form volume."""
    grid = oblique((150, 160, 12), (0.5, 0.4, 3.3))
    contours = on_slices(grid, [circle(20.0)], (2.9, 3.4, 3.9, 4.4, 4.9, 5.4))
    mask, notes = fill_contours(contours, [grid], drawn_on=[grid])
    assert mask.volume_mm3 == pytest.approx(6 * 1.65 * np.pi * 400, rel=0.01)
    assert "own planes" in notes[0]


def test_halfway_between_two_slices_neither_is_chosen(oblique):
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.0))
    mask, notes = fill_contours(on_slices(grid, [circle(20.0)], (2.5, 3.5, 4.5)), [grid], drawn_on=[grid])
    assert "own planes" in notes[0]
    assert mask.volume_mm3 == pytest.approx(3 * 3.0 * np.pi * 400, rel=0.01)
    with pytest.raises(GeometryError):
        fill_contours(on_slices(grid, [circle(20.0)], (2.5, 3.5, 4.9)), [grid], drawn_on=[grid])


def test_exact_slices_of_another_series_beat_a_long_way_to_the_named_one(oblique):
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.0))
    affine = grid.affine.copy()
    affine[:3, 3] += 0.4 * affine[:3, 2]
    other = Grid(grid.shape, affine)
    mask, notes = fill_contours(on_slices(other, [circle(20.0)], (3, 4, 5)), [grid, other], drawn_on=[grid])
    assert mask.grid.matches(other)
    assert "but on another's" in notes[0]


def test_contours_on_every_second_slice_are_filled_between_on_any_axis(oblique):
    """Closed form of the cylinder, tilted, the slices along the first axis."""
    grid = oblique((9, 120, 130), (3.0, 0.5, 0.4))
    mask, notes = fill_contours(on_slices(grid, [circle(20.0)], (2, 4, 6), axis=0), [grid])
    assert mask.volume_mm3 == pytest.approx(5 * 3.0 * np.pi * 400, rel=0.01)
    assert notes == ("2 of 5 slices were not drawn on and were interpolated between their neighbours",)


def test_a_written_thickness_beats_the_least_gap_between_planes(oblique):
    """Planes 6 mm apart that are 3 mm thick, on no series: the slices between are interpolated, not thickened."""
    drawn_on = oblique((150, 160, 9), (0.5, 0.4, 3.0), turns=(0.9, 0.6, -0.3))
    series = oblique((150, 160, 40), (0.5, 0.4, 3.0), origin=(-20.0, 20.0, -60.0))
    contours = on_slices(drawn_on, [circle(15.0)], (2, 4, 6))
    mask, notes = fill_contours(contours, [series], thickness_mm=3.0)
    assert max(mask.grid.spacing) == pytest.approx(3.0)
    assert mask.volume_mm3 == pytest.approx(5 * 3.0 * np.pi * 225, rel=0.01)
    assert "2 of 5 slices" in notes[1]


def test_contours_of_ten_metres_across_are_refused(oblique, bounded):
    grid = oblique((150, 160, 9), (0.5, 0.4, 3.0))
    far = on_slices(grid, [circle(20.0)], (2.4, 3.4))
    far[1] = far[1] + 9000.0 * grid.directions[:, 2] + np.array([4000.0, 0, 0])
    with bounded(), pytest.raises(GeometryError):
        fill_contours(far, [grid])
