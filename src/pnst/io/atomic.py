"""Files and folders that appear whole or not at all: written beside their place, then renamed into it."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pnst.ending import refuse_to_go_on
from pnst.errors import InputError
from pnst.io.hidden_folder import NEW, PREFIX, clear, hidden_folder, made_folder, short_name

_WRITING_REFUSED = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENAMETOOLONG,
    errno.EIO,
    errno.EINVAL,
    errno.EBUSY,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.ELOOP,
}
"""What the system says where a file cannot be written; anything else in the block is the block's own."""


@contextmanager
def atomic_file(file: Path) -> Iterator[Path]:
    """Give a temporary path beside `file`; when the block ends well it takes the place of `file`.

    The temporary name ends as `file` does, because writers choose the format by the ending. Those that killed processes
    left of the same file go first.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    prefix = f"{PREFIX}{_digest(file.name)}-"
    for stale in file.parent.glob(f"{prefix}*"):
        _remove_dead(stale)
    handle, name = tempfile.mkstemp(prefix=prefix, suffix="".join(file.suffixes)[-20:], dir=file.parent)
    temporary = Path(name)
    try:
        _lock(handle)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        refuse_to_go_on()
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
        os.close(handle)


def write_text(file: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all. Raises `InputError` where it cannot be written."""
    try:
        with atomic_file(file) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {short_name(file)!r}",
            got=error.strerror or "a file that cannot be written",
            expected="the name of a file, in a folder that can be written",
            remedy="choose another place with --out",
        ) from error


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside `folder`; when the block ends well it is renamed to `folder`.

    What a killed process left of the same folder goes first. Raises `InputError` when `folder` exists and is not an
    empty folder (nothing is overwritten), cannot be made or written, or another process is making it.
    """
    with ExitStack() as stack:
        with _refusals(folder, making=True):
            stack.enter_context(made_folder(folder.parent))
            place = stack.enter_context(hidden_folder(folder.parent / f"{PREFIX}{_digest(folder.name)}", folder))
            clear(place)  # of a process that was killed
            refuse_occupied(folder)
            temporary = place / NEW / folder.name  # which messages name
            temporary.mkdir(parents=True)
        with _refusals(folder):
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            refuse_to_go_on()
            if folder.exists():
                folder.rmdir()
            os.replace(temporary, folder)


def refuse_occupied(folder: Path) -> None:
    """Raise `InputError` when `folder` exists and is not an empty folder, or has a name that no folder can have."""
    with _refusals(folder, making=True):
        occupied = folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir())))
    if occupied:
        raise InputError(
            f"cannot write to {short_name(folder)!r}",
            got="something is already there",
            expected="a folder that does not exist, or an empty one",
            remedy="choose another folder, or remove this one",
        )


@contextmanager
def _refusals(folder: Path, making: bool = False) -> Iterator[None]:
    """Turn what the system refuses into `InputError`: all of it while the folder is made, else what is of writing."""
    try:
        yield
    except OSError as error:
        if not making and error.errno not in _WRITING_REFUSED:
            raise
        raise InputError(
            f"cannot make the folder {short_name(folder)!r}",
            got=error.strerror or "a place that cannot be written",
            expected="a new folder, in a place that can be written",
            remedy="choose another place with --out",
        ) from error


def _lock(handle: int) -> bool:
    """Lock an open file for this process; False where another one has it, or there are no locks."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_dead(temporary: Path) -> None:
    """Remove a temporary file whose process is gone."""
    with suppress(OSError):
        handle = os.open(temporary, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            if _lock(handle):
                temporary.unlink()
        finally:
            os.close(handle)


def _digest(name: str) -> str:
    """A short name for a name, which may itself be as long as a file system allows."""
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:16]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
