"""Errors that name file and place. Witness: their four parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.prompts.refusal import bad_prompt, made_of
from pnst.segmentation.prompt import Point

FILE = Path("far/away") / ("a" * 100 + ".json")


def test_the_file_is_named_without_its_folder_and_cut():
    error = bad_prompt(FILE, "nothing")
    assert "far" not in error.what
    assert len(error.what) < 120
    assert "--line" in error.remedy


def test_what_is_made_comes_back():
    assert made_of(FILE, "point 3", lambda: Point((1, 2, 3))) == Point((1.0, 2.0, 3.0))


def test_a_refusal_names_the_place():
    with pytest.raises(InputError) as caught:
        made_of(FILE, "point 3", lambda: Point((1, 2)))
    assert caught.value.got.startswith("point 3: a point without a position")
    assert caught.value.what.startswith("cannot read a prompt from")


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError):
        made_of(FILE, "point 3", lambda: 1 / 0)
