"""Rings: what lies inside, how far apart. Witness: circles in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.io.masks.ring import ROUNDING_MM, Ring


def circle(radius: float, centre: tuple[float, float] = (1.5, -2.25), points: int = 97) -> Ring:
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return Ring(np.column_stack([np.cos(angles), np.sin(angles)]) * radius + centre)


@pytest.mark.parametrize(
    ("inner", "inside"),
    [
        (circle(5), True),
        (circle(9.7), True),
        (circle(5, points=4), True),
        (circle(10), False),  # the same ring touches itself
        (circle(5, (8, -2.25)), False),  # crosses
        (circle(5, (30, -2.25)), False),  # apart
        (circle(12), False),  # around it
        (circle(2, (1.5 + 8 - ROUNDING_MM / 2, -2.25)), False),  # touches from within
    ],
)
def test_lies_inside(inner: Ring, inside: bool):
    verdict, _ = inner.lies_inside(circle(10))
    assert verdict == inside


def test_of_two_rings_at_most_one_lies_inside():
    outer, inner = circle(10), circle(3)
    assert inner.lies_inside(outer)[0]
    assert not outer.lies_inside(inner)[0]


def test_points_inside_and_distances_of_a_circle():
    """A polygon of 97 sides is within r (1 - cos(π / 97)) = 0.005 mm of a circle of 10 mm."""
    rng = np.random.default_rng(4)
    points = rng.uniform(-15, 15, (60_000, 2))
    points = points[np.abs(np.linalg.norm(points, axis=1) - 10) > 0.01]
    radius = np.linalg.norm(points, axis=1)
    ring = circle(10, (0, 0))
    assert np.array_equal(ring.holds(points), radius < 10)
    assert np.abs(ring.distances(points[:2000]) - np.abs(radius[:2000] - 10)).max() < 0.006


def test_no_points_are_nowhere():
    none = np.zeros((0, 2))
    assert circle(10).holds(none).shape == circle(10).distances(none).shape == (0,)
