"""What the user gives as a study: a folder, a DICOMDIR, one image of a series, or an archive, which is refused."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pnst.errors import InputError
from pnst.io.dicom.listing import UnreadFile, archive_kind, list_tree
from pnst.regular_file import open_regular

_DIRECTORY_CLASS = b"1.2.840.10008.1.3.10"
_START_BYTES = 1024
_MAX_LISTED = 1000


@dataclass(frozen=True)
class GivenFiles:
    """The files to read for what was given."""

    files: tuple[tuple[Path, str], ...]
    unread: tuple[UnreadFile, ...] = ()
    of_series: bool = False
    """Whether one file was given: then `files` are those of its folder, of which its series is read."""
    of_directory: bool = False
    """Whether a DICOMDIR was given."""

    def notes(self, count: int) -> tuple[str, ...]:
        """What was read instead of the one file given; `count` is the number of images."""
        if self.of_series and count > 1:
            return (f"of the file given, the whole series was read: {count} files of its folder",)
        return ("of the DICOMDIR given, its folder was read",) if self.of_directory else ()


def files_to_read(path: Path) -> GivenFiles:
    """The files under a folder, those beside a DICOMDIR, or those beside a single image.

    Raises `InputError` for an archive: it is not unpacked in silence.
    """
    if not os.path.isfile(path):
        listing = list_tree(path)
        return GivenFiles(listing.files, listing.unread)
    start = _start_of(path)
    check_no_archive(path, start)
    if path.name.upper() == "DICOMDIR" or _DIRECTORY_CLASS in start:
        listing = list_tree(path.parent)
        return GivenFiles(listing.files, listing.unread, of_directory=True)
    beside = sorted(file for file in path.parent.iterdir() if os.path.isfile(file) and not file.name.startswith("."))
    return GivenFiles(tuple((file, file.name) for file in beside), of_series=True)


def archives_at(path: Path) -> list[str]:
    """The names of archives among the plain files of a folder, or of the one file given."""
    files = [path] if os.path.isfile(path) else sorted(path.iterdir()) if os.path.isdir(path) else []
    return [file.name for file in files[:_MAX_LISTED] if os.path.isfile(file) and archive_kind(_start_of(file))]


def check_no_archive(path: Path, start: bytes) -> None:
    """Raise `InputError` for the first bytes of an archive."""
    kind = archive_kind(start)
    if kind:
        raise InputError(
            f"{path.name!r} is {kind}",
            got="packed files",
            expected="a folder of DICOM or NIfTI images",
            remedy="unpack it and give the folder",
        )


def _start_of(path: Path) -> bytes:
    try:
        with open_regular(path) as stream:
            return stream.read(_START_BYTES)
    except OSError as error:
        raise InputError(
            f"cannot read {path.name!r}",
            got=str(error.strerror),
            expected="a file that can be read",
            remedy="correct it",
        ) from error
