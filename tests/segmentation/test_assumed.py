"""What a prompt leaves unsaid is said, and nothing else is. Witness: the prompt's own geometry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Mask
from pnst.segmentation.assumed import assumptions
from pnst.segmentation.prompt import Box, Line, Point, Scribbles
from pnst.segmentation.prompt_body import ball_about, body_of
from pnst.segmentation.segment import segment
from segmentation.ball_study import CENTRE, GRIDS, diameter, inside, study

SHORT = "no short axis was given: 0.74 of the line is assumed"
LONG_ENDS = (-15.0, 2.0, 1.0), (15.0, 2.0, 1.0)
SHORT_ENDS = (0.0, -10.0, 1.0), (0.0, 14.0, 1.0)
EXTENT = (-20.0, 22.0)
FULL = Line(*LONG_ENDS, SHORT_ENDS, EXTENT)
UP = Line((0.0, 2.0, -15.0), (0.0, 2.0, 15.0), ((-8.0, 2.0, 0.0), (8.0, 2.0, 0.0)), (-15.0, 15.0))
"""In a coronal slice."""


def of(prompt):
    return assumptions(prompt, body_of(prompt))


@pytest.mark.parametrize(
    "prompt",
    [
        FULL,
        [FULL, Point((1.0, 3.0, 12.0))],
        [FULL, Line((-9.0, 2.0, 12.0), (9.0, 2.0, 12.0), ((0.0, -5.0, 12.0), (0.0, 9.0, 12.0)))],
        Box((0.0, 0.0, 0.0), (10.0, 20.0, 30.0)),
        Scribbles(Mask(inside(GRIDS["t1"], 6.0), GRIDS["t1"])),
    ],
)
def test_what_is_given_is_not_said_to_be_assumed(prompt):
    assert of(prompt) == ()


def test_of_a_point_no_dice_is_predicted():
    """None was held against a contour."""
    (sentence,) = assumptions(Point((1.0, 2.0, 3.0)), ball_about(np.zeros(3), 10.0))
    assert "no Dice is predicted" in sentence


@pytest.mark.parametrize(
    ("prompt", "sentences"),
    [
        (Line(*LONG_ENDS, None, EXTENT), [SHORT]),
        # 1.5 times the geometric mean of 30 and 24 mm
        (Line(*LONG_ENDS, SHORT_ENDS), ["no extent was given: 40 mm across the slices are assumed, 1.5 times"]),
        # 1.5 times √0.74 of 30 mm
        (Line(*LONG_ENDS), [SHORT, "no extent was given: 39 mm across the slices are assumed"]),
        # a coronal slice: 1.5 times the mean of 30 and 16 mm, whatever z is said to be
        (UP, ["the craniocaudal extent does not run across this line's slice: 33 mm across the slices are assumed"]),
        (
            [FULL, Line((-9.0, 2.0, 12.0), (9.0, 2.0, 12.0))],
            ["no short axis of 1 of 2 lines was given: 0.74 of the line is assumed"],
        ),
    ],
)
def test_what_is_assumed_is_said(prompt, sentences):
    said = of(prompt)
    assert len(said) == len(sentences)
    for sentence, begin in zip(said, sentences, strict=True):
        assert sentence.startswith(begin)


def test_several_lines_end_as_an_ellipsoid_through_them():
    """Circles of 20, 16 and 16 mm at 0 and ±12 mm lie on a ball of 20 mm: 40 mm from end to end."""
    levels = [
        Line((-r, 0.0, z), (r, 0.0, z), ((0.0, -r, z), (0.0, r, z))) for z, r in ((-12.0, 16.0), (0.0, 20.0), (12, 16))
    ]
    assert of(levels) == ("no extent was given: 40 mm across the slices are assumed, an ellipsoid through the lines",)


def test_a_table_says_that_none_is_predicted():
    lesion = segment(study(), diameter())
    assert lesion.facts()["Predicted Dice"].startswith("predicted Dice 0.")
    assert replace(lesion, predicted_dice=float("nan")).facts()["Predicted Dice"] == "no Dice predicted"


def test_the_segmented_lesion_says_it():
    full = diameter()
    assert not any("assumed" in sentence for sentence in segment(study(), full).quality)
    alone = segment(study(), Line(full.p_ras_mm, full.q_ras_mm))
    assert alone.quality[-2:] == of(Line(full.p_ras_mm, full.q_ras_mm))
    assert alone.quality[-2:] == alone.notes[-2:]
    np.testing.assert_allclose(alone.mask.grid.to_world(np.argwhere(alone.mask.data)).mean(axis=0), CENTRE, atol=3)
