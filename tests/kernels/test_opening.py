"""Openings in bone against closed forms: round, oval, with gaps in the border, looked at from beside the middle."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.opening import opening_areas

SIDES = (0.9, 0.7)


def planes(*semi_axes, gap=0.0, count=64):
    """Bone with an oval opening of each pair of semi-axes; a gap of that half width (mm) leads out of it in front."""
    p, q = (np.arange(count) - count / 2 + 0.3)[:, None] * SIDES[0], (np.arange(count) - count / 2)[None] * SIDES[1]
    out = []
    for a, b in semi_axes:
        edge = (1 - np.hypot(p / a, q / b)) * min(a, b)
        hole = np.maximum(edge, gap - np.abs(p) if gap else -np.inf) if gap else edge
        hole = np.where(q < 0, edge, hole)
        out.append(np.clip(0.5 - hole, 0, 1))
    return np.array(out)


def test_ovals():
    """Closed form: π a b."""
    areas, border = opening_areas(planes((6, 4.5), (8.5, 6.4)), (32, 32), SIDES, 14.0)
    assert areas == pytest.approx([np.pi * 27, np.pi * 54.4], rel=0.02)
    assert border.tolist() == [1, 1]


@pytest.mark.parametrize("centre", [(28, 34), (35, 30)])
def test_from_beside_the_middle(centre):
    areas, _ = opening_areas(planes((6, 4.5)), centre, SIDES, 14.0)
    assert areas[0] == pytest.approx(np.pi * 27, rel=0.03)


def test_a_gap_in_the_border_is_bridged():
    """As the disc in front of a foramen: 3 mm of 33 mm are open."""
    areas, border = opening_areas(planes((6, 4.5), gap=1.5), (32, 32), SIDES, 14.0)
    assert areas[0] == pytest.approx(np.pi * 27, rel=0.06)
    assert 0.8 < border[0] < 0.97


def test_without_bone_there_is_no_opening():
    areas, border = opening_areas(np.zeros((1, 40, 40)), (20, 20), SIDES, 9.0)
    assert np.isnan(areas[0])
    assert border[0] == 0
