"""Witness: what lies in the folder after a write that fails, and after one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.atomic import atomic_file, atomic_folder


def half_done(file: Path) -> None:
    file.write_text("half")
    file.write_text(0)  # type: ignore[arg-type]


def test_a_file_that_fails_leaves_the_old_one(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(TypeError), atomic_file(tmp_path / "a.txt") as temporary:
        half_done(temporary)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"a.txt": "old"}
    with atomic_file(tmp_path / "new" / "a.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "new" / "a.txt").read_text() == "new"
    assert (tmp_path / "new" / "a.txt").stat().st_mode & 0o777 == (tmp_path / "a.txt").stat().st_mode & 0o777


def test_a_folder_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(TypeError), atomic_folder(tmp_path / "out") as temporary:
        half_done(temporary / "half")
    assert not list(tmp_path.iterdir())


def test_an_empty_folder_is_taken_and_a_full_one_refused(tmp_path):
    (tmp_path / "out").mkdir()
    with atomic_folder(tmp_path / "out") as temporary:
        (temporary / "a").write_text("a")
    assert [file.name for file in tmp_path.rglob("*")] == ["out", "a"]
    with pytest.raises(InputError, match="already there"), atomic_folder(tmp_path / "out"):
        pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="already there"), atomic_folder(tmp_path / "file"):
        pass
