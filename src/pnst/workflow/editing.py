"""A case that a person changes: the stages of `run`, one edit after another.

What is done to a case here ends with the numbers that `run` would have given for the lesion that came out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.measurement.overrides import check_overrides
from pnst.segmentation.prompt import Prompt, Scribbles
from pnst.settings import RunSettings
from pnst.study import Lesion, Study
from pnst.workflow.case import Case, assess_case, measure_case, preprocess_case, read_images, with_cord, with_lesions
from pnst.workflow.inputs import (
    CaseInputs,
    Progress,
    check_inputs,
    lesion_masks_in,
    no_progress,
    with_evidence,
    with_model,
)
from pnst.workflow.segmentation import segment_prompt

if TYPE_CHECKING:
    from pnst.image import Grid
    from pnst.measurement.family import Value


def start_case(
    inputs: CaseInputs, settings: RunSettings, progress: Progress = no_progress
) -> tuple[Case, CaseInputs, str]:
    """The study with the lesions that the inputs name or hold a prompt for, without any where they do neither.

    Returned with it: the inputs, their model and evidence read, and how the first lesion came about, in words.
    """
    check_inputs(inputs)
    check_overrides(inputs.overrides)
    inputs = with_evidence(with_model(inputs))
    study = read_images(inputs, progress, settings)
    is_given = inputs.prompt is not None or inputs.lesion is not None or bool(lesion_masks_in(Path(inputs.study)))
    if not is_given:
        return Case(study, ()), inputs, "images read"
    how = "lesion read" if inputs.prompt is None else "lesion segmented"
    return with_lesions(study, inputs, progress, settings), inputs, how


def segment_anew(
    case: Case, number: int, prompt: Prompt, inputs: CaseInputs, settings: RunSettings, progress: Progress = no_progress
) -> Case:
    """The case with lesion `number` (from 0) segmented from a prompt, in the place of the one that was there."""
    earlier = case.lesions[number] if case.lesions else None
    others = [lesion for lesion in case.lesions if lesion is not earlier]
    label = "1" if earlier is None else earlier.label
    lesion = segment_prompt(case.study, prompt, inputs, settings, progress, label=label, others=others)
    return _with(case, number, lesion, prompt)


def correct(case: Case, number: int, scribbles: Scribbles, progress: Progress = no_progress) -> Case:
    """The case with lesion `number` (from 0) changed where the scribbles say so."""
    from pnst.segmentation.segment import segment

    lesion = segment(case.study, scribbles, previous=case.lesions[number], progress=progress)
    return _with(case, number, lesion, scribbles)


def _with(case: Case, number: int, lesion: Lesion, prompt: Prompt) -> Case:
    lesions = (*case.lesions[:number], lesion, *case.lesions[number + 1 :])
    return Case(case.study, lesions, prompt=prompt)


class Preprocessing:
    """Prepares the study for its lesions, and keeps the last one: which series may move hangs on the voxels that the
    lesions were drawn on, and on nothing else of them.
    """

    def __init__(self, inputs: CaseInputs, settings: RunSettings) -> None:
        self._inputs, self._settings = inputs, settings
        self._kept: tuple[Study, tuple[Grid, ...], Study] | None = None

    def prepared(self, case: Case, progress: Progress = no_progress) -> Case:
        """The case with the cord that was asked for, shading divided out and series aligned, as the settings say."""
        grids = tuple(lesion.mask.grid for lesion in case.lesions)
        kept = self._kept
        if kept is None or kept[0] is not case.study or kept[1] != grids:
            kept = self._kept = case.study, grids, preprocess_case(case, self._settings, progress).study
        return with_cord(replace(case, study=kept[2]), self._inputs, progress)


def measured(
    case: Case, inputs: CaseInputs, settings: RunSettings, with_intervals: bool, progress: Progress = no_progress
) -> Case:
    """The lesions of a prepared case measured; without intervals in a third of the time, the same values."""
    if not with_intervals:
        once = settings.measure.uncertainty.model_copy(update={"repetitions": 0})
        quick = settings.measure.model_copy(update={"uncertainty": once})
        settings = settings.model_copy(update={"measure": quick})
    return measure_case(case, inputs, settings, progress)


def assessed(case: Case, overrides: Mapping[str, Value], inputs: CaseInputs, settings: RunSettings) -> Case:
    """A measured case scored with a reader's own words, which no measurement depends on."""
    words = check_overrides(overrides)
    measurements = tuple(replace(m, overrides=words) for m in case.measurements)
    return assess_case(replace(case, measurements=measurements), inputs, settings)
