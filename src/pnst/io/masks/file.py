"""Which file a mask is in, and which of its regions it is: `FILE` or `FILE:LABEL`."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import NamedTuple


class MaskFile(NamedTuple):
    """A mask file and the name or number of the one region that is meant; None: the only one there is."""

    file: Path
    label: str | None = None


def mask_file(source: str | PathLike[str]) -> MaskFile:
    """A text `FILE` or `FILE:LABEL` taken apart; a `Path` is a file, and so is a text that names one as it stands.

    >>> mask_file("rt.dcm:GTV_Edema").label, mask_file(Path("rt.dcm:GTV_Edema")).label, mask_file("m.nii.gz").label
    ('GTV_Edema', None, None)
    """
    if not isinstance(source, str) or Path(source).exists():
        return MaskFile(Path(source))
    colons = [place for place, sign in enumerate(source) if sign == ":" and 0 < place < len(source) - 1]
    if not colons:
        return MaskFile(Path(source))
    # A label may hold a colon too: the file is what exists.
    place = next((place for place in colons if Path(source[:place]).is_file()), colons[-1])
    return MaskFile(Path(source[:place]), source[place + 1 :])
