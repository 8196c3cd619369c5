"""The files of a tree: which are DICOM images, and what their headers say. Pixels are not touched."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pnst.errors import InputError
from pnst.io.dicom.copies import without_copies
from pnst.io.dicom.frame import Header
from pnst.io.dicom.given import files_to_read
from pnst.io.dicom.image_file import damage, read_file
from pnst.io.dicom.listing import (
    UnreadFile,
    holds_dicom_values,
    list_tree,
    may_be_image,
    starts_as_dicom,
    unread_notes,
    unread_reason,
)
from pnst.io.dicom.segments import SegmentHeader
from pnst.regular_file import open_regular

_PREFETCH_THREADS = 4
_MIN_PREFETCH_FILES = 256
"""Files above which fetching ahead pays: for fewer, the threads cost more than they save."""
_PREFETCH_BYTES = 1 << 16


@dataclass(frozen=True)
class Tree:
    """What the files of a tree say."""

    headers: tuple[Header, ...]
    damaged: tuple[InputError, ...]
    """One error for each file that is DICOM by its name or first bytes and cannot be read."""
    notes: tuple[str, ...]
    unread: tuple[UnreadFile, ...] = ()
    """Files and folders that may hold images and were not read."""
    twins: tuple[tuple[Header, Header], ...] = ()
    """Files that hold one instance in other bytes, of which the first is read: their voxels must be the same."""
    segments: tuple[SegmentHeader, ...] = ()
    """Of all DICOM SEG objects; their frames are not read."""


def list_files(path: Path) -> list[tuple[Path, str]]:
    """All plain files under a folder (or the file itself), each with its name relative to it; no hidden ones."""
    return list(list_tree(path).files)


def read_tree(path: Path) -> Tree:
    """Read the headers of all DICOM images and segmentations under `path`; other objects and files are skipped.

    Of a DICOMDIR its folder is read, of a single classic image the series that it belongs to. Parsing holds Python's
    lock, so it stays in one thread; of many files others fetch the first bytes ahead of it.
    """
    given = files_to_read(path)
    files = given.files
    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=_PREFETCH_THREADS) as pool:
        warnings.simplefilter("ignore")  # pydicom's remarks on odd headers; what matters becomes an error here
        for share in range(_PREFETCH_THREADS if len(files) > _MIN_PREFETCH_FILES else 0):
            pool.submit(_prefetch, [file for file, _ in files[share::_PREFETCH_THREADS]])
        results = [read_file(file) for file in files]
    suffixes = frozenset(h.pixels.file.suffix.lower() for h in results if isinstance(h, Header))
    skipped = [] if given.of_series else [f for f, result in zip(files, results, strict=True) if result is None]
    lost = [_lost_image(file, suffixes) for file in skipped]
    headers, twins, notes = without_copies(_of_given_series(path, results) if given.of_series else _headers(results))
    unread = (*given.unread, *(f for f in (*results, *lost) if isinstance(f, UnreadFile)))
    return Tree(
        headers=headers,
        damaged=tuple(r for r in (*results, *lost) if isinstance(r, InputError)),
        notes=(*notes, *given.notes(len(headers)), *unread_notes(unread)),
        segments=tuple(segment for r in results if isinstance(r, tuple) for segment in r),
        twins=twins,
        unread=unread,
    )


def is_dicom(file: Path) -> bool:
    """Whether a plain file starts as a DICOM file does."""
    return starts_as_dicom(file)


def _headers(results: Sequence[object]) -> list[Header]:
    return [r for r in results if isinstance(r, Header)]


def _of_given_series(path: Path, results: Sequence[object]) -> list[Header]:
    """The headers of the series that the one given file belongs to."""
    headers = _headers(results)
    given = next((h for h in headers if h.pixels.file == path), None)
    return [h for h in headers if given is not None and h.series_uid == given.series_uid]


def _lost_image(file: tuple[Path, str], suffixes: frozenset[str]) -> UnreadFile | InputError | None:
    """What a file that does not start as DICOM does may have been; None for what is plainly something else."""
    path, name = file
    try:
        if starts_as_dicom(path):
            return None  # an object that is no image
        if may_be_image(path, suffixes) and holds_dicom_values(path):
            return damage(name, "a DICOM header whose start is destroyed")
        reason = unread_reason(path, suffixes)
    except OSError as error:
        return UnreadFile(name, f"a file that cannot be read ({error.strerror})")
    return UnreadFile(name, reason) if reason else None


def _prefetch(files: Iterable[Path]) -> None:
    """Bring the start of each file into the system's cache."""
    for file in files:
        with contextlib.suppress(OSError), open_regular(file) as stream:
            stream.read(_PREFETCH_BYTES)
