"""Lines and points as one prompt. Witness: the rule in the sentence of `gathered`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.prompts.gathered import MAX_MARKS, gathered
from pnst.segmentation.prompt import Line, Point

FILE = Path("a.json")
LINE, POINT = Line((0, 0, 0), (9, 0, 0)), Point((1, 2, 3))


def test_one_mark_is_itself():
    assert gathered(FILE, [LINE], []) is LINE
    assert gathered(FILE, [], [POINT]) is POINT


def test_lines_stand_before_points():
    assert gathered(FILE, [LINE, LINE], [POINT]) == (LINE, LINE, POINT)


@pytest.mark.parametrize(
    ("lines", "points", "got"),
    [
        ([], [], "no line, point or box"),
        ([], [POINT, POINT], "2 points without a line"),
        ([LINE] * (MAX_MARKS + 1), [], "201 lines"),
    ],
)
def test_what_makes_no_prompt(lines, points, got):
    with pytest.raises(InputError) as caught:
        gathered(FILE, lines, points)
    assert got in caught.value.got
