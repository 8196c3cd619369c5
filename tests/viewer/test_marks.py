"""What is drawn becomes a prompt, or is refused in four parts. Witness: the prompt's own fields."""

from __future__ import annotations

import pytest

from pnst.errors import SettingError
from pnst.segmentation.prompt import Line, Point
from pnst.viewer.marks import Marks, marks_of

LINE = ((0.0, 0.0, 5.0), (30.0, 0.0, 5.0))
SHORT = ((15.0, -8.0, 5.0), (15.0, 8.0, 5.0))


def test_a_line_with_its_short_axis_and_both_ends():
    prompt = Marks(LINE, SHORT, low_mm=20.0, high_mm=-10.0).prompt()
    assert prompt == Line(*LINE, short_axis=SHORT, craniocaudal_mm=(-10.0, 20.0))


def test_without_a_line_there_is_no_prompt():
    with pytest.raises(SettingError, match="nothing to segment from"):
        Marks(short_axis=SHORT).prompt()


@pytest.mark.parametrize("end", [{"low_mm": 1.0}, {"high_mm": 1.0}])
def test_half_an_extent_is_refused(end):
    with pytest.raises(SettingError, match="one end of the lesion without the other"):
        Marks(LINE, **end).prompt()


def test_a_line_that_was_given_is_drawn_and_a_point_is_not():
    line = Line(*LINE, short_axis=SHORT, craniocaudal_mm=(-10.0, 20.0))
    assert marks_of(line) == Marks(LINE, SHORT, -10.0, 20.0)
    assert marks_of(Point((1, 2, 3))) == marks_of(None) == Marks()
