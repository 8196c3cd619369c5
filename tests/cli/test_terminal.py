"""What is printed: texts of files as they stand, and nothing but them in a pipe."""

from __future__ import annotations

import json

import pytest

from pnst.cli.terminal import console, escaped, print_json, print_or_write, progress
from pnst.errors import InputError


def test_markup_in_a_text_from_a_file_is_printed_as_it_stands(capsys):
    console().print(*escaped("[red]T1[/red] [0m]"))
    assert capsys.readouterr().out == "[red]T1[/red] [0m]\n"


def test_a_text_is_printed_or_written_whole(tmp_path, capsys):
    print_or_write("µ", None)
    print_or_write("µ", tmp_path / "a.txt")
    assert capsys.readouterr().out == "µ\n"
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "µ"
    with pytest.raises(InputError):
        print_or_write("µ", tmp_path)


def test_json_comes_back(capsys):
    content = {"unit": "µm²/ms", "series": [{"role": None}]}
    print_json(content)
    out = capsys.readouterr().out
    assert json.loads(out) == content
    assert "µm²/ms" in out


def test_progress_is_quiet_in_a_pipe(capsys):
    with progress() as show_stage:
        show_stage("measuring")
    assert capsys.readouterr() == ("", "")
