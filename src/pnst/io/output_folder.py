"""A folder that outputs go to: an earlier set of files or the new one, whole, whenever the process ends.

Everything is written into the hidden folder `.pnst-writing` first. Then a journal says what shall stand and what gives
way; each file is moved, the earlier ones aside; the journal goes, and last what gave way. Whoever opens the folder next
finishes what a journal says, and removes what is there without one.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pnst.ending import refuse_to_go_on
from pnst.io.hidden_folder import (
    JOURNAL,
    NEW,
    OLD,
    PREFIX,
    clear,
    hidden_folder,
    made_folder,
    short_name,
    system_refusals,
    unwritable_folder,
)

WRITING = f"{PREFIX}writing"
"""The hidden folder in a folder of outputs."""


@dataclass(frozen=True)
class OutputFolder:
    """A folder that this process alone writes to."""

    folder: Path

    @property
    def new(self) -> Path:
        """Where files wait until they stand in the folder together."""
        return self.folder / WRITING / NEW

    def publish(self, stale: Iterable[str] = ()) -> None:
        """Give every file that waits its place, and remove the stale ones, as one step."""
        with system_refusals(self.folder):
            names = sorted(path.name for path in self.new.iterdir())
            _sync_all(self.new)
            refuse_to_go_on()
            _write_journal(self.folder / WRITING, {"new": names, "stale": sorted({*stale} - {*names})})
            _settle(self.folder)


@contextmanager
def output_folder(folder: Path) -> Iterator[OutputFolder]:
    """Keep a folder for this process, after what a killed one left in it is finished or removed.

    A folder that was made here and stayed empty goes again. Raises `InputError` where it cannot be made or written, or
    another run writes there.
    """
    with ExitStack() as stack:
        with system_refusals(folder):
            stack.enter_context(made_folder(folder))
            place = stack.enter_context(hidden_folder(folder / WRITING, folder))
            _settle(folder)
            (place / NEW).mkdir()
        try:
            yield OutputFolder(folder)
        finally:
            with system_refusals(folder):
                _settle(folder)


def settle(folder: Path) -> None:
    """Finish or remove what a killed run left in a folder that is about to be read; nothing where none did."""
    if os.path.isdir(folder / WRITING):
        with output_folder(folder):
            pass


def refuse_irregular(folder: Path, files: Iterable[Path], folders: Iterable[Path] = ()) -> None:
    """Raise `InputError` where a file to be replaced is something else than a file, or a folder than a folder."""
    for paths, is_kind in ((files, stat.S_ISREG), (folders, stat.S_ISDIR)):
        for path in paths:
            if os.path.lexists(path) and not is_kind(path.lstat().st_mode):
                raise unwritable_folder(folder, f"{path.name!r} in it, which is no output: {_kind(path)}")


def refuse_replacing(folder: Path, replaced: Sequence[Path], inputs: Iterable[Path]) -> None:
    """Raise `InputError` where what is replaced in `folder` is, or holds, an input, by whatever name.

    An input is a file, or a folder of files; what lies in `folder` by its own name is no file of such a folder.
    """
    paths = {path.resolve() for path in replaced}
    lost = {_identity(path) for path in _files_of(replaced)}
    for given in (path for path in inputs if os.path.exists(path)):
        is_folder_itself = os.path.exists(folder) and folder.samefile(given)
        if is_folder_itself or paths & {given.resolve(), *given.resolve().parents}:
            raise unwritable_folder(folder, f"outputs that would replace the input {short_name(given)!r}")
        if lost and any(_identity(path) in lost for path in _files_below(given, folder)):
            raise unwritable_folder(folder, f"outputs that would replace a file of the input {short_name(given)!r}")


def _settle(folder: Path) -> None:
    """Carry out a journal, or undo it where the system does not let a file move; then remove what is left."""
    place = folder / WRITING
    if os.path.exists(place / JOURNAL):
        new, stale = _read_journal(place)
        try:
            _move(folder, new, stale)
        except OSError:
            _move_back(folder, new)
            clear(place)
            raise
        _sync(folder)
    clear(place)


def _move(folder: Path, new: Iterable[str], stale: Iterable[str]) -> None:
    """Move what waits into the folder, and what is there aside; done again, it does what is left to do."""
    waiting, aside = folder / WRITING / NEW, folder / WRITING / OLD
    aside.mkdir(exist_ok=True)
    for name in new:
        if os.path.lexists(waiting / name):
            _set_aside(folder / name, aside / name)
            os.replace(waiting / name, folder / name)
    for name in stale:
        _set_aside(folder / name, aside / name)


def _set_aside(path: Path, aside: Path) -> None:
    if os.path.lexists(path) and not os.path.lexists(aside):
        os.replace(path, aside)


def _move_back(folder: Path, new: Iterable[str]) -> None:
    """The earlier set as it was."""
    waiting, aside = folder / WRITING / NEW, folder / WRITING / OLD
    for name in new:
        if not os.path.lexists(waiting / name) and os.path.lexists(folder / name):
            os.replace(folder / name, waiting / name)
    for path in aside.iterdir():
        os.replace(path, folder / path.name)


def _write_journal(place: Path, journal: dict[str, list[str]]) -> None:
    """The journal, there as a whole or not at all."""
    draft = place / f"{PREFIX}{JOURNAL}"
    draft.write_text(json.dumps(journal), encoding="utf-8")
    _sync(draft)
    os.replace(draft, place / JOURNAL)
    _sync(place)


def _read_journal(place: Path) -> tuple[list[str], list[str]]:
    """What shall stand and what gives way; nothing of a journal that pnst did not write."""
    try:
        journal = json.loads((place / JOURNAL).read_text(encoding="utf-8"))
        new, stale = list(journal["new"]), list(journal["stale"])
    except (ValueError, KeyError, TypeError):
        return [], []
    if not all(isinstance(name, str) and name == Path(name).name for name in (*new, *stale)):
        return [], []
    return new, stale


def _sync_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sync(path: Path) -> None:
    """Have the system put a file or folder on its disk, where it can."""
    with suppress(OSError):  # Windows has no handle on a folder, and some file systems cannot
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _kind(path: Path) -> str:
    mode = path.lstat().st_mode
    kinds = ((stat.S_ISLNK, "a link"), (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISREG, "a file"))
    return next((name for is_kind, name in kinds if is_kind(mode)), "a device or a socket")


def _files_of(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from (file for file in path.rglob("*") if os.path.isfile(file)) if os.path.isdir(path) else (path,)


def _files_below(given: Path, folder: Path) -> Iterator[Path]:
    """The files that an input is or holds, through links, without those below `folder` by their own names."""
    if not os.path.isdir(given):
        if os.path.exists(given):
            yield given
        return
    home, passed = folder.resolve(), set()
    for place, folders, files in os.walk(given, followlinks=True):
        key = _identity(Path(place))
        if key in passed or Path(place).resolve() == home:
            folders.clear()
            continue
        passed.add(key)
        yield from (path for name in files if os.path.exists(path := Path(place, name)))


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
