"""What is printed: texts of files as they stand, and nothing but them in a pipe."""

from __future__ import annotations

import json

import pytest

from pnst.cli.terminal import console, escaped, print_json, print_text, progress


def test_markup_in_a_text_from_a_file_is_printed_as_it_stands(capsys):
    console().print(*escaped("[red]T1[/red] [0m]"))
    assert capsys.readouterr().out == "[red]T1[/red] [0m]\n"


@pytest.mark.parametrize("code", [0x07, 0x08, 0x0D, 0x1B, 0x7F, 0x9B, 0x202E, 0x2066, 0xDC80])
def test_no_text_commands_the_terminal(capsys, code):
    """ESC and CSI, bell, backspace, marks that turn the writing, and half a character, which cannot be encoded."""
    text = f"a{chr(code)}[31mb"
    print_text(text)
    console().print(*escaped(text))
    print_json({"text": text})
    out = capsys.readouterr().out
    assert chr(code) not in out
    assert out.count(f"\\u{code:04x}") + out.count({0x08: r"\b", 0x0D: r"\r"}.get(code, "no")) == 3
    assert json.loads(out[out.index("{") :])["text"] == text


def test_a_text_keeps_what_belongs_to_it(capsys):
    print_text("µ\t½\n−")
    assert capsys.readouterr().out == "µ\t½\n−\n"


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
