"""A command of another program as a segmenter: images and prompt in a private folder, a mask back."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from pnst.errors import InputError, PnstError
from pnst.image import Mask, Volume
from pnst.segmentation.outside import MASK, PROMPT, SCRIBBLES, SegmentSettings, filled, places_of
from pnst.segmentation.prompt import Prompt, Scribbles
from pnst.study import Role, Study
from pnst.workflow.outside_command import last_words, run_command


@dataclass(frozen=True)
class SegmenterCommand:
    """Runs the command that the settings name; a `Segmenter`."""

    settings: SegmentSettings

    def __call__(self, study: Study, prompt: Prompt) -> Mask:
        """The mask that the command writes, of one region.

        Raises `InputError` where the study lacks a series that the command names, the command cannot take the prompt,
        fails, takes too long, or writes no usable mask.
        """
        command = self.settings.command or ()
        with tempfile.TemporaryDirectory(prefix="pnst-") as folder:
            place = Path(folder)
            files = _written(places_of(command), study, prompt, place)
            with open(place / "stderr", "w+b") as errors:
                limit = self.settings.time_limit_s
                run_command(filled(command, files), errors, limit, "segment.time_limit_s", _bad_command)
                return _answer(Path(files[MASK]), study, errors)


def _written(names: set[str], study: Study, prompt: Prompt, folder: Path) -> dict[str, str]:
    """Every file that the command names, by the name in braces; the mask's is not there yet."""
    from pnst.io.nifti.read import write_volume
    from pnst.io.prompts.json_form import prompt_json

    _check_prompt(names, prompt)
    files = {MASK: folder / "mask.nii.gz"}
    for role in (role for role in Role if role in names):
        files[role] = folder / f"{role}.nii.gz"
        write_volume(files[role], _series(study, role))
    if PROMPT in names:
        files[PROMPT] = folder / "prompt.json"
        files[PROMPT].write_text(prompt_json(prompt), encoding="utf-8")
    if isinstance(prompt, Scribbles):
        files[SCRIBBLES] = folder / "scribbles.nii.gz"
        write_volume(files[SCRIBBLES], _label_map(prompt))
    return {name: str(file) for name, file in files.items()}


def _check_prompt(names: set[str], prompt: Prompt) -> None:
    painted = isinstance(prompt, Scribbles)
    if painted == (SCRIBBLES in names):
        return
    raise _bad_command(
        "scribbles, which the command does not name" if painted else "a prompt without the scribbles it names",
        "{scribbles} in a command for scribbles, {prompt} in one for other prompts",
        "give another kind of prompt, or change segment.command in the settings",
    )


def _series(study: Study, role: Role) -> Volume:
    if role not in study.series:
        present = ", ".join(study.series) or "none"
        raise _bad_command(f"{role}, where the study has {present}", "series of the study", "name another series")
    return study.series[role].volume


def _label_map(scribbles: Scribbles) -> Volume:
    labels = scribbles.lesion.data.astype(np.uint8)
    other = scribbles.other
    if other is not None:
        if not other.grid.matches(scribbles.lesion.grid):
            raise _bad_command("strokes on two grids", "strokes of one label map", "paint both on one image")
        labels[other.data] = 2
    return Volume(labels, scribbles.lesion.grid)


def _answer(file: Path, study: Study, errors: IO[bytes]) -> Mask:
    from pnst.io.masks.read import read_mask

    if not os.path.exists(file):
        raise _bad_command(f"no mask{last_words(errors)}", "a mask where {mask} says", "run the command by itself")
    try:
        return read_mask(file, study)
    except PnstError as error:
        raise _bad_command(f"{error.what}: {error.got}", error.expected, "run the command by itself") from error


def _bad_command(got: str, expected: str, remedy: str) -> InputError:
    return InputError("the segmenter's command gave no lesion", got=got, expected=expected, remedy=remedy)
