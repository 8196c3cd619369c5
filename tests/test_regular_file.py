"""Plain files and others. Witness: a pipe, a device, a socket and a folder in their place."""

from __future__ import annotations

import os
import socket

import pytest

from pnst.regular_file import open_regular, read_regular


def test_a_plain_file_is_read_whole_and_a_link_to_it(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    for name in ("a", "link"):
        assert read_regular(tmp_path / name, 3) == b"abc"
        with open_regular(tmp_path / name) as opened:
            assert opened.read() == b"abc"
    with pytest.raises(OSError, match="a file of more than 2 bytes"):
        read_regular(tmp_path / "a", 2)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "absent")


def test_nothing_else_is_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's name may not be long
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for name, kind in (("pipe", "pipe"), ("folder", "folder"), ("zero", "device"), ("socket", "socket")):
            with pytest.raises(OSError, match=f"a {kind}, not a plain file") as refusal:
                open_regular(tmp_path / name)
            assert str(tmp_path) not in str(refusal.value)
