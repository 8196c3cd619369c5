"""Signs of a good and a bad segmentation."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.confidence import LIKELY, Signs, boundary_sd_mm, predicted_dice, signs_of
from pnst.segmentation.field import field_of, lesion_in
from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.looks import Looks
from pnst.segmentation.prompt_body import body_of
from pnst.study import Role
from segmentation.ball_study import CENTRE, GRIDS, diameter, mask

FRAME = PromptFrame(body_of(diameter()))
DEPTH = FRAME.body.depth(FRAME.points).astype(np.float32)


def at_sharpness(logits_per_depth: float):
    field = field_of(logits_per_depth * DEPTH, DEPTH, FRAME, GRIDS[Role.T1])
    looks = Looks(FRAME, DEPTH, {}, np.full_like(DEPTH, 0.3))
    return field, lesion_in(field, CENTRE), looks


def test_a_sharp_border_is_expected_to_be_right():
    sharp, soft = (signs_of(*at_sharpness(slope)) for slope in (40.0, 3.0))
    assert sharp.expected_dice > 0.95
    assert soft.expected_dice < 0.9
    assert sharp.body_dice == pytest.approx(1, abs=0.03)
    assert sharp.spread == pytest.approx(0.3)


def test_the_prediction_rises_with_what_is_expected_and_stays_likely():
    poor, good = (predicted_dice(Signs(expected, 0.9, 0.4)) for expected in (0.82, 0.9))
    assert poor < good
    assert all(LIKELY[0] <= one <= LIKELY[1] for one in (poor, good))
    assert predicted_dice(Signs(0.0, 0.0, 9.0)) >= LIKELY[0]


def test_the_boundarys_sd_of_a_linear_ramp():
    """Closed form: logits that rise by s a mm leave p between 0.16 and 0.84 over 2 · 1.658 / s mm: an SD of 1.658 / s.

    The body's depth is 1 − (r/15)², which falls by 2/15 a mm at its surface.
    """
    for slope in (8.0, 16.0):
        field, _, _ = at_sharpness(slope)
        assert boundary_sd_mm(field) == pytest.approx(1.658 / (slope * 2 / 15), rel=0.2)
    nothing, _, _ = at_sharpness(1e6)
    assert boundary_sd_mm(nothing) < 0.2


def test_a_mask_that_left_its_body_says_so():
    field, _, looks = at_sharpness(20.0)
    assert signs_of(field, mask(9.0), looks).body_dice < 0.5
