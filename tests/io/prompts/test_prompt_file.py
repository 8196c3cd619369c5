"""Which file, and which of its measurements. Witness: names of files that are there or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.prompts.prompt_file import PromptFile


def test_numbers_behind_a_name(tmp_path):
    (tmp_path / "sr.dcm").touch()
    given = PromptFile.named(f"{tmp_path}/sr.dcm:2,3", "lines")
    assert given == PromptFile(tmp_path / "sr.dcm", "2,3", "lines")


def test_a_name_that_holds_a_colon(tmp_path):
    (tmp_path / "a:2").touch()
    assert PromptFile.named(f"{tmp_path}/a:2").groups is None
    assert PromptFile.named(Path("sr.dcm:2")).groups is None


def test_a_name_that_no_file_can_have():
    with pytest.raises(InputError):
        PromptFile.named("a\0b")
