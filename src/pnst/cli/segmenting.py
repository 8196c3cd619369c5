"""The command that segments a lesion from a prompt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pnst.cli.arguments import folder_of, inputs_of, settings_of
from pnst.cli.commands import app
from pnst.cli.options import (
    BoxOption,
    CaseOption,
    CraniocaudalOption,
    FromOption,
    LineOption,
    LinesOption,
    OnOption,
    PointOption,
    PreviousOption,
    RoleOption,
    ScribblesOption,
    SettingsOption,
    StudyPath,
)
from pnst.cli.terminal import print_rows, progress


@app.command()
def segment(
    study: StudyPath,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for lesion, probability, prompt; - writes none.")
    ],
    line: LineOption = None,
    craniocaudal: CraniocaudalOption = None,
    lines: LinesOption = None,
    point: PointOption = None,
    box: BoxOption = None,
    scribbles: ScribblesOption = None,
    source: FromOption = None,
    on: OnOption = None,
    previous: PreviousOption = None,
    role: RoleOption = None,
    settings: SettingsOption = None,
    case_id: CaseOption = None,
) -> None:
    """Segment a lesion from a prompt: a line, lines at several levels, a point, a box, or scribbles.

    Writes lesion.nii.gz, probability.nii.gz, prompt.json (the prompt as it was read, RAS mm) and settings.toml.

    Example: pnst segment study/ --line 12,-31,40:47,-29,40:30,-42,40:31,-18,40 --craniocaudal 22,61 --out lesion/

    Example: pnst segment study/ --previous lesion/lesion.nii.gz --scribbles strokes.nii.gz --out corrected/
    """
    from pnst import workflow

    inputs = inputs_of(study, None, role, None, None, None, case_id, False)
    prompt = workflow.prompt_of(line, craniocaudal, lines, point, box, scribbles, source)
    inputs = replace(inputs, settings_file=settings, prompt=prompt, on=on, previous=previous)
    folder = folder_of(out)
    with progress() as show_stage:
        case = workflow.segment_step(inputs, folder, settings_of(settings, None), show_stage)
    (lesion,) = case.lesions
    print_rows(f"{case.study.case_id}, lesion {lesion.label}", workflow.segmented_rows(lesion))
