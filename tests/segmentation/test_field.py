"""Logits on an image's voxels: carried there, kept out of what no lesion is, and cut to one piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.image import Mask
from pnst.segmentation.field import NOWHERE, Field, field_of, keep_out, lesion_in
from pnst.segmentation.frame import SHAPE, PromptFrame
from pnst.segmentation.prompt_body import ball_about, body_of
from pnst.study import Lesion, Role, Study
from segmentation.ball_study import CENTRE, GRIDS, diameter, dice, inside, mask, study

GRID = GRIDS[Role.T1]
FRAME = PromptFrame(body_of(diameter()))
DEPTH = FRAME.body.depth(FRAME.points).astype(np.float32)


def logits_of_the_body() -> np.ndarray:
    return (5 * FRAME.body.depth(FRAME.points)).astype(np.float32)


def piece(*balls: tuple[float, float, float]) -> Field:
    """A field that shows balls of 5 mm at these offsets from the middle."""
    shown = np.any([inside(GRID, 5.0, CENTRE + np.array(ball)) for ball in balls], axis=0)
    logits = np.where(shown, 3.0, -3.0).astype(np.float32)
    return Field(GRID, (slice(0, 70), slice(0, 62), slice(0, 19)), logits, np.zeros_like(logits))


def test_the_body_comes_out_of_its_frame():
    """Closed form: the ball's own voxels, Dice .97 and more after a frame of 32 × 32 × 24."""
    assert dice(lesion_in(field_of(logits_of_the_body(), DEPTH, FRAME, GRID), CENTRE), mask(15.0)) > 0.97


def test_nothing_lies_beyond_the_ends():
    field = field_of(np.full(SHAPE, 9.0, dtype=np.float32), DEPTH, FRAME, GRID)
    where = field.part.to_world(np.argwhere(field.logits > 0))
    assert np.abs(where[:, 2] - CENTRE[2]).max() <= 15.0


def test_a_frame_beside_the_image_is_refused_with_the_images_place():
    with pytest.raises(GeometryError, match=r"x from -?\d+ to -?\d+ mm"):
        field_of(logits_of_the_body(), DEPTH, PromptFrame(ball_about(CENTRE + 500.0, 9.0)), GRID)


def test_the_probability_is_the_logits_inverse():
    assert piece((0, 0, 0)).probability().max() == pytest.approx(1 / (1 + np.exp(-3)))


def test_the_piece_that_was_meant_is_taken():
    near, far = (0.0, 0.0, 0.0), (24.0, 0.0, 0.0)
    assert (lesion_in(piece(near, far), CENTRE).data == (piece(near).logits > 0)).all()
    assert (lesion_in(piece(near, far), CENTRE + np.array(far)).data == (piece(far).logits > 0)).all()


def test_a_hole_is_filled_but_not_with_what_cannot_be_the_lesion():
    field = piece((0, 0, 0))
    middle = tuple(np.rint(GRID.to_index(CENTRE)).astype(int))
    hollow, barred = field.logits.copy(), field.logits.copy()
    hollow[middle], barred[middle] = -1.0, NOWHERE
    assert lesion_in(replace(field, logits=hollow), CENTRE).data[middle]
    assert not lesion_in(replace(field, logits=barred), CENTRE).data[middle]


def test_other_lesions_and_what_is_dark_everywhere_are_kept_out():
    images = study()
    other = Lesion("2", Mask(inside(GRID, 6.0, CENTRE + np.array((12.0, 0, 0))), GRID), "simulation")
    field = field_of(logits_of_the_body(), DEPTH, FRAME, GRID)
    kept = keep_out(field, images, FRAME, [other])
    assert (kept.logits[other.mask.data[field.box]] == NOWHERE).all()
    assert (keep_out(field, images, FRAME, []).logits == field.logits).all()
    assert (keep_out(field, Study("empty", {}), FRAME, []).logits == field.logits).all()
