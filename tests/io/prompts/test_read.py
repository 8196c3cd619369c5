"""Which kind a file is. Witness: files of every kind, of none, and of another than asked for."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Mask
from pnst.io.nifti.read import write_volume
from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.read import MAX_TEXT_BYTES, read_prompt

LINE = '{"lines": [{"p_ras_mm": [1, 2, 3], "q_ras_mm": [31, 2, 3]}]}'
ANNOTATION = """<?xml version="1.0"?>
<registry><entry key="Format" value="ITK-SNAP Annotation File"/><entry key="FormatDate" value="20150624"/></registry>
"""


def test_an_annotation_of_itk_snap_is_refused_by_name(refused):
    error = refused(ANNOTATION, "a.annot")
    assert "ITK-SNAP" in error.got
    assert "scribbles" in error.remedy


@pytest.mark.parametrize(
    "content",
    [b"", b"hello\n", b"\x00" * 600, pickle.dumps({"lines": []}), b"<html>", b"\xff\xfe{", b"case,label\n1,2\n"],
    ids=["empty", "words", "zeros", "pickle", "html", "utf-16", "another table"],
)
def test_files_of_no_kind(refused, content):
    assert "cannot read a prompt" in refused(content, "p").what


def test_a_huge_file(refused):
    assert "more than" in refused(LINE + " " * MAX_TEXT_BYTES).got
    assert refused("px,py\n" + "1," * MAX_TEXT_BYTES, "p.csv")


def test_a_missing_file_and_a_folder(tmp_path, study):
    for name, got in (("none.json", "no such file"), ("", "a folder")):
        with pytest.raises(InputError, match=got):
            read_prompt(PromptFile(tmp_path / name), study)


def test_numbers_belong_to_reports(tmp_path, study):
    file = tmp_path / "a.json"
    file.write_text(LINE)
    with pytest.raises(InputError, match="numbers for reports alone"):
        read_prompt(PromptFile(file, "2"), study)


def test_what_a_terminal_would_obey_is_only_quoted(refused):
    assert "\x1b" not in str(refused('{"\\u001b[31m": 1}'))


def test_the_kind_that_was_asked_for(refused, tmp_path, study, grid):
    assert "no label map" in refused(LINE, kind="scribbles").got
    assert "another kind" in refused('{"points": [[1, 2, 3]]}', kind="lines").got
    data = np.zeros(grid.shape, dtype=bool)
    data[4, 5, 6] = True
    write_volume(tmp_path / "s.nii.gz", Mask(data, grid))
    with pytest.raises(InputError, match="another kind"):
        read_prompt(PromptFile(tmp_path / "s.nii.gz", kind="lines"), study)
    assert read_prompt(PromptFile(tmp_path / "s.nii.gz", kind="scribbles"), study).prompt.lesion.count == 1
