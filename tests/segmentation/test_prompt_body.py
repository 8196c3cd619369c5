"""The body of a prompt against closed forms of balls and ellipsoids, in slices of any direction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pnst.errors import InputError
from pnst.image import Grid, Mask
from pnst.kernels.section_stack import SectionStack
from pnst.segmentation.prompt import Box, Line, Point, Scribbles
from pnst.segmentation.prompt_body import ball_about, body_of, drawn_levels

CENTRE = np.array([14.0, -31.0, 52.0])
AXIAL = np.eye(3)
OBLIQUE = Rotation.from_euler("xyz", (17, -9, 28), degrees=True).as_matrix()


def line(semi_axes=(20.0, 12.0), height=(-15.0, 15.0), *, turn=AXIAL, at=0.0, scale=1.0) -> Line:
    """A line and its short axis in a slice across the third axis of `turn`, `at` mm from the middle."""
    a, b = np.array(semi_axes) * scale
    middle = CENTRE + turn[:, 2] * at
    ends = [tuple(middle + turn[:, axis] * side) for axis, side in ((0, -a), (0, a), (1, -b), (1, b))]
    extent = None if height is None else (CENTRE[2] + height[0], CENTRE[2] + height[1])
    return Line(ends[0], ends[1], (ends[2], ends[3]), extent)


def volume_mm3(body: SectionStack) -> float:
    """By counting points in a box."""
    low, high = body.ends
    points = np.random.default_rng(0).uniform(-1, 1, (150_000, 3)) * (40, 40, (high - low) / 2)
    points[:, 2] += (low + high) / 2
    inside = body.depth(points @ body.axes.T + body.origin) > 0
    return float(inside.mean() * 80 * 80 * (high - low))


def test_a_line_its_short_axis_and_the_extent_make_an_ellipsoid():
    """Closed form: 4/3 π abc to 1 % (counted points)."""
    assert volume_mm3(body_of(line())) == pytest.approx(4 / 3 * np.pi * 20 * 12 * 15, rel=0.02)


def test_an_oblique_slice_gives_the_same_body_turned():
    """Invariant: where no extent is given the body turns with the slice."""
    body = body_of(line(height=None, turn=OBLIQUE))
    assert abs(body.axes[:, 2] @ OBLIQUE[:, 2]) == pytest.approx(1)
    assert body.depth((CENTRE + OBLIQUE[:, 0] * 20)[None])[0] == pytest.approx(0, abs=1e-9)
    assert volume_mm3(body) == pytest.approx(volume_mm3(body_of(line(height=None))), rel=0.02)


def test_a_hand_that_slips_out_of_the_slice_does_not_tilt_the_body():
    """Invariant: ends 3 mm above and below the slice give the body of those in it; without it, a tilted one."""
    drawn = line()
    p, q = np.array(drawn.p_ras_mm) - np.array((0, 0, 3)), np.array(drawn.q_ras_mm) + np.array((0, 0, 3))
    shaky = Line(tuple(p), tuple(q), drawn.short_axis, drawn.craniocaudal_mm)
    axis = np.array([0.0, 0, 1])
    assert body_of(shaky, axis).axes[:, 2] == pytest.approx(axis)
    assert body_of(shaky).axes[:, 2] @ axis < 0.995
    assert volume_mm3(body_of(shaky, axis)) == pytest.approx(volume_mm3(body_of(drawn)), rel=0.03)


def test_a_coronal_line_is_not_forced_into_axial_slices():
    coronal = Rotation.from_euler("x", 90, degrees=True).as_matrix()
    body = body_of(line(height=None, turn=coronal), np.array([0.0, 0, 1]))
    assert abs(body.axes[1, 2]) == pytest.approx(1)


def test_three_levels_of_an_ellipsoid_give_it_back():
    """Closed form: sections at −10.5, 0 and 10.5 of ±15 mm; 3 % of the volume."""
    share = float(np.sqrt(1 - 0.7**2))
    lines = [line(), line(height=None, at=10.5, scale=share), line(height=None, at=-10.5, scale=share)]
    body = body_of(lines)
    assert volume_mm3(body) == pytest.approx(4 / 3 * np.pi * 20 * 12 * 15, rel=0.03)
    assert drawn_levels(lines, body) == pytest.approx((-10.5, 0, 10.5))


def test_without_an_extent_lines_end_where_their_ellipsoid_does():
    share = float(np.sqrt(1 - 0.7**2))
    body = body_of([line(height=None), *(line(height=None, at=at, scale=share) for at in (10.5, -10.5))])
    assert body.ends == pytest.approx((-15, 15))


def test_clicks_bend_the_body():
    """Invariant: the body's middle passes through each click."""
    clicks = [Point(tuple(CENTRE + np.array((6, 0, -10)))), Point(tuple(CENTRE + np.array((0, -5, 9))))]
    body = body_of([line(), *clicks])
    assert body.to_local(np.array([click.ras_mm for click in clicks]))[:, :2] == pytest.approx(np.zeros((2, 2)))
    assert body_of(line()).depth((CENTRE + np.array((0, 0, 0)))[None])[0] == pytest.approx(1)


def test_a_box_holds_its_ellipsoid():
    """Closed form: π/6 of the box."""
    body = body_of(Box(tuple(CENTRE - np.array((11, 17, 8))), tuple(CENTRE + np.array((11, 17, 8)))))
    assert volume_mm3(body) == pytest.approx(np.pi / 6 * 22 * 34 * 16, rel=0.03)
    assert drawn_levels(Box((0, 0, 0), (9, 9, 9)), body) == ()


def test_scribbles_reach_a_little_beyond_the_strokes():
    grid = Grid((20, 18, 7), np.array([[0.8, 0.1, 0, 0], [-0.1, 0.8, 0, 0], [0, 0, 4, 0], [0, 0, 0, 1.0]]))
    data = np.zeros(grid.shape, dtype=bool)
    data[5:15, 9, 3] = True
    body = body_of(Scribbles(Mask(data, grid)))
    painted = grid.to_world(np.argwhere(data))
    assert (body.depth(painted) > 0).all()
    assert (body.depth(painted + np.array((0, 0, 9.0))) < 0).all()


def test_a_ball_about_a_click():
    assert ball_about(CENTRE, 9.0).depth((CENTRE + np.array((0, 0, 9.0)))[None])[0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (Point((0, 0, 0)), "a point has no size"),
        ([Point((0, 0, 0)), Point((0, 0, 9))], "clicks without a line"),
        ([line(), line()], "at one level"),
        ([line(height=(-5, 5)), line(height=None, at=9.0, scale=0.5)], "beyond the craniocaudal extent"),
        (Line((0, 0, 0), (30, 0, 0), short_axis=((5, 0, 0), (20, 3, 0))), "runs along the line"),
    ],
)
def test_prompts_that_contradict_themselves_are_refused(prompt, words):
    with pytest.raises(InputError, match=words):
        body_of(prompt)
