"""The seam for segmenters that are not pnst's: a callable, or a command that the settings name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Self

from pydantic import Field, model_validator

from pnst.image import Mask
from pnst.segmentation.prompt import Prompt
from pnst.stage_settings import StageSettings
from pnst.study import Role, Study

Segmenter = Callable[[Study, Prompt], Mask]
"""What segments a lesion: the study and a prompt in, a mask on any grid in RAS mm out."""

PROMPT, SCRIBBLES, MASK = "prompt", "scribbles", "mask"
PLACES = (*Role, PROMPT, SCRIBBLES, MASK)
"""What a command may name in braces: a series by its role, the prompt's files, and the mask that it writes."""
_PLACE = re.compile(r"\{(\w*)\}")


class SegmentSettings(StageSettings):
    """Who segments a prompt's lesion."""

    command: tuple[str, ...] | None = None
    """Program and arguments, run without a shell; `{t1}`, … `{water}`, `{prompt}`, `{scribbles}` and `{mask}` become
    file names. None: pnst segments."""
    time_limit_s: float = Field(900.0, gt=0)
    """A command that takes longer is ended (ours)."""

    @model_validator(mode="after")
    def _names_places(self) -> Self:
        if self.command is None:
            return self
        named = places_of(self.command)
        unknown = sorted(named - set(PLACES))
        if not self.command or not self.command[0].strip():
            raise ValueError("a command names a program")
        if unknown:
            raise ValueError(f"{{{unknown[0]}}} is none of {', '.join(f'{{{place}}}' for place in PLACES)}")
        if MASK not in named:
            raise ValueError("a command names {mask}, where it writes its answer")
        return self


class StructureSettings(StageSettings):
    """How long a program that finds structures may take."""

    time_limit_s: float = Field(3600.0, gt=0)
    """Each of its commands is ended after this long (ours)."""


def places_of(command: tuple[str, ...]) -> set[str]:
    """The names in braces among a command's words.

    >>> sorted(places_of(("tool", "--image={t1}", "{mask}")))
    ['mask', 't1']
    """
    return {name for word in command for name in _PLACE.findall(word)}


def filled(command: tuple[str, ...], files: dict[str, str]) -> list[str]:
    """The command's words with files in the place of the names in braces.

    >>> filled(("tool", "--image={t1}", "{mask}"), {"t1": "t1.nii.gz", "mask": "{t1}.nii.gz"})
    ['tool', '--image=t1.nii.gz', '{t1}.nii.gz']
    """
    return [_PLACE.sub(lambda name: files[name[1]], word) for word in command]
