"""One process a hidden folder. Witness: the disk, and a second process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pnst.errors import InputError
from pnst.io.hidden_folder import LOCK, hidden_folder, made_folder, short_name, system_refusals

HOLD = """
import sys
from pathlib import Path
from pnst.io.hidden_folder import hidden_folder
with hidden_folder(Path(sys.argv[1]), Path("shown")):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the folder `h` until it ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "h")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_folder_is_there_while_it_is_held_and_gone_afterwards(tmp_path):
    with hidden_folder(tmp_path / "h", tmp_path) as place:
        (place / "new").mkdir()
        assert (place / LOCK).read_text().startswith(f"{os.getpid()} ")
    assert not (tmp_path / "h").exists()


def test_a_living_owner_is_left_alone_and_a_dead_one_is_not(tmp_path, other):
    with pytest.raises(InputError, match="another run"), hidden_folder(tmp_path / "h", tmp_path):
        pass
    assert (tmp_path / "h" / LOCK).is_file()
    other.kill()
    other.wait()
    with hidden_folder(tmp_path / "h", tmp_path):
        pass
    assert not (tmp_path / "h").exists()


def test_without_locks_the_owner_itself_is_asked(tmp_path, other, monkeypatch):
    """Some file systems of clusters have none: the process and its host are read."""
    import fcntl

    def none(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(InputError, match="another run"), hidden_folder(tmp_path / "h", tmp_path):
        pass
    other.kill()
    other.wait()
    with hidden_folder(tmp_path / "h", tmp_path):
        pass
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / LOCK).write_text("1 another-host")
    with pytest.raises(InputError, match="another run"), hidden_folder(tmp_path / "h", tmp_path):
        pass


def test_what_is_not_of_pnst_stays(tmp_path):
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "mine.txt").write_text("mine")
    with hidden_folder(tmp_path / "h", tmp_path) as place:
        (place / "new").mkdir()
    assert [path.name for path in (tmp_path / "h").iterdir()] == ["mine.txt"]


def test_a_link_in_its_place_is_refused(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "new").write_text("mine")
    (tmp_path / "h").symlink_to(tmp_path / "theirs")
    with pytest.raises(InputError, match="not a folder of pnst"), hidden_folder(tmp_path / "h", tmp_path):
        pass
    assert (tmp_path / "theirs" / "new").read_text() == "mine"


def test_folders_that_stayed_empty_go_again(tmp_path):
    (tmp_path / "a").mkdir()
    with made_folder(tmp_path / "a" / "b" / "c"):
        assert (tmp_path / "a" / "b" / "c").is_dir()
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]
    with made_folder(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b" / "file").write_text("")
    assert (tmp_path / "a" / "b" / "file").exists()


def test_what_the_system_refuses_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match="No space left on device"), system_refusals(tmp_path):
        raise OSError(28, "No space left on device")


def test_a_long_name_is_cut(tmp_path):
    assert short_name(tmp_path / "a") == "a"
    assert len(short_name(tmp_path / ("a" * 300))) < 100
