"""What a case's result depends on, as digests: the code that made it, and the files that it read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "scipy", "scikit-image", "scikit-learn", "SimpleITK", "nibabel", "pydicom", "edt")
"""Those whose version may move a number."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Inputs:
    """Two digests of the same files: the first is quick to make, the second decides."""

    seen: str
    """Of names, sizes and times: equal, the files are the same."""
    content: str
    """Of names and bytes."""

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Inputs:
        """Both digests of the files and of all files below the folders; a path where nothing lies counts as absent."""
        return cls(seen_digest(paths), content_digest(paths))


@cache
def code_digest() -> str:
    """SHA-256 of the package's sources and data, and of the versions of the libraries that compute."""
    package = Path(__file__).parents[1]
    files = sorted(f for f in package.rglob("*") if os.path.isfile(f) and f.suffix not in (".pyc", ".so"))
    sources = [(f.relative_to(package).as_posix(), file_digest(f)) for f in files]
    return _digest([sources, [_version(library) for library in LIBRARIES]])


def seen_digest(paths: Sequence[Path]) -> str:
    """SHA-256 of the files' names, sizes, and times of change: nothing is read."""
    return _digest([[name, *_stamp(file)] for name, file in _files(paths)])


def content_digest(paths: Sequence[Path]) -> str:
    """SHA-256 of the files' names and bytes."""
    return _digest([[name, file_digest(file) if os.path.isfile(file) else None] for name, file in _files(paths)])


def file_digest(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Every file with its name below the given path, in one order; hidden files are read by nothing."""
    for number, path in enumerate(paths):
        if not os.path.isdir(path):
            yield f"{number}:{path.name}", path
            continue
        below = sorted((file.relative_to(path), file) for file in path.rglob("*"))
        for name, file in below:
            if not any(part.startswith(".") for part in name.parts) and not os.path.isdir(file):
                yield f"{number}:{name.as_posix()}", file


def _stamp(file: Path) -> list[int]:
    """Size, and when bytes and facts last changed; copied with its old time, a file still shows the latter."""
    try:
        stat = file.stat()
    except OSError:
        return []
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
