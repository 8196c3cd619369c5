"""The commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pnst.cli.arguments import (
    changes_of,
    folder_of,
    format_of,
    inputs_of,
    only_folder,
    patient_of,
    settings_of,
    workers_of,
)
from pnst.cli.options import (
    AlignOption,
    BiasOption,
    BidsOption,
    BoxOption,
    CaseOption,
    CordLineOption,
    CraniocaudalOption,
    DicomOption,
    EnhancedOption,
    EvidenceOption,
    KeepOption,
    LesionOption,
    LikeOption,
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
    RealisticOption,
    RoleOption,
    ScribblesOption,
    SeedOption,
    SettingsOption,
    SpecOption,
    StructuresOption,
    StudyPath,
    TableOption,
    VendorOption,
    WorkersOption,
)
from pnst.cli.terminal import (
    cohort_progress,
    console,
    escaped,
    print_case,
    print_counts,
    print_failures,
    print_json,
    print_text,
    progress,
)

if TYPE_CHECKING:
    from pnst.workflow.simulation import Changes, StudyFormat

app = typer.Typer(
    name="pnst",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Measure peripheral nerve sheath tumours on MRI and score benign against malignant. Not a medical device.",
)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        import pnst

        typer.echo(f"pnst {pnst.__version__}")
        raise typer.Exit


@app.command()
def run(
    study: StudyPath,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for every output; - writes none.")],
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
    dicom: Annotated[
        bool,
        typer.Option("--dicom", help="Write DICOM SEG, ADC map and report as well; they carry the patient's identity."),
    ] = False,
) -> None:
    """The main job: measure the lesions of a study, score them, and write tables, a report and the regions.

    Example: pnst run study/ --lesion rtstruct.dcm:GTV_Mass --out results/

    Example: pnst run study/ --line 12,-31,40:47,-29,40 --out results/ (segments the lesion from its diameter first)
    """
    from pnst import workflow

    given = (patient, case_id, keep_identity, model, evidence, own_evidence)
    inputs = inputs_of(study, lesion, role, mask, override, *given)
    prompt = workflow.prompt_of(line, craniocaudal, lines, point, box, scribbles)
    inputs = replace(inputs, settings_file=settings, prompt=prompt, on=on, dicom=dicom)
    inputs = replace(inputs, mask_scheme=mask_scheme, structures=structures, cord_line=workflow.cord_line_of(cord_line))
    folder = folder_of(out)
    with progress() as show_stage:
        case = workflow.run_case(inputs, folder, settings_of(settings, prior, bias, align), show_stage)
    print_case(case, folder)
    print_failures(case)


@app.command()
def inspect(
    study: StudyPath,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    keep_identity: KeepOption = False,
) -> None:
    """Show each series of a study: its role, the reason for it, its voxels, b-values and unit.

    JSON may be kept: it holds no free text of a header or file name, unless --keep-identity asks for them.
    """
    from pnst import workflow

    if json:
        lesions = [file.to_dict() for file in workflow.lesion_files_at(study, keep_identity)]
        print_json(
            {"series": [guess.to_dict() for guess in workflow.inspect(study, keep_identity)], "lesions": lesions}
        )
        return
    from pnst.cli.inspecting import print_lesion_files, print_series

    print_series(workflow.inspect(study, keep_identity=True))
    print_lesion_files(workflow.lesion_files_at(study))


@app.command()
def measure(
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
    settings: SettingsOption = None,
    align: AlignOption = None,
    bias: BiasOption = None,
    case_id: CaseOption = None,
    out: OutOption = None,
) -> None:
    """Measure the lesions of a study: what `pnst run` writes, without an assessment and a report."""
    from pnst import workflow

    inputs = inputs_of(study, lesion, role, mask, override, None, case_id, False)
    prompt = workflow.prompt_of(line, craniocaudal, lines, point, box, scribbles)
    inputs = replace(inputs, settings_file=settings, prompt=prompt, on=on)
    inputs = replace(inputs, mask_scheme=mask_scheme, structures=structures, cord_line=workflow.cord_line_of(cord_line))
    folder = folder_of(out)
    with progress() as show_stage:
        case = workflow.measure_step(inputs, folder, settings_of(settings, None, bias, align), show_stage)
    if folder is None:
        print_text(workflow.measurements_json(case.measurements))
    print_failures(case)


@app.command()
def assess(
    measurements: Annotated[
        Path,
        typer.Argument(
            help="measurements.json of `pnst run` or `pnst measure`, the folder that holds it, or the folder of `pnst "
            "cohort`'s results."
        ),
    ],
    prior: PriorOption = None,
    patient: PatientOption = None,
    model: ModelOption = None,
    evidence: EvidenceOption = None,
    own_evidence: OwnEvidenceOption = None,
    settings: SettingsOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print where every number comes from.")] = False,
    out: OutOption = None,
) -> None:
    """Score measured lesions: assessment.json, from published evidence or by a trained model. Not a medical device.

    Without --settings, the settings.toml beside the measurements holds. Of a cohort every lesion is scored, with what
    its table says of the patient, into one table in a folder of its own; nothing is measured again.

    Example: pnst assess results/ --out results/

    Example: pnst assess cohort_results/ --prior 0.3 --out scored/
    """
    from pnst import workflow
    from pnst.cli.rescoring import assess_cohort
    from pnst.cohort.rescoring import Scoring, is_cohort

    folder = folder_of(out)
    if is_cohort(measurements):
        given = (patient_of(patient), settings, prior, model, tuple(evidence or ()), own_evidence)
        assess_cohort(measurements, folder, Scoring(*given), explain)
        return
    sites = evidence or (), own_evidence
    assessments = workflow.assess_step(measurements, folder, patient_of(patient), settings, prior, model, *sites)
    if explain:
        print_text(workflow.explanations(assessments))
    elif folder is None:
        print_text(workflow.assessments_json(assessments))


@app.command()
def report(
    study: StudyPath,
    results: Annotated[
        Path,
        typer.Option("--results", metavar="DIR", help="Folder of an earlier `pnst run`, or `measure` and `assess`."),
    ],
    role: RoleOption = None,
    mask: MaskOption = None,
    mask_scheme: MaskSchemeOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for report.html; - prints it (default: that of --results)."),
    ] = None,
) -> None:
    """Write report.html again from a study and the results of an earlier run."""
    from pnst import workflow

    inputs = replace(inputs_of(study, None, role, mask, None, None, None, False), mask_scheme=mask_scheme)
    folder = folder_of(out or results)
    page = workflow.report_step(inputs, results, folder)
    if folder is None:
        print_text(page)


@app.command()
def phantom(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the study, or for the cohort.")],
    like: LikeOption = None,
    seed: SeedOption = None,
    realistic: RealisticOption = False,
    spec: SpecOption = None,
    table: TableOption = None,
    dicom: DicomOption = False,
    vendor: VendorOption = None,
    enhanced: EnhancedOption = False,
    bids: BidsOption = False,
    workers: WorkersOption = None,
) -> None:
    """Simulate a study with an exact answer (truth.toml). A test object, never clinical evidence.

    With --table, a cohort: one study a row, in worker processes, and cohort.csv with what is where and the truth.
    Running it again makes only what is missing or changed; what failed is in failures.csv (exit status 1).

    Example: pnst phantom --like malignant --seed 3 --out study/

    Example: pnst phantom --table patients.csv --out cohort/ (columns: patient, label, like, seed, lesion.edema_mm, …)
    """
    out, changes = only_folder(out), changes_of(spec, like, seed, realistic)
    study_format = format_of(dicom, bids, vendor, enhanced)
    workers = workers_of(workers, table)
    if table is not None:
        _cohort(table, out, changes, study_format, workers)
        return
    from pnst import workflow

    with progress() as show_stage:
        show_stage("simulating")
        workflow.write_phantom(out, *changes, study_format=study_format)


def _cohort(
    table: Path, out: Path, changes: list[Changes | Path], study_format: StudyFormat, workers: int | None
) -> None:
    from pnst.cohort.simulated import FAILURES, INDEX, simulate_cohort

    with cohort_progress() as (plan, watch):
        outcomes = simulate_cohort(table, out, changes, study_format, workers, watch, plan)
    print_counts(outcomes, out, INDEX, FAILURES)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def fetch(
    url: Annotated[str, typer.Argument(help="dicomweb://HOST[:PORT]/PATH[/studies/UID]; dicomwebs:// for TLS.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the study.")],
    study: Annotated[str | None, typer.Option("--study", metavar="UID", help="Study Instance UID.")] = None,
    series: Annotated[str | None, typer.Option("--series", metavar="UID", help="Only this series.")] = None,
) -> None:
    """Bring a study from a DICOMweb server. Needs the optional part: pip install 'pnst[dicomweb]'.

    Credentials come from the environment: PNST_DICOMWEB_TOKEN, or PNST_DICOMWEB_USER and PNST_DICOMWEB_PASSWORD.

    Example: pnst fetch dicomwebs://pacs.example.org/dicom-web --study 1.2.840.1 --out study/
    """
    from rich.table import Table

    from pnst import workflow

    with progress() as show_stage:
        fetched_series = workflow.fetch(url, only_folder(out), study, series, show_stage)
    table = Table("modality", "instances", "where", title=escaped(str(out))[0], title_justify="left")
    for one in fetched_series:
        where = one.files[0] if len(one.files) == 1 else one.uid  # a SEG or RTSTRUCT is one file, for --lesion
        table.add_row(*escaped(one.modality or "–", str(len(one.files)), where))
    console().print(table)
