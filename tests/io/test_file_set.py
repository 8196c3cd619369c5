"""Files as one set. Witness: what lies in the folder afterwards."""

from __future__ import annotations

import pytest

from pnst.errors import InputError
from pnst.io.file_set import write_file_set


def test_files_replace_their_own_and_leave_others(tmp_path):
    (tmp_path / "mine.txt").write_bytes(b"mine")
    write_file_set(tmp_path, {"a": b"1", "b": b"2"})
    write_file_set(tmp_path, {"a": b"3", "b": b"4"})
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        "mine.txt": b"mine",
        "a": b"3",
        "b": b"4",
    }


def test_a_failure_leaves_what_was_there(tmp_path):
    write_file_set(tmp_path / "out", {"a": b"1"})
    with pytest.raises(TypeError):
        write_file_set(tmp_path / "out", {"a": b"2", "b": "text"})
    assert [(file.name, file.read_bytes()) for file in (tmp_path / "out").iterdir()] == [("a", b"1")]
    with pytest.raises(TypeError):
        write_file_set(tmp_path / "new", {"b": "text"})
    assert not (tmp_path / "new").exists()


def test_an_input_is_not_replaced(tmp_path):
    (tmp_path / "a").write_bytes(b"given")
    with pytest.raises(InputError, match="would replace the input 'a'"):
        write_file_set(tmp_path, {"a": b"2"}, inputs=[tmp_path / "." / "a"])
    assert (tmp_path / "a").read_bytes() == b"given"


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(InputError, match="cannot write results to 'out'"):
        write_file_set(tmp_path / "out", {"a": b"2"})


def test_files_that_are_not_written_again_give_way(tmp_path):
    write_file_set(tmp_path, {"a": b"1", "b": b"2", "c": b"3"})
    write_file_set(tmp_path, {"a": b"4"}, stale=("a", "b", "nowhere"))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a": b"4", "c": b"3"}
