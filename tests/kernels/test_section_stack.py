"""A stack of ellipses against the closed forms of ellipsoids and tori's arcs, on axes of any direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pnst.kernels.section_stack import SectionStack

TURNED = Rotation.from_euler("xyz", (21, -13, 40), degrees=True).as_matrix()


def stack(levels, semi_axes, ends, *, centres=None, centre_levels=None, angles=None, axes=TURNED) -> SectionStack:
    levels = np.asarray(levels, dtype=float)
    angles = np.zeros(len(levels)) if angles is None else np.radians(angles)
    directions = np.stack([np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) for a in angles])
    return SectionStack(
        origin=np.array([3.0, -7.0, 11.0]),
        axes=axes,
        levels=levels,
        semi_axes=np.asarray(semi_axes, dtype=float),
        directions=directions,
        ends=ends,
        centre_levels=levels if centre_levels is None else np.asarray(centre_levels, dtype=float),
        centres=np.zeros((len(levels), 2)) if centres is None else np.asarray(centres, dtype=float),
    )


def test_one_level_half_way_is_the_ellipsoid():
    """Closed form: 1 − Σ (x/a)², times (ab)/(greatest ab), at random points inside and out."""
    body = stack([0.0], [(21.0, 9.0)], (-14.0, 14.0))
    local = np.random.default_rng(0).uniform(-1.2, 1.2, (400, 3)) * (21, 9, 13.9)
    local = local[np.abs(local[:, 2]) < 14]
    expected = 1 - ((local / (21.0, 9.0, 14.0)) ** 2).sum(axis=1)
    depth = body.depth(local @ TURNED.T + (3.0, -7.0, 11.0))
    assert depth == pytest.approx(expected, abs=1e-9)


def test_levels_of_one_ellipsoid_make_that_ellipsoid_nearly():
    """Closed form: sections of an ellipsoid at 15, 50 and 85 % give its volume back to 3 %."""
    levels = np.array([-9.8, 0.0, 9.8])
    share = np.sqrt(1 - (levels / 14) ** 2)
    body = stack(levels, np.outer(share, (21.0, 9.0)), (-14.0, 14.0))
    points = np.random.default_rng(1).uniform(-1, 1, (200_000, 3)) * (22, 10, 14)
    inside = (body.depth(points @ TURNED.T + (3.0, -7.0, 11.0)) > 0).mean() * 8 * 22 * 10 * 14
    assert inside == pytest.approx(4 / 3 * np.pi * 21 * 9 * 14, rel=0.03)


@given(st.floats(-30, 30), st.floats(-20, 20), st.floats(-25, 25))
@settings(max_examples=60, deadline=None)
def test_what_goes_into_the_frame_of_the_body_comes_out(x, y, z):
    """Invariant: `to_world` undoes `to_local`, along a curved centre line too."""
    body = stack([-8.0, 5.0], [(12, 7), (9, 8)], (-15, 12), centres=[(2.0, -3.0), (-4.0, 1.0)], angles=(20, 70))
    point = np.array([[x, y, z]])
    assert body.to_world(body.to_local(point)) == pytest.approx(point, abs=1e-9)


def test_the_middle_follows_the_centre_line_and_stays_beyond_the_last_click():
    body = stack([0.0], [(10, 6)], (-20, 20), centre_levels=[-10, 0, 10], centres=[(5, 0), (0, 0), (0, -4)])
    axis = np.array([(0, 0, -10), (0, 0, -18), (0, 0, 10)], dtype=float)
    local = body.to_local(axis @ TURNED.T + body.origin)
    assert local[:, :2] == pytest.approx(np.array([(-5, 0), (-5, 0), (0, 4)]), abs=1e-9)


def test_a_turned_section_keeps_its_semi_axes():
    """Closed form: the ends of an ellipse turned by 35° lie on the surface, points 2 % beyond outside of it."""
    body = stack([0.0], [(18.0, 5.0)], (-9.0, 9.0), angles=(35,), axes=np.eye(3))
    end = np.array([np.cos(np.radians(35)), np.sin(np.radians(35)), 0.0]) * 18
    assert body.depth((end + body.origin)[None])[0] == pytest.approx(0, abs=1e-9)
    assert body.depth((1.02 * end + body.origin)[None])[0] < 0
    assert body.half_widths == pytest.approx(
        (
            np.hypot(18 * np.cos(np.radians(35)), 5 * np.sin(np.radians(35))),
            np.hypot(18 * np.sin(np.radians(35)), 5 * np.cos(np.radians(35))),
        )
    )


def test_beyond_the_ends_is_outside():
    body = stack([0.0], [(10.0, 10.0)], (-6.0, 9.0))
    axis = np.array([(0, 0, -6.5), (0, 0, 9.5), (0, 0, 40.0)]) @ TURNED.T + body.origin
    assert (body.depth(axis) < 0).all()
