"""The command that shows a study on a page, to draw, correct and judge."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from pnst.cli.arguments import folder_of, inputs_of, settings_of
from pnst.cli.commands import app
from pnst.cli.options import (
    AlignOption,
    BiasOption,
    BoxOption,
    CaseOption,
    CordLineOption,
    CraniocaudalOption,
    EvidenceOption,
    KeepOption,
    LesionOption,
    LineOption,
    LinesOption,
    MaskOption,
    MaskSchemeOption,
    ModelOption,
    OnOption,
    OutOption,
    OverrideOption,
    OwnEvidenceOption,
    PatientOption,
    PointOption,
    PriorOption,
    RoleOption,
    ScribblesOption,
    SettingsOption,
    StructuresOption,
    StudyPath,
)
from pnst.cli.terminal import print_text, progress


@app.command()
def view(
    study: StudyPath,
    lesion: LesionOption = None,
    line: LineOption = None,
    craniocaudal: CraniocaudalOption = None,
    lines: LinesOption = None,
    point: PointOption = None,
    box: BoxOption = None,
    scribbles: ScribblesOption = None,
    on: OnOption = None,
    role: RoleOption = None,
    mask: MaskOption = None,
    mask_scheme: MaskSchemeOption = None,
    structures: StructuresOption = None,
    cord_line: CordLineOption = None,
    override: OverrideOption = None,
    prior: PriorOption = None,
    patient: PatientOption = None,
    model: ModelOption = None,
    evidence: EvidenceOption = None,
    own_evidence: OwnEvidenceOption = None,
    settings: SettingsOption = None,
    align: AlignOption = None,
    bias: BiasOption = None,
    case_id: CaseOption = None,
    keep_identity: KeepOption = False,
    out: OutOption = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=1, max=65535, help="Port (default: one that is free).")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Look at a study on a page of this machine: draw a line, correct the lesion, judge signs, see the odds, save.

    The page is served to this machine alone, to who has the address that is printed. What is saved into --out is what
    `pnst run` writes.

    Example: pnst view study/ --out results/

    Example: pnst view study/ --lesion rtstruct.dcm:GTV_Mass --out results/ --no-browser
    """
    from pnst import workflow
    from pnst.viewer.serve import open_session, serve

    given = (patient, case_id, keep_identity, model, evidence, own_evidence)
    inputs = inputs_of(study, lesion, role, mask, override, *given)
    prompt = workflow.prompt_of(line, craniocaudal, lines, point, box, scribbles)
    inputs = replace(inputs, settings_file=settings, prompt=prompt, on=on)
    inputs = replace(inputs, mask_scheme=mask_scheme, structures=structures, cord_line=workflow.cord_line_of(cord_line))
    chosen = settings_of(settings, prior, bias, align)
    with progress() as show_stage:
        session = open_session(inputs, chosen, None if out is None else folder_of(out), show_stage)
    serve(session, port, browser, print_text)
