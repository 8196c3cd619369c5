"""Each sentence of doubt, said where there is cause and not where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import AmbiguityError
from pnst.image import Mask
from pnst.segmentation.confidence import Signs
from pnst.segmentation.field import field_of
from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.looks import Looks
from pnst.segmentation.prompt_body import body_of
from pnst.segmentation.quality import concerns, refuse_contradiction
from pnst.study import Role
from segmentation.ball_study import GRIDS, diameter, mask

FRAME = PromptFrame(body_of(diameter()))
DEPTH = FRAME.body.depth(FRAME.points).astype(np.float32)
SURE = Signs(0.9, 0.88)
NOTHING = np.zeros_like(DEPTH)


def looks(**added: float) -> Looks:
    return Looks(FRAME, DEPTH, {Role(role): NOTHING + value for role, value in added.items()})


def test_a_sound_segmentation_leaves_nothing_to_say():
    assert concerns(mask(15.0), looks(t1=0.5, t2_fs=1.0), SURE, 0.9) == ()


@pytest.mark.parametrize(
    ("seen", "signs", "predicted", "words"),
    [
        (looks(t1=0.5), SURE, 0.7, "look at this segmentation first: its predicted Dice is 0.70"),
        (looks(), Signs(0.9, 1.0), 0.9, "no series shows the lesion"),
        (looks(t1=0.0), Signs(0.9, 0.97), 0.9, "no other border than the prompt's own body"),
        (looks(t1=-3.0, t2_fs=3.0), SURE, 0.9, "the series show different borders"),
    ],
)
def test_each_doubt_is_said_alone(seen, signs, predicted, words):
    (sentence,) = concerns(mask(15.0), seen, signs, predicted)
    assert words in sentence


def test_a_lesion_that_is_cut_by_the_image_is_said_to_be():
    grid = GRIDS[Role.T1]
    cut = np.zeros(grid.shape, dtype=bool)
    cut[:9, 20:40, 5:12] = True
    (sentence,) = concerns(Mask(cut, grid), looks(t1=0.5), SURE, 0.9)
    assert "border of the image" in sentence


@pytest.mark.parametrize(("radius", "refused"), [(4.0, True), (12.0, False), (15.0, False), (24.0, True)])
def test_a_lesion_that_contradicts_its_prompt_is_refused(radius, refused):
    """Balls of a fiftieth, half, all and four times of what the line marks."""
    field = field_of(DEPTH, DEPTH, FRAME, GRIDS[Role.T1])
    if not refused:
        refuse_contradiction(mask(radius), field)
        return
    with pytest.raises(AmbiguityError, match="ml that the prompt marks"):
        refuse_contradiction(mask(radius), field)
