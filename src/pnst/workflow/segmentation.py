"""From a prompt to a lesion: by pnst, or by a segmenter that is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isnan, nan
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pnst.errors import InputError, SettingError
from pnst.image import Mask
from pnst.segmentation.outside import Segmenter
from pnst.segmentation.prompt import Box, Line, Point, Position, Prompt, Scribbles
from pnst.settings import RunSettings
from pnst.study import Lesion, Role, Study
from pnst.workflow.inputs import CaseInputs, Progress, no_progress

if TYPE_CHECKING:
    from pnst.io.prompts.read import PromptWithNotes

MADE_BY = "a segmenter outside pnst"


def segment_with(study: Study, prompt: Prompt, segmenter: Segmenter, *, label: str = "1") -> Lesion:
    """The lesion that another segmenter finds: any callable that takes a study and a prompt and gives a mask.

    Its mask is checked as that of a file is; the notes say where it lies, and what of the prompt it leaves out. Raises
    `InputError` where it gives no mask, or an empty one, `GeometryError` where that lies beside every image.

    A segmenter that answers with a ball of 10 mm about a point, 4/3·π = 4.19 ml:

    >>> import pnst
    >>> study = pnst.read_study("sample_data/benign_nifti")
    >>> grid = study.series["t1"].volume.grid
    >>> centre = tuple(grid.to_world((75, 70, 11)))
    >>> def ball(study, prompt):
    ...     places = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    ...     return pnst.Mask(np.linalg.norm(places - prompt.ras_mm, axis=-1) < 10, grid)
    >>> lesion = pnst.segment_with(study, pnst.Point(centre), ball)
    >>> round(lesion.mask.volume_mm3 / 1000, 1)
    4.2
    """
    from pnst.io.masks.placement import check_placement, undo_cropping

    mask: Any = segmenter(study, prompt)
    if not isinstance(mask, Mask):
        raise InputError(
            "the segmenter gave no mask",
            got=type(mask).__name__,
            expected="a pnst.Mask",
            remedy="return pnst.Mask(booleans, grid), with the grid of the series that it was made on",
        )
    placed = check_placement(mask, study, name=f"lesion {label!r}")
    whole = undo_cropping(mask, study)
    notes = (*placed, *left_out(prompt, whole))
    return Lesion(label, whole, MADE_BY, notes, drawing_method="semiautomatic")  # a prompt is a person's


def left_out(prompt: Prompt, mask: Mask) -> tuple[str, ...]:
    """A note where a lesion leaves out what its prompt says is inside: a point, or the middle of a line or a box."""
    positions = list(_inside(prompt))
    missed = [position for position in positions if not _holds(mask, position)]
    return (f"{len(missed)} of the prompt's {len(positions)} positions lie outside the lesion",) if missed else ()


def _holds(mask: Mask, position: Position) -> bool:
    index = np.rint(mask.grid.to_index(position))
    within = ((index >= 0) & (index < mask.grid.shape)).all()
    return bool(within and mask.data[tuple(index.astype(int))])


def _inside(prompt: Prompt) -> Iterator[Position]:
    if isinstance(prompt, Scribbles):
        return
    if isinstance(prompt, Point):
        yield prompt.ras_mm
    elif isinstance(prompt, Line):
        yield _middle(prompt.p_ras_mm, prompt.q_ras_mm)
    elif isinstance(prompt, Box):
        yield _middle(prompt.low_ras_mm, prompt.high_ras_mm)
    else:
        for mark in prompt:
            yield from _inside(mark)


def _middle(a: Position, b: Position) -> Position:
    x, y, z = ((one + other) / 2 for one, other in zip(a, b, strict=True))
    return x, y, z


def segment_study(
    study: Study, inputs: CaseInputs, settings: RunSettings, progress: Progress = no_progress
) -> tuple[Lesion, Prompt]:
    """The lesion of the inputs' prompt, and the prompt as it was read."""
    _role(inputs.on, study)  # refused before the prompt's file is read
    _segmenter(inputs, settings)
    prompt, notes = read_inputs_prompt(study, inputs)
    lesion = segment_prompt(study, prompt, inputs, settings, progress)
    return replace(lesion, notes=(*lesion.notes, *notes)) if notes else lesion, prompt


