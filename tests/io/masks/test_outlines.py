"""Witness: areas of circles in closed form; an outline stored again, however, changes no pixel."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.io.masks import outlines
from pnst.io.masks.outlines import Outline, fill_outlines

SHAPE, PIXEL = (121, 107), (0.5, 0.6)


def circle(radius: float, centre=(0.0, 0.0), points: int = 300) -> np.ndarray:
    """In pixel indices; radius and centre (about the middle of the image) in mm."""
    angle = 2 * np.pi * np.arange(points) / points
    mm = np.stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)], axis=1)
    return mm / PIXEL + (np.asarray(SHAPE) - 1) / 2


def area(*points: np.ndarray, xor: bool = False) -> float:
    """mm² inside the outlines."""
    inside, _ = fill_outlines([Outline(p, xor) for p in points], SHAPE, PIXEL)
    return float(np.count_nonzero(inside) * np.prod(PIXEL))


def lens(radius: float, distance: float) -> float:
    """The area that two circles share."""
    return 2 * radius**2 * np.arccos(distance / 2 / radius) - distance / 2 * np.sqrt(4 * radius**2 - distance**2)


COPIES = {
    "as it is": lambda c: c,
    "reversed": lambda c: c[::-1],
    "begun elsewhere": lambda c: np.roll(c, 77, axis=0),
    "closed by its first point": lambda c: np.concatenate([c, c[:1]]),
    "with every point twice": lambda c: np.repeat(c, 2, axis=0),
    "with points between": lambda c: np.stack([c, (c + np.roll(c, -1, axis=0)) / 2], axis=1).reshape(-1, 2),
    "with every third point": lambda c: c[::3],
    "with every tenth point": lambda c: c[::10],
    "rounded to 0.01 mm": lambda c: np.round(c * PIXEL, 2) / PIXEL,
    "rounded to 0.1 mm": lambda c: np.round(c * PIXEL, 1) / PIXEL,
    "all of these": lambda c: np.round(np.roll(c[::-3], 5, axis=0) * PIXEL, 2) / PIXEL,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("xor", [False, True])
def test_an_outline_stored_again_is_one_outline(how, xor):
    once = circle(17.3, (2.1, -1.7))
    copy = COPIES[how](once)
    for pair in ([once, copy], [copy, once], [once, copy, once]):
        assert area(*pair, xor=xor) == pytest.approx(np.pi * 17.3**2, rel=0.01)
    _, counts = fill_outlines([Outline(once), Outline(copy)], SHAPE, PIXEL)
    assert counts == {"repeated": 1}


def test_outlines_that_cross_are_united():
    """Closed form: two circles less the lens that they share; a third apart, in any order and direction."""
    first, second, far = circle(12.0, (-6, 0)), circle(12.0, (5, 0)), circle(4.0, (0, 24))
    expected = 2 * np.pi * 144 - lens(12.0, 11.0)
    assert area(first, second) == pytest.approx(expected, rel=0.01)
    assert area(second[::-1], first) == pytest.approx(expected, rel=0.01)
    assert area(far, first, second) == pytest.approx(expected + np.pi * 16, rel=0.01)
    assert area(first, second, xor=True) == pytest.approx(expected - lens(12.0, 11.0), rel=0.01)


def test_a_stroke_that_stands_out_by_less_than_a_pixel_is_no_hole():
    assert area(circle(15.0), circle(5.0, (10.1, 0))) == pytest.approx(np.pi * 225, rel=0.01)


@pytest.mark.parametrize("distance", [10.0, 9.985])
def test_a_stroke_that_touches_from_inside_is_no_hole(distance):
    assert area(circle(15.0), circle(5.0, (distance, 0))) == pytest.approx(np.pi * 225, rel=0.01)


def test_an_outline_wholly_inside_is_a_hole_and_one_inside_that_an_island():
    ring = np.pi * (225 - 81)
    for direction in (1, -1):
        hole, island = circle(9.0)[::direction], circle(4.0, (1, 1))
        assert area(circle(15.0), hole) == pytest.approx(ring, rel=0.01)
        assert area(hole, island, circle(15.0)) == pytest.approx(ring + np.pi * 16, rel=0.01)
    _, counts = fill_outlines([Outline(circle(15.0)), Outline(circle(9.0))], SHAPE, PIXEL)
    assert counts == {"hole": 1}


def test_a_hole_belongs_to_what_holds_it():
    """Of two strokes that cross, a hole in both is one; in one alone the other fills what it covers."""
    first, second = circle(14.0, (-7, 0)), circle(14.0, (7, 0))
    union = 2 * np.pi * 196 - lens(14.0, 14.0)
    assert area(first, second, circle(3.0)) == pytest.approx(union - np.pi * 9, rel=0.01)
    assert area(first, second, circle(3.0, (-13, 0))) == pytest.approx(union - np.pi * 9, rel=0.01)
    half_covered = circle(3.0, (-7.0, 0))
    assert area(first, second, half_covered) == pytest.approx(union - np.pi * 9 / 2, rel=0.01)


@pytest.mark.parametrize("inner_direction", [1, -1])
@pytest.mark.parametrize("decimals", [None, 2])
def test_a_keyhole_is_a_hole_whichever_way_its_loop_runs(inner_direction, decimals):
    outer, inner = circle(15.0), circle(8.0)[::inner_direction]
    inner = np.roll(inner, -np.argmax(inner[:, 0]), axis=0)
    keyhole = np.concatenate([outer, outer[:1], inner, inner[:1]])
    if decimals is not None:
        keyhole = np.round(keyhole * PIXEL, decimals) / PIXEL
    assert area(keyhole) == pytest.approx(np.pi * (225 - 64), rel=0.01)


def test_a_stroke_over_itself_keeps_what_it_crosses():
    """Two loops in one outline that cross are a union; an eight has two lobes (Gerono's lemniscate: 4/3 a b each)."""
    looped = np.concatenate([circle(12.0, (-5, 0)), circle(12.0, (5, 0))])
    assert area(looped) == pytest.approx(2 * np.pi * 144 - lens(12.0, 10.0), rel=0.02)
    angle = 2 * np.pi * np.arange(400) / 400
    eight = np.stack([20 * np.sin(angle), 10 * np.sin(2 * angle)], axis=1) / PIXEL + (np.asarray(SHAPE) - 1) / 2
    assert area(eight) == pytest.approx(2 * 4 / 3 * 20 * 10, rel=0.02)


def test_outlines_side_by_side_are_both_there():
    left = np.array([[20.5, 20.5], [40.0, 20.5], [40.0, 50.5], [20.5, 50.5]])
    right = np.array([[40.0, 20.5], [60.5, 20.5], [60.5, 50.5], [40.0, 50.5]])
    assert area(left, right) == pytest.approx(40 * 30 * np.prod(PIXEL))


def test_a_long_edge_that_cuts_through_is_a_crossing_though_no_point_is_near():
    bar = np.array([[20.2, 48.1], [100.3, 48.1], [100.3, 58.7], [20.2, 58.7]])
    cross = np.array([[55.4, 20.3], [66.2, 20.3], [66.2, 85.1], [55.4, 85.1]])
    assert area(bar, cross) == pytest.approx((80.1 * 10.6 + 10.8 * 64.8 - 10.8 * 10.6) * np.prod(PIXEL), rel=0.03)


def test_exclusive_or_makes_holes_beside_what_is_united():
    plain, outer, inner = circle(8.0, (-18, 0)), circle(12.0, (12, 0)), circle(5.0, (12, 0))
    drawn = [Outline(plain), Outline(outer, xor=True), Outline(inner, xor=True)]
    inside, _ = fill_outlines(drawn, SHAPE, PIXEL)
    expected = np.pi * (64 + 144 - 25)
    assert np.count_nonzero(inside) * np.prod(PIXEL) == pytest.approx(expected, rel=0.01)


def test_more_outlines_than_a_drawing_has_are_refused(monkeypatch):
    monkeypatch.setattr(outlines, "MAX_OUTLINES", 3)
    with pytest.raises(GeometryError, match="4 contours of one region on one slice"):
        fill_outlines([Outline(circle(5.0))] * 4, SHAPE, PIXEL)
    monkeypatch.setattr(outlines, "MAX_COMPARISONS", 100)
    with pytest.raises(GeometryError, match="very many points"):
        fill_outlines([Outline(circle(5.0)), Outline(circle(2.0))], SHAPE, PIXEL)


def test_an_outline_of_very_many_points_is_filled_alike():
    assert area(circle(15.0, points=100_000), circle(9.0, points=50_000)) == pytest.approx(np.pi * (225 - 81), rel=0.01)
