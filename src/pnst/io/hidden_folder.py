"""A hidden folder that one process writes in while it lives; what a killed one left there goes when the next one comes.

A lock of the system on the file `lock` in it says that its owner lives: the system lifts it when that process ends,
however it ends. On file systems without locks (some of computing clusters) the owner's process and host are read.
"""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pnst.errors import InputError

PREFIX = ".pnst-"
"""What every hidden file and folder of pnst beside outputs begins with."""
LOCK = "lock"
NEW = "new"
"""What is being written."""
OLD = "old"
"""What gives way."""
JOURNAL = "journal"
"""There from when everything new is written until it stands in its place."""

_ATTEMPTS = 20
"""To lock a folder that others make and remove."""
_LONGEST = 80
"""Characters of a name that a message shows."""


@contextmanager
def hidden_folder(place: Path, shown: Path) -> Iterator[Path]:
    """The folder `place`, this process's alone; gone afterwards unless its journal is still to be carried out.

    Raises `InputError`, which names the folder `shown`, where another living process has it.
    """
    handle = _locked(place, shown)
    try:
        yield place
    finally:
        if not os.path.exists(place / JOURNAL):
            clear(place)
            (place / LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                place.rmdir()
        os.close(handle)


def clear(place: Path) -> None:
    """Remove what pnst has in a hidden folder, the journal first: without it nothing there counts."""
    (place / JOURNAL).unlink(missing_ok=True)
    for part in (place / NEW, place / OLD, *place.glob(f"{PREFIX}*")):
        if os.path.isdir(part) and not os.path.islink(part):
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


@contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """A folder that is there, with its parents; those that were made for it and are empty afterwards go again."""
    missing = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for path in missing:
            with suppress(OSError):
                path.rmdir()


def unwritable_folder(folder: Path, got: str) -> InputError:
    """The error for a folder that outputs cannot go to."""
    return InputError(
        f"cannot write results to {short_name(folder)!r}",
        got=got,
        expected="a folder of its own, new or with an earlier run's files, that can be written",
        remedy="choose another folder with --out",
    )


def short_name(path: Path) -> str:
    """The last part of a path, cut where it is longer than a line."""
    name = path.name or str(path)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


@contextmanager
def system_refusals(folder: Path) -> Iterator[None]:
    """Turn what the system refuses while outputs are written (a full disk, a limit, a right) into `InputError`."""
    try:
        yield
    except OSError as error:
        raise unwritable_folder(folder, error.strerror or "a folder that cannot be written") from error


def _locked(place: Path, shown: Path) -> int:
    """A handle on the lock of `place`, which is made where it is missing."""
    for _ in range(_ATTEMPTS):
        try:
            place.mkdir(exist_ok=True)
            if not stat.S_ISDIR(place.lstat().st_mode):
                raise unwritable_folder(shown, f"{place.name!r} in it, which is not a folder of pnst")
            handle = os.open(place / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        except FileNotFoundError:
            continue  # its last owner removed it just now
        try:
            _take(handle, shown)
            if _is_still(place / LOCK, handle):
                os.truncate(handle, 0)
                os.pwrite(handle, _owner().encode(), 0)
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    raise _busy(shown)


def _take(handle: int, shown: Path) -> None:
    """Lock the handle, or raise `InputError` where its owner lives."""
    if sys.platform == "win32":  # it has no such lock
        return
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _busy(shown) from error
    except OSError as error:  # a file system without locks
        if _lives(os.pread(handle, 1000, 0).decode(errors="replace")):
            raise _busy(shown) from error


def _is_still(lock: Path, handle: int) -> bool:
    """Whether the lock's name still means the file that was locked."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _owner() -> str:
    return f"{os.getpid()} {socket.gethostname()}"


def _lives(owner: str) -> bool:
    """Whether a process lives that wrote itself down as an owner; one on another host is taken to live."""
    number, _, host = owner.partition(" ")
    if not number.isdecimal():
        return False
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return int(number) != os.getpid()


def _busy(shown: Path) -> InputError:
    return InputError(
        f"cannot write results to {short_name(shown)!r}",
        got="another run that is writing there",
        expected="one run at a time",
        remedy="wait for it, or choose another folder with --out",
    )
