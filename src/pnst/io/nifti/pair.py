"""Pairs of files: a NIfTI header (`.hdr`) and its voxels (`.img`), each packed by gzip or not."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ENDING = re.compile(r"\.(hdr|img)(\.gz)?$", re.IGNORECASE)


def is_pair(file: Path) -> bool:
    """Whether the file's name is that of a half of a pair."""
    return _ENDING.search(file.name) is not None


def header_of(file: Path) -> Path:
    """The `.hdr` beside an `.img`, any other file itself."""
    ending = _ENDING.search(file.name)
    header = _sibling(file, "hdr") if ending and ending[1].lower() == "img" else file
    return header if os.path.exists(header) else file


def voxels_of(header: Path) -> Path:
    """The `.img` of a pair whose `.hdr` is given."""
    return _sibling(header, "img")


def _sibling(file: Path, half: str) -> Path:
    """The other file of a pair, packed as this one is where it exists, else otherwise."""
    ending = _ENDING.search(file.name)
    if ending is None:
        return file
    stem = f"{file.name[: ending.start()]}.{half.upper() if ending[1].isupper() else half}"
    names = (stem + (ending[2] or ""), stem + ("" if ending[2] else ".gz"))
    return next(
        (file.with_name(name) for name in names if os.path.exists(file.with_name(name))), file.with_name(names[0])
    )
