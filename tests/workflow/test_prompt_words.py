"""Words of a command line as prompts. Witness: the numbers in them, and words made wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import InputError, SettingError
from pnst.workflow import Box, Line, Point, PromptFile
from pnst.workflow.prompt_words import box_of, cord_line_of, line_of, point_of, prompt_of


def test_a_line_with_everything():
    line = prompt_of(line="-1,2,3:29,2,3:15,-8,3:15,9,3", craniocaudal="-5,20.5")
    assert line == Line((-1, 2, 3), (29, 2, 3), ((15, -8, 3), (15, 9, 3)), (-5, 20.5))


def test_other_prompts():
    assert prompt_of(point="1,2,3") == Point((1, 2, 3))
    assert prompt_of(box="1,2,3:9,9,9") == Box((1, 2, 3), (9, 9, 9))
    assert prompt_of(lines="l.csv") == PromptFile(Path("l.csv"), kind="lines")
    assert prompt_of(scribbles="s.nii.gz") == PromptFile(Path("s.nii.gz"), kind="scribbles")
    assert prompt_of(source="a.mrk.json") == PromptFile(Path("a.mrk.json"))
    assert prompt_of() is None


@pytest.mark.parametrize(
    "more", [{"point": "1,2,3"}, {"scribbles": "s"}, {"source": "a"}, {"lines": "l"}, {"box": "b"}]
)
def test_one_prompt_at_most(more):
    with pytest.raises(SettingError, match="more than one prompt"):
        prompt_of(line="0,0,0:9,0,0", **more)


def test_an_extent_needs_a_line():
    with pytest.raises(SettingError, match="without a line"):
        prompt_of(point="1,2,3", craniocaudal="0,9")


@pytest.mark.parametrize(
    "words",
    ["", "1,2,3", "1,2,3:4,5", "1,2,3:4,5,x", "1,2,3:nan,5,6", "1,2,3:inf,5,6", "1,2,3:4,5,6:7,8,9", "1;2;3:4;5;6"],
)
def test_words_that_are_no_line(words):
    with pytest.raises(SettingError, match="cannot read --line"):
        line_of(words)


@pytest.mark.parametrize("words", ["1,2", "1,2,3:4,5,6", "a", "1,2,3,4"])
def test_words_that_are_no_point(words):
    with pytest.raises(SettingError, match="cannot read --point"):
        point_of(words)


@pytest.mark.parametrize("words", ["1,2,3", "1,2,3:4,5,6:7,8,9"])
def test_words_that_are_no_box(words):
    with pytest.raises(SettingError, match="cannot read --box"):
        box_of(words)


@pytest.mark.parametrize("extent", ["1", "1,2,3", "a,b"])
def test_words_that_are_no_extent(extent):
    with pytest.raises(SettingError, match="cannot read --craniocaudal"):
        line_of("0,0,0:9,0,0", extent)


def test_positions_that_make_no_prompt():
    with pytest.raises(InputError):
        line_of("0,0,0:0,0,0")
    with pytest.raises(InputError):
        box_of("9,9,9:0,0,0")


def test_a_cords_line_is_positions_or_a_file(tmp_path):
    assert cord_line_of(None) is None
    assert cord_line_of("0,-3.5,10:1,-3,40:2,0,60") == [(0, -3.5, 10), (1, -3, 40), (2, 0, 60)]
    file = tmp_path / "cord.csv"
    file.touch()
    assert cord_line_of(str(file)) == file
    for words in ("1,2,3", "nowhere.csv", "1,2,3:4,5", "1,2,3:4,5,nan", ""):
        with pytest.raises(SettingError, match="cannot read --cord-line"):
            cord_line_of(words)
