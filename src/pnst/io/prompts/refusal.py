"""The errors of files of prompts: each names the file, and the place in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pnst.errors import InputError
from pnst.io.hidden_folder import short_name

KINDS = (
    "JSON or CSV of pnst, a markup of 3D Slicer (.mrk.json), a DICOM report of measurements (SR), or a label map of "
    "scribbles (NIfTI, NRRD, DICOM SEG)"
)
AGAIN = "correct the file, or give the positions themselves: --line, --point or --box"

T = TypeVar("T")


def bad_prompt(file: Path, got: str, expected: str = KINDS, remedy: str = AGAIN) -> InputError:
    """The error of a file that holds no usable prompt."""
    return InputError(f"cannot read a prompt from {short_name(file)!r}", got=got, expected=expected, remedy=remedy)


def made_of(file: Path, place: str, make: Callable[[], T]) -> T:
    """What `make` gives; what it refuses is told with the file and the place in it ("line 2")."""
    try:
        return make()
    except InputError as error:
        raise InputError(
            f"cannot read a prompt from {short_name(file)!r}",
            got=f"{place}: {error.what} ({error.got})",
            expected=error.expected,
            remedy=error.remedy,
        ) from error
