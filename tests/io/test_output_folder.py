"""A set of files that takes the place of an earlier one. Witness: the disk; kills are in tests/robustness."""

from __future__ import annotations

import os

import pytest

from command_line import bytes_of
from pnst.errors import InputError
from pnst.io import output_folder as module
from pnst.io.output_folder import WRITING, output_folder, refuse_irregular, refuse_replacing, settle


def publish(folder, files, stale=()):
    with output_folder(folder) as out:
        for name, text in files.items():
            (out.new / name).write_text(text)
        out.publish(stale)


def test_files_take_their_places_together(tmp_path):
    publish(tmp_path / "o", {"a": "1", "b": "1"})
    publish(tmp_path / "o", {"a": "2", "c": "2"}, stale=["b", "never"])
    assert bytes_of(tmp_path / "o") == {"a": b"2", "c": b"2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o"]


def test_a_file_that_cannot_be_moved_leaves_the_earlier_set(tmp_path, monkeypatch):
    """A file of another user in a folder with the sticky bit, for one."""
    publish(tmp_path, {"a": "1", "b": "1"})
    replace = os.replace

    def refuse(source, target):
        if os.fspath(target) == os.fspath(tmp_path / "b") and "new" in os.fspath(source):
            raise PermissionError(1, "Operation not permitted")
        replace(source, target)

    monkeypatch.setattr(module.os, "replace", refuse)
    with pytest.raises(InputError, match="Operation not permitted"):
        publish(tmp_path, {"a": "2", "b": "2"})
    assert bytes_of(tmp_path) == {"a": b"1", "b": b"1"}


def test_an_interrupt_between_two_moves_does_not_part_the_set(tmp_path, monkeypatch):
    publish(tmp_path, {"a": "1", "b": "1"})
    replace, moves = os.replace, iter(range(100))

    def interrupted(source, target):
        if next(moves) == 3:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(module.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, {"a": "2", "b": "2"})
    assert bytes_of(tmp_path) == {"a": b"2", "b": b"2"}


@pytest.mark.parametrize(
    "journal",
    ["", "[]", '{"new": ["../a"], "stale": []}', '{"new": [], "stale": ["/etc/passwd"]}', '{"new": [3], "stale": []}'],
)
def test_a_journal_that_pnst_did_not_write_moves_nothing(tmp_path, journal):
    (tmp_path / "a").write_text("mine")
    (tmp_path / "o" / WRITING / "new").mkdir(parents=True)
    (tmp_path / "o" / WRITING / "journal").write_text(journal)
    settle(tmp_path / "o")
    assert (tmp_path / "a").read_text() == "mine"
    assert not (tmp_path / "o" / WRITING).exists()


def test_settling_asks_nothing_of_a_folder_without_traces(tmp_path):
    settle(tmp_path / "nowhere")
    assert not any(tmp_path.iterdir())


def test_only_files_and_folders_give_way(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    refuse_irregular(tmp_path, [tmp_path / "file", tmp_path / "missing"], [tmp_path / "folder"])
    for name, kind in (("folder", "a folder"), ("link", "a link"), ("pipe", "a pipe")):
        with pytest.raises(InputError, match=kind):
            refuse_irregular(tmp_path, [tmp_path / name])
    with pytest.raises(InputError, match="a file"):
        refuse_irregular(tmp_path, [], [tmp_path / "file"])


def test_an_input_is_known_by_every_name(tmp_path):
    out, study = tmp_path / "o", tmp_path / "study"
    out.mkdir()
    (study / "series").mkdir(parents=True)
    (out / "adc").write_text("voxels")
    (study / "series" / "t1").symlink_to(out / "adc")
    for given in (out / "adc", study, study / "series" / "t1", out):
        with pytest.raises(InputError, match="would replace"):
            refuse_replacing(out, [out / "adc"], [given])
    (study / "series" / "t1").unlink()
    os.link(out / "adc", study / "series" / "t1")
    with pytest.raises(InputError, match="a file of the input 'study'"):
        refuse_replacing(out, [out / "adc"], [study])
    (study / "series" / "t1").unlink()
    (study / "again").symlink_to(study)  # a walk without an end
    refuse_replacing(out, [out / "adc"], [study, tmp_path / "missing"])
    refuse_replacing(study / "o", [], [study])
