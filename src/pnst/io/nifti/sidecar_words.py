"""Facts of a JSON sidecar that are said in words: fat suppression and contrast agent, understood as the DICOM reader's.

A word that cannot be understood is refused, and not repeated: a text of a header may hold a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pnst.errors import InputError
from pnst.io.fat_suppression import SUPPRESSING_OPTIONS, fat_suppressed, joined_options

_SUPPRESSED = SUPPRESSING_OPTIONS | {"YES", "Y", "TRUE", "ON", "FAT", "FAT_AND_WATER"}
_NOT_SUPPRESSED = frozenset({"NO", "N", "FALSE", "OFF", "NONE"})
_NO_AGENT = frozenset({"NO", "NONE", "N", "WITHOUT", "0", "FALSE"})
_NOT_GIVEN = (None, "", "n/a")


def fat_suppression_of(facts: Mapping[str, Any], file: Path) -> bool | None:
    """What FatSuppression says, else ScanOptions; None where neither is written.

    Raises `InputError` for a fat suppression that is neither yes nor no, and scan options that are no texts.
    """
    written = facts.get("FatSuppression")
    if isinstance(written, int | float) and written in (0, 1):
        return bool(written)
    if written in _NOT_GIVEN:
        return _by_options(facts.get("ScanOptions"), file)
    word = written.strip().upper() if isinstance(written, str) else None
    if word not in _SUPPRESSED | _NOT_SUPPRESSED:
        raise _not_understood(file, "FatSuppression", "true or false")
    return word in _SUPPRESSED


def contrast_agent_of(facts: Mapping[str, Any], file: Path) -> bool | None:
    """Whether an agent is named, by the ingredient before the agent; None where neither is written.

    Raises `InputError` for one that is no text.
    """
    for key in ("ContrastBolusIngredient", "ContrastBolusAgent"):
        written = facts.get(key)
        if isinstance(written, bool):
            return written
        if not isinstance(written, str | None):
            raise _not_understood(file, key, "the name of a contrast agent, or NONE")
        if written not in _NOT_GIVEN:
            return written.strip().upper() not in _NO_AGENT
    return None


def _by_options(options: Any, file: Path) -> bool | None:
    texts = options if isinstance(options, list) else [] if options is None else [options]
    if not all(isinstance(text, str) for text in texts):
        raise _not_understood(file, "ScanOptions", "a text, or a list of texts")
    return fat_suppressed(word for text in texts for word in joined_options(text))


def _not_understood(file: Path, key: str, expected: str) -> InputError:
    return InputError(
        f"cannot use {file.name!r}",
        got=f"{key} with a value that cannot be understood",
        expected=expected,
        remedy="correct the file, or take this fact out of it",
    )
