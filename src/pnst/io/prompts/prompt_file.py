"""Which file a prompt is in, which of a report's measurements it is, and what kind of prompt it was given for."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from pnst.io.masks.file import mask_file

PromptKind = Literal["lines", "scribbles"]


@dataclass(frozen=True)
class PromptFile:
    """A file of a prompt.

    >>> PromptFile.named("measured.dcm:2,3").groups
    '2,3'
    """

    file: Path
    groups: str | None = None
    """Numbers of a report's measurement groups; None: the only one there is."""
    kind: PromptKind | None = None
    """What it must hold; None: any prompt."""

    @classmethod
    def named(cls, source: str | PathLike[str], kind: PromptKind | None = None) -> PromptFile:
        """A text `FILE` or `FILE:NUMBERS` taken apart, as that of a mask is."""
        given = mask_file(source)
        return cls(given.file, given.label, kind)
