"""Plain files, opened only after the system has said that they are: a pipe would wait for ever, a device never ends."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
"""Those that the system has."""
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_regular(file: Path) -> BinaryIO:
    """The file, opened for reading. Raises `OSError`, whose `strerror` says why, also for what is no plain file."""
    _check_kind(os.stat(file).st_mode, file)
    opened = open(os.open(file, _FLAGS), "rb")  # noqa: SIM115
    try:
        _check_kind(os.fstat(opened.fileno()).st_mode, file)  # what has come into its place since
    except OSError:
        opened.close()
        raise
    return opened


def read_regular(file: Path, limit: int) -> bytes:
    """All bytes of a plain file. Raises `OSError` as `open_regular` does, and for more than `limit` bytes."""
    with open_regular(file) as opened:
        content = opened.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"a file of more than {limit} bytes", file.name)
    return content


def _check_kind(mode: int, file: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something that holds no bytes")
        raise OSError(errno.EINVAL, f"{kind}, not a plain file", file.name)
