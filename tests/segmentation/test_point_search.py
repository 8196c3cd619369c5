"""The size of what was clicked on."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import AmbiguityError
from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.looks import BODY_LOGIT
from pnst.segmentation.network import Network, trained_networks
from pnst.segmentation.point_search import LEAST_AGREEMENT, body_about, second_best, stack_of
from pnst.segmentation.prompt import Point
from pnst.segmentation.prompt_body import body_of
from pnst.study import Role
from segmentation.ball_study import CENTRE, diameter, study


class OfOneSignal(Network):
    """A stand-in that sees what has the signal of the body's core, whatever the body is."""

    def logits(self, channels):
        """As `Network.logits`."""
        alike = np.where(np.abs(channels[0]) < 0.8, 8.0, -8.0) * (channels[1] > 0)
        return (alike - BODY_LOGIT * channels[2]).astype(np.float32)


EYES = (OfOneSignal({}),)


def test_the_ball_that_is_seen_has_its_size():
    """Closed form: a radius of 15 mm, to a fifth, from a click 3 mm off its middle."""
    seen = study(roles=(Role.T2_FS,))
    body = body_about(seen, CENTRE + np.array((3.0, 0, 0)), EYES)
    low, high = body.ends
    assert (high - low) / 2 == pytest.approx(15, rel=0.2)
    assert np.sqrt(body.greatest_square_radius) == pytest.approx(15, rel=0.2)


def test_a_click_where_nothing_is_seen_is_refused():
    with pytest.raises(AmbiguityError, match="draw the line of the longest diameter"):
        body_about(study(0.1, roles=(Role.T1,)), CENTRE, trained_networks())


def test_the_stack_of_a_region_is_the_body_that_it_came_from():
    """Invariant: the region of a bent body, made into a stack again, is that body to a few percent."""
    body = body_of(
        [diameter(), Point(tuple(CENTRE + np.array((5.0, 0, -9)))), Point(tuple(CENTRE + np.array((0, 4.0, 9))))]
    )
    frame = PromptFrame(body)
    again = stack_of(body.depth(frame.points) > 0, frame)
    before, after = (one.depth(frame.points) > 0 for one in (body, again))
    assert 2 * (before & after).sum() / (before.sum() + after.sum()) > 0.93


def test_pieces_beside_the_region_do_not_count():
    frame = PromptFrame(body_of(diameter()))
    region = frame.body.depth(frame.points) > 0
    spoilt = region.copy()
    spoilt[:2, :2, :2] = True
    assert stack_of(spoilt, frame).ends == stack_of(region, frame).ends


@pytest.mark.parametrize(
    "agreement",
    [(0.55, 0.64, 0.61, 0.56, 0.45, 0.47, 0.67, 0.82, 0.85), (0.61, 0.61, 0.63, 0.65, 0.62, 0.53, 0.59, 0.69, 0.86)],
)
def test_the_two_largest_balls_alone_show_no_border(agreement):
    """Regression: sarcomas of 585 and 744 ml, answered with 311 and 293 at a predicted Dice of .93 and .89."""
    assert max(agreement) >= LEAST_AGREEMENT > second_best(agreement, 7)
    assert second_best((*agreement[:7], 0.86, 0.85), 7) >= LEAST_AGREEMENT
