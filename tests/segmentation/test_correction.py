"""Scribbles change what they were painted on, and nothing beyond 15 mm."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError, InputError
from pnst.image import Mask
from pnst.segmentation.correction import REACH_MM, corrected, signed_distance
from pnst.segmentation.prompt import Scribbles
from pnst.study import Role
from segmentation.ball_study import CENTRE, GRIDS, inside, mask, oblique, study

GRID = GRIDS[Role.T1]
TRUE, TIGHT = mask(15.0), mask(11.0)
NOTHING = Mask(np.zeros(GRID.shape, dtype=bool), GRID)


def stroke(offset: tuple[float, float, float], radius: float = 2.0) -> Mask:
    return Mask(inside(GRID, radius, CENTRE + np.array(offset)), GRID)


def test_what_is_painted_is_lesion_and_what_is_erased_is_not():
    add, erase = stroke((14, 0, 0)), stroke((0, -9, 0))
    result = corrected(study(), TIGHT, Scribbles(add, erase)).data
    assert result[add.data].all()
    assert not result[erase.data].any()


def test_nothing_changes_beyond_the_reach():
    """Invariant, at every voxel: only what lies within 15 mm of a stroke may change."""
    add = stroke((24, 0, 0), 3.0)
    result = corrected(study(), TIGHT, Scribbles(add)).data
    changed = GRID.to_world(np.argwhere(result != TIGHT.data))
    strokes = GRID.to_world(np.argwhere(add.data))
    away = np.linalg.norm(changed[:, None] - strokes[None], axis=-1).min(axis=1)
    assert len(changed) > add.count / 2
    assert away.max() <= REACH_MM


def test_strokes_on_what_is_right_already_change_nothing():
    assert (corrected(study(), TRUE, Scribbles(stroke((3, 0, 0)), stroke((0, 25, 0)))).data == TRUE.data).all()


def test_what_looks_like_the_stroke_follows_it():
    """Invariant: where fat-suppressed T2 shows the ball, a stroke in what is missing brings back more of the ball than
    of muscle beside it."""
    result = corrected(study(), TIGHT, Scribbles(stroke((12.5, 0, 0), 1.6))).data
    gained = result & ~TIGHT.data
    assert (gained & TRUE.data).sum() > 4 * (gained & ~TRUE.data).sum()


def test_scribbles_on_another_grid_find_their_voxels_and_those_outside_are_refused():
    other = oblique((1.0, 1.0, 4.0), (40, 40, 11), (0, 0, 0))
    painted = Mask(inside(other, 2.0, CENTRE + np.array((13, 0, 0))), other)
    assert corrected(study(), TIGHT, Scribbles(painted)).count > TIGHT.count
    far = oblique((1.0, 1.0, 4.0), (140, 140, 11), (0, 0, 0))
    with pytest.raises(GeometryError, match="outside the lesion's image"):
        corrected(study(), TIGHT, Scribbles(Mask(inside(far, 4.0, CENTRE + np.array((60, 0, 0))), far)))


def test_a_lesion_cannot_be_erased_whole():
    with pytest.raises(InputError, match="leave nothing"):
        corrected(study(), TIGHT, Scribbles(NOTHING, mask(40.0)))


def test_corrections_follow_each_other():
    """Invariant: ten strokes round the equator, one after the other, are all lesion in the end."""
    result, strokes = TIGHT, []
    for angle in np.linspace(0, 2 * np.pi, 10, endpoint=False):
        strokes.append(stroke((14 * np.cos(angle), 14 * np.sin(angle), 0)))
        result = corrected(study(), result, Scribbles(strokes[-1]))
    assert all(result.data[one.data].all() for one in strokes)


def test_the_signed_distance_of_a_ball():
    """Closed form: r − |x|, to a voxel's half diagonal."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in GRID.shape], indexing="ij"), axis=-1)
    true = 15 - np.linalg.norm(GRID.to_world(index) - CENTRE, axis=-1)
    found = signed_distance(TRUE.data, GRID.spacing)
    near = np.abs(true) < 8
    assert np.abs(found - true)[near].max() < np.linalg.norm(GRID.spacing) / 2 + 0.5
    assert np.median(found[near] - true[near]) == pytest.approx(0, abs=0.5)
