"""A folder of outputs: the earlier set or the new one. Witness: what lies on disk after each end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.hidden_folder import JOURNAL, NEW
from pnst.io.output_folder import WRITING, output_folder, refuse_irregular, refuse_replacing, settle


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() if path.is_file() else "folder" for path in folder.iterdir()}


def publish(folder: Path, stale: tuple[str, ...] = (), **files: str) -> None:
    with output_folder(folder) as out:
        for name, text in files.items():
            (out.new / name).write_text(text)
        out.publish(stale)


def fail_halfway(folder: Path) -> None:
    with output_folder(folder) as out:
        (out.new / "a").write_text("half")
        raise RuntimeError


def test_a_set_stands_together_and_stale_files_go(tmp_path):
    publish(tmp_path / "out", a="1", b="2")
    publish(tmp_path / "out", ("b", "c"), a="3")
    assert texts(tmp_path / "out") == {"a": "3"}


def test_what_is_not_published_leaves_everything_as_it_was(tmp_path):
    publish(tmp_path / "out", a="1")
    with pytest.raises(RuntimeError):
        fail_halfway(tmp_path / "out")
    assert texts(tmp_path / "out") == {"a": "1"}
    with pytest.raises(RuntimeError):
        fail_halfway(tmp_path / "new" / "deeper")
    assert not (tmp_path / "new").exists()


def killed(folder: Path, journal: str | None) -> None:
    """What a run that was killed leaves: a new file that waits, with or without its journal."""
    waiting = folder / WRITING / NEW
    waiting.mkdir(parents=True)
    (waiting / "a").write_text("new")
    (folder / "a").write_text("old")
    if journal is not None:
        (folder / WRITING / JOURNAL).write_text(journal)


@pytest.mark.parametrize(
    ("journal", "text"),
    [
        (json.dumps({"new": ["a"], "stale": []}), "new"),
        (None, "old"),
        ("{", "old"),
        (json.dumps({"new": ["a"]}), "old"),
    ],
)
def test_a_killed_run_is_finished_by_its_journal_and_else_removed(tmp_path, journal, text):
    killed(tmp_path, journal)
    settle(tmp_path)
    assert texts(tmp_path) == {"a": text}


def test_a_journal_reaches_nothing_outside_its_folder(tmp_path):
    (tmp_path / "outside").write_text("somebody's")
    killed(tmp_path / "out", json.dumps({"new": ["a"], "stale": ["../outside"]}))
    settle(tmp_path / "out")
    assert texts(tmp_path / "out") == {"a": "old"}
    assert (tmp_path / "outside").read_text() == "somebody's"


def test_reading_a_folder_that_nobody_left_makes_nothing(tmp_path):
    settle(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_files_are_replaced(tmp_path):
    (tmp_path / "plain").touch()
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    (tmp_path / "folder").mkdir()
    refuse_irregular(tmp_path, [tmp_path / "plain", tmp_path / "absent"], [tmp_path / "folder"])
    for name, kind in (("link", "a link"), ("folder", "a folder")):
        with pytest.raises(InputError, match=kind):
            refuse_irregular(tmp_path, [tmp_path / name])
    with pytest.raises(InputError, match="a file"):
        refuse_irregular(tmp_path, [], [tmp_path / "plain"])


def test_an_input_is_never_replaced(tmp_path):
    out, given = tmp_path / "out", tmp_path / "given"
    out.mkdir()
    given.mkdir()
    (out / "a").touch()
    (given / "t1.nii.gz").touch()
    refuse_replacing(out, [out / "a"], [given, given / "t1.nii.gz", tmp_path / "absent"])
    with pytest.raises(InputError, match="would replace the input 'a'"):
        refuse_replacing(out, [out / "a"], [out / "a"])
    with pytest.raises(InputError, match="would replace the input 'out'"):
        refuse_replacing(out, [out / "a"], [out])
    (given / "hard").hardlink_to(out / "a")
    with pytest.raises(InputError, match="a file of the input 'given'"):
        refuse_replacing(out, [out / "a"], [given])
