"""Which file a mask is in, and which of its regions it is: `FILE` or `FILE:LABEL`."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from pnst.errors import InputError
from pnst.io.hidden_folder import short_name

OWN_NAMES = "own names"
"""The scheme of a file that says itself what its labels are: by codes, in its header, in a table beside it."""


class MaskFile(NamedTuple):
    """A mask file and the name or number of the one region that is meant; None: the only one there is."""

    file: Path
    label: str | None = None


class LabelMapFile(NamedTuple):
    """A file of many masks, and the scheme of its numbers."""

    file: Path
    scheme: str = OWN_NAMES

    @property
    def label(self) -> None:
        """All labels are meant."""


def mask_file(source: str | PathLike[str]) -> MaskFile:
    """A text `FILE` or `FILE:LABEL` taken apart; a `Path` is a file, and so is a text that names one as it stands.

    Raises `InputError` for a name that no file can have, and for one that leads to itself.

    >>> mask_file("rt.dcm:GTV_Edema").label, mask_file(Path("rt.dcm:GTV_Edema")).label, mask_file("m.nii.gz").label
    ('GTV_Edema', None, None)
    """
    mask = _split(source)
    try:
        os.stat(mask.file)
    except (FileNotFoundError, NotADirectoryError):
        pass  # for the reader, who knows what the mask is for
    except OSError as error:
        raise _no_file(mask.file, error.strerror or "a name that the system refuses") from error
    except ValueError as error:
        raise _no_file(mask.file, "a name that no file can have") from error
    return mask


def _split(source: str | PathLike[str]) -> MaskFile:
    if not isinstance(source, str) or os.path.exists(source):
        return MaskFile(Path(source))
    colons = [place for place, sign in enumerate(source) if sign == ":" and 0 < place < len(source) - 1]
    if not colons:
        return MaskFile(Path(source))
    # A label may hold a colon too: the file is what exists.
    place = next((place for place in colons if os.path.isfile(source[:place])), colons[-1])
    return MaskFile(Path(source[:place]), source[place + 1 :])


def _no_file(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read a mask from {short_name(file)!r}",
        got=got,
        expected="a mask file, or FILE:LABEL",
        remedy="correct the name",
    )
