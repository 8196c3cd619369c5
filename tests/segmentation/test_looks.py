"""Looks at several series: which are looked at, and what they say together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.looks import BODY_LOGIT, MIRRORS, MORE_LEVELS_SHARE, ONE_LEVEL_SHARE, look
from pnst.segmentation.network import trained_networks
from pnst.segmentation.prompt_body import ball_about, body_of
from pnst.study import Role, Study
from segmentation.ball_study import CENTRE, diameter, study

ONE = trained_networks()[:1]
FRAME = PromptFrame(body_of(diameter()))


def test_every_series_of_the_anatomy_is_looked_at_and_no_other():
    images = study(roles=(Role.T1, Role.T2_FS, Role.T1_POST))
    adc = {Role.ADC: replace(images.series[Role.T1], role=Role.ADC)}
    looks = look(Study("ball", {**images.series, **adc}), FRAME, ONE, MIRRORS[:1])
    assert set(looks.added) == {Role.T1, Role.T2_FS, Role.T1_POST}


def test_a_series_that_does_not_hold_the_lesion_is_not_looked_at():
    away = PromptFrame(ball_about(CENTRE + np.array((0, 0, 60.0)), 10.0))
    looks = look(study(), away, ONE, MIRRORS[:1])
    assert not looks.added
    assert looks.logits == pytest.approx(BODY_LOGIT * looks.depth)


@pytest.mark.parametrize(
    ("levels", "share"), [((), ONE_LEVEL_SHARE), ((0.0,), ONE_LEVEL_SHARE), ((-9.0, 0.0), MORE_LEVELS_SHARE)]
)
def test_series_are_averaged_and_lean_to_the_prompt(levels, share):
    looks = look(study(), replace(FRAME, drawn_levels=levels), ONE, MIRRORS[:1])
    mean = (looks.added[Role.T1] + looks.added[Role.T2_FS]) / 2
    assert looks.logits == pytest.approx(BODY_LOGIT * looks.depth + (1 - share) * mean, abs=1e-4)
    assert looks.plain == pytest.approx(BODY_LOGIT * looks.depth + mean, abs=1e-4)


def test_a_mirror_gives_back_what_lies_where_it_lies():
    """Invariant: of a body and an image that are their own mirror images, the mirrored answer is the mirrored one."""
    looks = [look(study(noise=0.0), FRAME, ONE, [mirror]) for mirror in (MIRRORS[0], MIRRORS[1])]
    assert np.corrcoef(looks[0].logits.ravel(), looks[1].logits.ravel())[0, 1] > 0.98
