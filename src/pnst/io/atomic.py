"""Files and folders that appear whole or not at all: written beside their place, then renamed into it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pnst.errors import InputError


@contextmanager
def atomic_file(file: Path) -> Iterator[Path]:
    """Give a temporary path beside `file`; when the block ends well it takes the place of `file`.

    The temporary name ends as `file` does, because writers choose the format by the ending.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=file.name, dir=file.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(file: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all. Raises `InputError` where it cannot be written."""
    try:
        with atomic_file(file) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {file.name!r}",
            got=error.strerror or "a file that cannot be written",
            expected="the name of a file, in a folder that can be written",
            remedy="choose another place with --out",
        ) from error


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside `folder`; when the block ends well it is renamed to `folder`.

    Raises `InputError` when `folder` exists and is not an empty folder (nothing is overwritten), or cannot be made.
    """
    refuse_occupied(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise InputError(
            f"cannot make the folder {folder.name!r}",
            got=error.strerror or "a place that cannot be written",
            expected="a new folder, in a place that can be written",
            remedy="choose another place with --out",
        ) from error
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if folder.exists():
            folder.rmdir()
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden folder within `folder`, from which finished files are moved into it; it is gone afterwards.

    Raises `InputError` when `folder` cannot be made or written; a folder that was made and stayed empty goes again.
    """
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".pnst-", dir=folder))
    except OSError as error:
        raise unwritable_folder(folder, error.strerror or "a folder that cannot be written") from error
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made and not any(folder.iterdir()):
            folder.rmdir()


def unwritable_folder(folder: Path, got: str) -> InputError:
    """The error for a folder that outputs cannot go to."""
    return InputError(
        f"cannot write results to {folder.name!r}",
        got=got,
        expected="a folder of its own, new or with an earlier run's files, that can be written",
        remedy="choose another folder with --out",
    )


def refuse_occupied(folder: Path) -> None:
    """Raise `InputError` when `folder` exists and is not an empty folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"cannot write to {folder.name!r}",
            got="something is already there",
            expected="a folder that does not exist, or an empty one",
            remedy="choose another folder, or remove this one",
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
