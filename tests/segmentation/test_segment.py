"""From a prompt to a lesion, on a ball whose voxels are known, on grids of several series."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import AmbiguityError, GeometryError, InputError
from pnst.image import Mask
from pnst.segmentation.prompt import Box, Line, Point, Scribbles
from pnst.segmentation.segment import grid_of, segment
from pnst.segmentation.segmented_lesion import SegmentedLesion
from pnst.study import Lesion, Role, Study
from segmentation.ball_study import CENTRE, GRIDS, diameter, dice, inside, mask, study

BOTH = study()
TRUE = mask(15.0)
SMALLEST = Role.T1
"""Its voxels are smaller than those of the fat-suppressed T2."""


def on_t1(prompt, images: Study = BOTH, **more) -> SegmentedLesion:
    return segment(images, prompt, on=Role.T1, **more)


def test_a_line_on_two_series_finds_the_ball():
    assert dice(on_t1(diameter()).mask, TRUE) > 0.93


def test_what_the_image_shows_moves_the_border():
    """Invariant: a line that is 2.5 mm too short at each end is bettered by fat-suppressed T2, not by T1, where the
    ball looks like muscle."""
    short = diameter(12.5)
    body = dice(mask(12.5), TRUE)
    assert dice(on_t1(short).mask, TRUE) > body + 0.02


def test_without_anything_to_see_the_prompts_body_stays():
    blank = study(roles=(Role.T1,), noise=12.0)
    t1 = blank.series[Role.T1]
    noise = np.random.default_rng(5).normal(300, 12, t1.volume.grid.shape).astype(np.float32)
    flat = Study("flat", {Role.T1: type(t1)(Role.T1, type(t1.volume)(noise, t1.volume.grid), t1.source)})
    found = on_t1(diameter(), flat)
    assert dice(found.mask, TRUE) > 0.9


@pytest.mark.parametrize(
    "prompt",
    [
        Box(tuple(CENTRE - 15), tuple(CENTRE + 15)),
        [diameter(), Point(tuple(CENTRE + np.array((0, 0, 9.0))))],
        Line(diameter().p_ras_mm, diameter().q_ras_mm),
    ],
)
def test_other_prompts_find_it_too(prompt):
    assert dice(on_t1(prompt).mask, TRUE) > 0.85


def test_a_click_is_refused_where_no_border_is_seen():
    """Where one is: test_point_search, with eyes that see it."""
    with pytest.raises(AmbiguityError, match="a point alone"):
        segment(study(0.1, roles=(Role.T1,)), Point(tuple(CENTRE)))


def test_the_mask_lies_on_the_series_that_was_asked_for_else_on_that_of_the_smallest_voxels():
    assert grid_of(BOTH, Role.T2_FS) is GRIDS[Role.T2_FS]
    assert grid_of(BOTH, None) is GRIDS[SMALLEST]
    with pytest.raises(InputError, match="no series to segment"):
        grid_of(BOTH, Role.DWI)
    with pytest.raises(InputError, match="no series to segment"):
        grid_of(Study("empty", {}), None)


def test_other_lesions_are_none_of_it():
    half = inside(GRIDS[Role.T1], 15.0) & (np.arange(70) > 34)[:, None, None]
    other = Lesion("2", Mask(half, GRIDS[Role.T1]), "simulation")
    assert not (on_t1(diameter(), others=[other]).mask.data & half).any()


def test_air_is_never_lesion():
    """A prompt that reaches into the air leaves it out."""
    images = study()
    series = {}
    for role, one in images.series.items():
        index = np.stack(np.meshgrid(*[np.arange(n) for n in one.volume.grid.shape], indexing="ij"), axis=-1)
        air = one.volume.grid.to_world(index)[..., 0] > CENTRE[0] + 10
        data = np.where(air, 2.0, one.volume.data).astype(np.float32)
        series[role] = type(one)(role, type(one.volume)(data, one.volume.grid), one.source)
    found = on_t1(diameter(), Study("air", series))
    where = GRIDS[Role.T1].to_world(np.argwhere(found.mask.data))
    assert (where[:, 0] > CENTRE[0] + 11).mean() < 0.01


def test_it_knows_what_it_does_not_know():
    found = on_t1(diameter())
    p = found.probability.data
    assert found.probability.grid is found.mask.grid
    assert p.min() >= 0
    assert p.max() <= 1
    assert np.median(p[found.mask.data]) > 0.8
    assert np.median(p[found.unsure.data]) == pytest.approx(0.5, abs=0.2)
    assert 0.5 < found.predicted_dice <= 1
    assert 0 < found.boundary_sd_mm < 5


def test_the_same_prompt_gives_the_same_lesion():
    assert (on_t1(diameter()).probability.data == on_t1(diameter()).probability.data).all()


def test_a_prompt_beside_the_image_is_refused():
    with pytest.raises(GeometryError, match="outside the image"):
        on_t1(diameter(shift=(300, 0, 0)))


def test_a_correction_changes_what_was_painted_and_keeps_the_rest():
    first = on_t1(diameter(12.0))
    stroke = Mask(inside(GRIDS[Role.T1], 2.0, CENTRE + np.array((0, 14.0, 0))), GRIDS[Role.T1])
    second = segment(BOTH, Scribbles(stroke), previous=first)
    third = segment(BOTH, Scribbles(Mask(np.zeros_like(stroke.data), stroke.grid), stroke), previous=second)
    assert second.mask.data[stroke.data].all()
    assert not third.mask.data[stroke.data].any()
    assert third.made_by.count("corrected by scribbles") == 1
    with pytest.raises(InputError, match="corrected by scribbles"):
        segment(BOTH, diameter(), previous=first)


def test_scribbles_alone_find_the_lesion_and_keep_their_word():
    grid = GRIDS[Role.T1]
    flat = np.abs(
        grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), -1))[..., 2] - CENTRE[2]
    )
    painted = Mask(inside(grid, 11.0) & (flat < 9), grid)
    outside = Mask(inside(grid, 2.0, CENTRE + np.array((0, -13.0, 0))), grid)
    found = on_t1(Scribbles(painted, outside))
    assert found.mask.data[painted.data & ~outside.data].all()
    assert not found.mask.data[outside.data].any()
