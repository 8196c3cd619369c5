"""Signs of a good and a bad segmentation."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.confidence import LIKELY, Signs, boundary_sd_mm, predicted_dice, signs_of
from pnst.segmentation.field import field_of
from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.looks import BODY_LOGIT, Looks
from pnst.segmentation.prompt_body import body_of
from pnst.study import Role
from segmentation.ball_study import GRIDS, diameter

FRAME = PromptFrame(body_of(diameter()))
DEPTH = FRAME.body.depth(FRAME.points).astype(np.float32)


def at_sharpness(logits_per_depth: float) -> Looks:
    """Looks whose logits rise by so much from the body's surface to its middle."""
    return Looks(FRAME, DEPTH, {Role.T1: (logits_per_depth - BODY_LOGIT) * DEPTH})


def test_a_sharp_border_is_expected_to_be_right():
    sharp, soft = (signs_of(at_sharpness(slope)) for slope in (60.0, 3.0))
    assert sharp.expected_dice > 0.95
    assert soft.expected_dice < 0.9
    assert sharp.body_dice == pytest.approx(1, abs=0.03)


def test_the_prediction_rises_with_what_is_expected_and_stays_likely():
    poor, good = (predicted_dice(Signs(expected, 0.9)) for expected in (0.82, 0.9))
    assert poor < good
    assert all(LIKELY[0] <= one <= LIKELY[1] for one in (poor, good))
    assert predicted_dice(Signs(0.0, 0.0)) >= LIKELY[0]


def test_the_prediction_falls_with_what_was_assumed():
    whole, no_extent, alone = (predicted_dice(Signs(0.87, 0.9, assumed)) for assumed in (0, 1, 2))
    assert whole > no_extent > alone


def test_the_boundarys_sd_of_a_linear_ramp():
    """Closed form: logits that rise by s a mm leave p between 0.16 and 0.84 over 2 · 1.658 / s mm: an SD of 1.658 / s.

    The body's depth is 1 − (r/15)², which falls by 2/15 a mm at its surface.
    """
    for slope in (8.0, 16.0):
        field = field_of(slope * DEPTH, DEPTH, FRAME, GRIDS[Role.T1])
        assert boundary_sd_mm(field) == pytest.approx(1.658 / (slope * 2 / 15), rel=0.2)
    assert boundary_sd_mm(field_of(1e6 * DEPTH, DEPTH, FRAME, GRIDS[Role.T1])) < 0.2


def test_a_region_that_left_its_body_says_so():
    assert signs_of(Looks(FRAME, DEPTH, {Role.T1: np.full_like(DEPTH, -4.0)})).body_dice < 0.5
