"""The plain files of a tree, and everything else in it by name: links, pipes, folders that cannot be opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pnst.regular_file import open_regular

_TEXT_BYTES = 4096
_HEAD_BYTES = 1 << 16
_UID_ROOT = b"1.2.840.10008."
_IMAGE_SUFFIXES = frozenset(
    {"", ".dcm", ".ima", ".dicom", ".img", ".mr", ".dc3", ".acr", ".bin", ".raw", ".part", ".tmp"}
)
"""Endings under which DICOM files are kept; a UID as a name ends in digits."""
_ARCHIVES = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
)


@dataclass(frozen=True)
class UnreadFile:
    """A file or folder that may hold images and was not read, and why."""

    name: str
    """Relative to the folder given."""
    reason: str
    is_folder: bool = False


@dataclass(frozen=True)
class Listing:
    """What lies under a folder."""

    files: tuple[tuple[Path, str], ...]
    """Plain files, each with its name relative to the folder."""
    unread: tuple[UnreadFile, ...] = ()


def list_tree(path: Path) -> Listing:
    """All plain files under a folder (or the file itself); links to folders are named, not followed.

    Hidden files and folders are left out, and named where they hold what starts as DICOM does.
    """
    if os.path.isfile(path):
        return Listing(((path, path.name),))
    files: list[tuple[Path, str]] = []
    unread: list[UnreadFile] = []
    root = str(path)

    def name_of(folder: str, name: str = "") -> str:
        inside = folder[len(root) :].strip(os.sep).replace(os.sep, "/")
        return "/".join(filter(None, (inside, name)))

    def closed(error: OSError) -> None:
        name = name_of(str(error.filename)) or path.name
        unread.append(UnreadFile(name, f"a folder that cannot be opened ({error.strerror})", is_folder=True))

    for folder, folders, names in os.walk(root, onerror=closed):
        hidden = name_of(folder).startswith(".") or "/." in name_of(folder)
        folders.sort()
        links = [name for name in folders if os.path.islink(Path(folder, name))]
        unread += [UnreadFile(name_of(folder, n), "a link to a folder, which is not followed", True) for n in links]
        for name in sorted(names):
            file = Path(folder, name)
            reason = _why_unreadable(file)
            if hidden or name.startswith("."):
                if not reason and starts_as_dicom(file):
                    unread.append(
                        UnreadFile(name_of(folder, name), "a hidden DICOM file (a name that begins with a dot)")
                    )
            elif reason:
                unread.append(UnreadFile(name_of(folder, name), reason))
            else:
                files.append((file, name_of(folder, name)))
    return Listing(tuple(files), tuple(unread))


def unread_reason(file: Path, suffixes: frozenset[str]) -> str:
    """Why a plain file that does not start as DICOM may still be a lost image; "" for what is plainly something else.

    `suffixes` are those of the DICOM files beside it.
    """
    with open_regular(file) as stream:
        head = stream.read(_HEAD_BYTES)
    archive = archive_kind(head)
    if archive:
        return f"{archive}, which is not unpacked" if not file.name.lower().endswith((".nii.gz", ".nrrd")) else ""
    if not may_be_image(file, suffixes):
        return ""
    if not head:
        return "an empty file"
    return "" if _is_text(head[:_TEXT_BYTES]) else "no DICOM header at its start"


def holds_dicom_values(file: Path) -> bool:
    """Whether a file without DICOM's start has a DICOM header's identifiers further on: its start was destroyed."""
    with open_regular(file) as stream:
        head = stream.read(_HEAD_BYTES)
    return _UID_ROOT in head and b"\0" in head


def may_be_image(file: Path, suffixes: frozenset[str]) -> bool:
    """Whether a DICOM image may bear such a name: no ending, a usual one, digits, or that of other images beside it."""
    suffix = file.suffix.lower()
    return suffix in _IMAGE_SUFFIXES or suffix in suffixes or suffix[1:].isdigit()


def starts_as_dicom(file: Path) -> bool:
    """Whether a plain file starts as a DICOM file does."""
    try:
        with open_regular(file) as stream:
            return is_dicom_start(stream.read(132))
    except OSError:
        return False


def is_dicom_start(start: bytes) -> bool:
    """Whether the first 132 bytes of a file are those of a DICOM file, with or without its preamble."""
    lead = start[:2] in (b"\x08\x00", b"\x02\x00") and start[3:4] == b"\0"
    return start[128:132] == b"DICM" or (lead and len(start) > 8)


def archive_kind(head: bytes) -> str:
    """What kind of archive starts like this, "" for none.

    >>> archive_kind(b"PK\\x03\\x04..."), archive_kind(b"DICM")
    ('a ZIP archive', '')
    """
    return next((kind for start, kind in _ARCHIVES if head.startswith(start)), "")


def unread_notes(unread: tuple[UnreadFile, ...]) -> tuple[str, ...]:
    """How many files and folders were not read, without their names."""
    folders = sum(entry.is_folder for entry in unread)
    counts = [(len(unread) - folders, "file"), (folders, "folder")]
    counted = " and ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n)
    if not unread:
        return ()
    return (
        f"{counted} that may hold images {'was' if len(unread) == 1 else 'were'} not read: pnst inspect names them",
    )


def _why_unreadable(file: Path) -> str:
    """Why a file is none that can be opened; "" for a plain file."""
    try:
        mode = os.stat(file).st_mode
    except OSError as error:
        return "a link to nothing" if os.path.islink(file) else f"a file that cannot be reached ({error.strerror})"
    if stat.S_ISREG(mode):
        return ""
    kinds: Iterator[str] = (name for test, name in _KINDS if test(mode))
    return f"{next(kinds, 'something that holds no bytes')}, not a plain file"


_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _is_text(head: bytes) -> bool:
    """Whether bytes are text in any character set of single bytes or UTF-8: no control characters but white space."""
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
