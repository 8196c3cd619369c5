"""What the network is shown does not depend on a scanner's unit, and says what it does not know."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.channels import channels, depth_in
from pnst.segmentation.frame import SHAPE, PromptFrame
from pnst.segmentation.prompt_body import ball_about, body_of, drawn_levels
from pnst.study import Role
from segmentation.ball_study import CENTRE, GRIDS, diameter, study

LINE = diameter()
FRAME = PromptFrame(body_of(LINE), drawn_levels(LINE, body_of(LINE)))
SIGNAL = FRAME.of(study().series[Role.T2_FS].volume.data, GRIDS[Role.T2_FS])


def test_another_unit_shows_the_same():
    """Invariant: gain and offset of the signal change nothing."""
    depth = depth_in(FRAME)
    assert channels(SIGNAL, depth, FRAME) == pytest.approx(channels(SIGNAL * 37 + 500, depth, FRAME), abs=1e-3)


def test_the_lesions_own_signal_is_nought():
    shown = channels(SIGNAL, depth_in(FRAME), FRAME)
    assert np.median(shown[0][shown[2] > 0.5]) == pytest.approx(0, abs=0.05)


def test_what_lies_outside_the_image_is_marked_and_shows_nothing():
    signal = SIGNAL.copy()
    signal[:9] = np.nan
    shown = channels(signal, depth_in(FRAME), FRAME)
    assert np.isfinite(shown).all()
    assert (shown[1][:9] == 0).all()
    assert (shown[0][:9] == 0).all()
    assert (shown[1][9:] == 1).all()


def test_the_depth_is_one_in_the_middle_and_nought_on_the_surface():
    depth = depth_in(FRAME)
    assert depth.max() == pytest.approx(1, abs=0.02)
    assert depth.min() >= -2
    assert np.abs(depth[np.abs(np.linalg.norm(FRAME.points - CENTRE, axis=-1) - 15) < 0.2]).max() < 0.05


def test_a_level_that_was_drawn_is_near_and_a_click_draws_none():
    shown = channels(SIGNAL, depth_in(FRAME), FRAME)[3]
    layers = shown[0, 0]
    assert layers.max() > 0.9
    assert layers[0] < 0.01
    assert layers[-1] < 0.01
    clicked = PromptFrame(ball_about(CENTRE, 15.0))
    assert (channels(SIGNAL, depth_in(clicked), clicked)[3] == 0).all()


def test_a_series_without_contrast_is_shown_as_nothing():
    flat = np.full(SHAPE, 7.0, dtype=np.float32)
    assert (channels(flat, depth_in(FRAME), FRAME)[0] == 0).all()
