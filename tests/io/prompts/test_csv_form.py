"""Lines in a table. Witness: the numbers in the text, and tables made wrong by hand."""

from __future__ import annotations

import pytest

from pnst.io.prompts.csv_form import is_lines_table
from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.read import read_prompt
from pnst.segmentation.prompt import Line

HEAD = "px,py,pz,qx,qy,qz"


def read(tmp_path, study, text):
    file = tmp_path / "lines.csv"
    file.write_text(text, encoding="utf-8-sig")
    return read_prompt(PromptFile(file, kind="lines"), study).prompt


def test_one_row_is_one_line(tmp_path, study):
    assert read(tmp_path, study, f"{HEAD}\n1,2,3,31,2,3\n") == Line((1, 2, 3), (31, 2, 3))


def test_rows_with_and_without_a_short_axis(tmp_path, study):
    text = "low,high,qx,qy,qz,px,py,pz,ax,ay,az,bx,by,bz\n-5,9,31,2,3,1,2,3,15,-4,3,15,8,3\n,,31,2,9,1,2,9,,,,,,\n\n"
    full = Line((1, 2, 3), (31, 2, 3), ((15, -4, 3), (15, 8, 3)), (-5, 9))
    assert read(tmp_path, study, text) == (full, Line((1, 2, 9), (31, 2, 9)))


@pytest.mark.parametrize(
    ("text", "got"),
    [
        (f"{HEAD},name\n1,2,3,31,2,3,a\n", "the column 'name'"),
        (f"{HEAD},px\n1,2,3,31,2,3,1\n", "stands twice"),
        ("px,py,pz,qx,qy\n1,2,3,31,2\n", "no column qz"),
        (f"{HEAD},ax,ay\n1,2,3,31,2,3,1,2\n", "no column az"),
        (f"{HEAD},low\n1,2,3,31,2,3,1\n", "no column high"),
        (f"{HEAD}\n1,2,3,31,2\n", "row 1 of 5 cells"),
        (f"{HEAD}\n1,2,3,31,2,\n", "qz of row 1"),
        (f"{HEAD}\n,,,,,\n1,2,nan,31,2,3\n", "pz of row 1: 'nan'"),
        (f"{HEAD}\n1,2,3,31,2,1e999\n", "qz of row 1"),
        (f"{HEAD}\n1,2,3,31,2,=1+1\n", "qz of row 1"),
        (f"{HEAD}\n1,2,3,1,2,3\n", "row 1: a line that no lesion has"),
        (f"{HEAD}\n", "no line, point or box"),
        (f"{HEAD}\n" + '1,2,3,31,2,"3\n', "no table"),
        (f"{HEAD};\n1;2;3\n", "the column"),
        (f"{HEAD},low,high\n1,2,3,31,2,3,5,\n", "high of row 1"),
    ],
)
def test_what_is_no_table_of_lines(refused, text, got):
    assert got in refused(text, "lines.csv").got


def test_a_table_of_something_else():
    assert not is_lines_table("case,label\n1,2")
    assert not is_lines_table("")
