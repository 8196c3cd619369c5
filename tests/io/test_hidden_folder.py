"""A hidden folder of one process. Witness: what lies on disk, and a second one that wants it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pnst.errors import InputError
from pnst.io.hidden_folder import JOURNAL, LOCK, NEW, hidden_folder, made_folder, short_name, system_refusals


def test_it_is_gone_afterwards_with_what_was_written_in_it(tmp_path):
    with hidden_folder(tmp_path / "hidden", tmp_path) as place:
        (place / NEW).mkdir()
        (place / NEW / "draft.txt").write_text("x")
        assert (place / LOCK).is_file()
    assert list(tmp_path.iterdir()) == []


def test_what_a_journal_promises_stays(tmp_path):
    with hidden_folder(tmp_path / "hidden", tmp_path) as place:
        (place / JOURNAL).write_text("{}")
    assert (tmp_path / "hidden" / JOURNAL).is_file()


def test_a_second_one_is_refused_while_the_first_lives(tmp_path):
    with hidden_folder(tmp_path / "hidden", tmp_path):
        with pytest.raises(InputError, match="another run that is writing there"):  # noqa: SIM117
            with hidden_folder(tmp_path / "hidden", tmp_path):
                raise AssertionError("two have it")
        assert (tmp_path / "hidden" / LOCK).is_file()
    with hidden_folder(tmp_path / "hidden", tmp_path):
        pass


def test_what_a_dead_process_left_is_taken_over(tmp_path):
    script = f"""
import os
from pathlib import Path
from pnst.io.hidden_folder import hidden_folder
with hidden_folder(Path({str(tmp_path / "hidden")!r}), Path({str(tmp_path)!r})):
    os._exit(7)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 7
    assert (tmp_path / "hidden" / LOCK).read_text()
    with hidden_folder(tmp_path / "hidden", tmp_path):
        pass
    assert not (tmp_path / "hidden").exists()


def test_a_file_in_its_place_is_not_removed(tmp_path):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "mine.txt").write_text("somebody's")
    with hidden_folder(tmp_path / "hidden", tmp_path):
        pass
    assert (tmp_path / "hidden" / "mine.txt").read_text() == "somebody's"


def test_folders_made_for_nothing_go_again_and_others_stay(tmp_path):
    (tmp_path / "there").mkdir()
    with made_folder(tmp_path / "there" / "a" / "b"):
        assert (tmp_path / "there" / "a" / "b").is_dir()
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]
    with made_folder(tmp_path / "there" / "a"):
        (tmp_path / "there" / "a" / "kept.txt").touch()
    assert (tmp_path / "there" / "a" / "kept.txt").is_file()


def test_what_the_system_refuses_is_a_refusal_with_its_reason(tmp_path):
    with pytest.raises(InputError, match="No space left"), system_refusals(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(ValueError, match="a bug"), system_refusals(tmp_path):
        raise ValueError("a bug")


def test_a_long_name_is_cut_for_a_line(tmp_path):
    assert short_name(tmp_path / "short") == "short"
    assert short_name(tmp_path / ("x" * 200)) == "x" * 80 + "…"
