"""What headers say of fat suppression: the words of Scan Options, in DICOM (0018,0022) and in a converter's sidecar."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

SUPPRESSING_OPTIONS = frozenset({"FS", "SFS", "FATSAT", "SPIR", "SPAIR", "FAT_SAT"})


def fat_suppressed(options: Iterable[str]) -> bool | None:
    """What Scan Options say of fat suppression; None where they say nothing at all.

    >>> fat_suppressed(["PFP", "spair"]), fat_suppressed(["PFP"]), fat_suppressed([""])
    (True, False, None)
    """
    named = {option.upper() for option in options if option}
    return bool(named & SUPPRESSING_OPTIONS) if named else None


def joined_options(text: str) -> list[str]:
    r"""The options of one text, which converters join by backslashes, underscores, commas or spaces.

    >>> joined_options(r"PFP_FAT_SAT"), joined_options(r"SAT2\FS")
    (['PFP', 'FAT', 'SAT', 'PFP_FAT', 'FAT_SAT'], ['SAT2', 'FS', 'SAT2_FS'])
    """
    words = [word for word in re.split(r"[\\_,;\s]+", text) if word]
    return [*words, *(f"{one}_{next_one}" for one, next_one in pairwise(words))]
