"""The JSON of pnst. Witness: prompts that are written and read again, and files made wrong by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pnst.image import Mask
from pnst.io.prompts.json_form import prompt_digest, prompt_from_json, prompt_json
from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.read import read_prompt
from pnst.segmentation.prompt import Box, Line, Point, Scribbles

FILE = Path("a.json")
LINE = Line((1, 2, 3), (31, 2.5, 3), short_axis=((15, -8, 3), (15.5, 9, 3)), craniocaudal_mm=(-10, 22))
PROMPTS = [Point((1, -2, 3.25)), Line((1, 2, 3), (31, 2.5, 3)), LINE, Box((-1, -2, -3), (10, 20, 30))]
PROMPTS += [(LINE, Line((1, 2, 9), (20, 2, 9))), (LINE, Point((14, 1, 20)))]


def again(prompt):
    return prompt_from_json(json.loads(prompt_json(prompt)), FILE)


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: type(prompt).__name__)
def test_what_is_written_is_read(prompt):
    assert again(prompt) == prompt


numbers = st.floats(-500, 500, allow_nan=False)


@given(st.tuples(numbers, numbers, numbers))
def test_any_point(position):
    assert again(Point(position)) == Point(position)


def test_a_list_of_one_line_is_that_line():
    assert again([LINE]) == LINE


def test_a_file_from_the_documentation(tmp_path, study):
    file = tmp_path / "lines.json"
    file.write_text('{"lines": [{"p_ras_mm": [1, 2, 3], "q_ras_mm": [31, 2, 3]}], "points": [[15, 2, 20]]}')
    assert read_prompt(PromptFile(file), study).prompt == (Line((1, 2, 3), (31, 2, 3)), Point((15, 2, 20)))


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ('{"lines": [{"p_ras_mm": [1, 2, 3], "q_ras_mm": [31, 2, 3], "name": "a"}]}', "the key 'name'"),
        ('{"line": []}', "the key 'line'"),
        ('{"lines": [{"p_ras_mm": [1, 2, 3]}]}', "without q_ras_mm"),
        ('{"lines": [{"p_ras_mm": [1, 2], "q_ras_mm": [31, 2, 3]}]}', "p_ras_mm of line 1"),
        ('{"lines": [{"p_ras_mm": [1, 2, "3"], "q_ras_mm": [31, 2, 3]}]}', "p_ras_mm of line 1"),
        ('{"lines": [{"p_ras_mm": [1, 2, true], "q_ras_mm": [31, 2, 3]}]}', "p_ras_mm of line 1"),
        ('{"lines": [{"p_ras_mm": [1, 2, NaN], "q_ras_mm": [31, 2, 3]}]}', "NaN"),
        ('{"lines": [{"p_ras_mm": [1, 2, 3], "q_ras_mm": [1, 2, 3]}]}', "line 1: a line that no lesion has"),
        ('{"lines": [{"p_ras_mm": [1, 2, 3], "q_ras_mm": [31, 2, 3], "short_axis": [[1, 2, 3]]}]}', "short_axis"),
        ('{"lines": [{"p_ras_mm": [1, 2, 3], "q_ras_mm": [31, 2, 3], "craniocaudal_mm": [9, 2]}]}', "line 1"),
        ('{"lines": {"a": 1}}', "lines"),
        ('{"lines": [3]}', "line 1 is no object"),
        ('{"points": [[1, 2, 3], [4, 5, 6]]}', "2 points without a line"),
        ('{"box": {"low_ras_mm": [1, 2, 3], "high_ras_mm": [0, 9, 9]}}', "the box"),
        ('{"box": {"low_ras_mm": [1, 2, 3], "high_ras_mm": [9, 9, 9]}, "points": [[1, 2, 3]]}', "a box beside"),
        ('{"schema_version": 2, "points": [[1, 2, 3]]}', "schema_version 2"),
        ('{"scribbles": {}}', "the record of scribbles"),
        ('{"points": []}', "no line, point or box"),
        ("[1, 2]", "the file is no object"),
        ('{"points": [[1, 2, 3]], "points": []}', "stands twice"),
    ],
)
def test_what_is_no_prompt(refused, text, got):
    assert got in refused(text).got


def test_scribbles_are_named_by_their_voxels(grid):
    data = np.zeros(grid.shape, dtype=bool)
    data[3:5, 4, 2] = True
    prompt, other = Scribbles(Mask(data, grid)), Scribbles(Mask(np.roll(data, 1, axis=0), grid))
    assert json.loads(prompt_json(prompt))["scribbles"]["lesion"]["voxels"] == 2
    assert prompt_digest(prompt) != prompt_digest(other)


def test_a_digest_tells_prompts_apart():
    digests = {prompt_digest(prompt) for prompt in PROMPTS}
    assert len(digests) == len(PROMPTS)
    assert all(len(digest) == 64 for digest in digests)