def segment_prompt(
    study: Study,
    prompt: Prompt,
    inputs: CaseInputs,
    settings: RunSettings,
    progress: Progress = no_progress,
    *,
    label: str = "1",
    others: Sequence[Lesion] = (),
) -> Lesion:
    """The lesion of a prompt that was read, by what the inputs and settings say is to segment it."""
    on, outside = _role(inputs.on, study), _segmenter(inputs, settings)
    progress("segmenting")
    if outside is not None:
        return segment_with(study, prompt, outside, label=label)
    from pnst.segmentation.segment import segment

    previous = _previous(study, inputs, prompt)
    return segment(study, prompt, label=label, on=on, previous=previous, others=others, progress=progress)


def read_inputs_prompt(study: Study, inputs: CaseInputs) -> PromptWithNotes:
    """The prompt of the inputs, read where it is a file."""
    from pnst.io.prompts.prompt_file import PromptFile
    from pnst.io.prompts.read import PromptWithNotes, read_prompt

    given = inputs.prompt
    if given is None:
        raise ValueError("inputs without a prompt")
    if isinstance(given, str | PathLike):
        given = PromptFile.named(given)
    if not isinstance(given, PromptFile):
        return PromptWithNotes(given)
    is_dicom = any(series.source.format == "dicom" for series in study.series.values())
    return read_prompt(given, study, Path(inputs.study) if is_dicom else None)


def _segmenter(inputs: CaseInputs, settings: RunSettings) -> Segmenter | None:
    """What segments instead of pnst; None where pnst does. Raises `SettingError` for what it would not use."""
    from pnst.workflow.segmenter_command import SegmenterCommand

    command = settings.segment
    outside = inputs.segmenter or (SegmenterCommand(command) if command.command is not None else None)
    unused = [name for name, value in (("on", inputs.on), ("previous", inputs.previous)) if value is not None]
    if outside is not None and unused:
        raise SettingError(
            "a segmenter outside pnst does not use this",
            got=", ".join(unused),
            expected="a prompt alone",
            remedy="leave it out, or let pnst segment (no segment.command in the settings)",
        )
    return outside


def _previous(study: Study, inputs: CaseInputs, prompt: Prompt) -> Lesion | None:
    """The lesion that is corrected; None where none is. Raises `SettingError` where nothing corrects it."""
    if inputs.previous is None:
        return None
    if not isinstance(prompt, Scribbles):
        raise SettingError(
            "only scribbles correct an earlier lesion",
            got="another prompt",
            expected="a label map: 1 on what belongs to the lesion, 2 on what does not",
            remedy="give --scribbles FILE with --previous, or leave --previous out",
        )
    from pnst.io.masks.file import mask_file
    from pnst.io.masks.read import read_lesion

    file, label = mask_file(inputs.previous)
    return read_lesion(file, study, label=label, keep_identity=inputs.keep_identity)


def _role(name: str | None, study: Study) -> Role | None:
    if name is None:
        return None
    if name not in study.series:
        raise SettingError(
            "no such series to segment on",
            got=str(name),
            expected=", ".join(study.series) or "a series",
            remedy="name one of the study's roles",
        )
    return Role(name)


def segmented_rows(lesion: Lesion) -> list[tuple[str, str, str]]:
    """What to show of a segmented lesion: what, its value, and what casts doubt on it."""
    dice = getattr(lesion, "predicted_dice", nan)
    doubt = list(dict.fromkeys((*getattr(lesion, "quality", ()), *lesion.notes)))
    rows = [
        ("volume", f"{lesion.mask.volume_mm3 / 1000:.3g} ml"),
        ("predicted Dice", "not predicted" if isnan(dice) else f"{dice:.2f}"),
    ]
    rows += [("", "")] * (len(doubt) - len(rows))
    return [(*row, note) for row, note in zip(rows, [*doubt, *[""] * len(rows)], strict=False)]
