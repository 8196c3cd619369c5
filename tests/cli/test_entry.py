"""Misuse of the command line is one line of four parts, and exit status 2."""

from __future__ import annotations

import pytest
import typer

from command_line import pnst, refused
from pnst.cli import entry


@pytest.mark.parametrize("words", [("run",), ("nonsense",), ("run", "--out"), ("assess", "--prior", "a", "m.json")])
def test_bad_usage_is_one_line_of_four_parts(words):
    assert "--help" in refused(*words)


def test_bad_usage_names_the_option():
    assert "'--prior'" in refused("assess", "--prior", "a", "m.json")


def test_an_interrupt_ends_with_the_status_of_a_shell(monkeypatch):
    def interrupted(**_):
        raise typer.Abort

    monkeypatch.setattr(entry, "app", interrupted)
    assert pnst("doctor").code == 130


def test_a_long_word_is_repeated_in_part():
    line = refused("assess", "results", "--out", "-", "--patient=" + "a" * 1_000_000)
    assert len(line) < 1000


def test_an_empty_command_is_refused_in_four_parts():
    assert "got: an empty word" in refused("")


@pytest.mark.parametrize("word", ["", " "])
def test_an_empty_word_of_an_option_is_refused_in_four_parts(word):
    assert "got: nothing" in refused("measure", "study", "--out", "-", f"--override={word}")
