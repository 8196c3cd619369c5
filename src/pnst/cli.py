"""The command line: thin words over `pnst.workflow`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from pnst.errors import InputError, PnstError, SettingError

app = typer.Typer(
    name="pnst",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Measure peripheral nerve sheath tumours on MRI and score benign against malignant. Not a medical device.",
)

StudyPath = Annotated[Path, typer.Argument(help="DICOM tree, BIDS dataset or subject, or folder of role-named NIfTI.")]
LesionOption = Annotated[
    str | None,
    typer.Option(
        "--lesion",
        metavar="MASK[:LABEL]",
        help="NIfTI or NRRD mask, DICOM SEG or RTSTRUCT, and one of its labels by name or number (default: all of "
        "them). Without this option, lesion.nii.gz in the study's folder.",
    ),
]
RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE=SERIES", help="Your word on a series; `pnst inspect` shows the keys."),
]
MaskOption = Annotated[
    list[str] | None,
    typer.Option("--mask", metavar="NAME=FILE", help="A mask of muscle or edema, instead of finding it."),
]
OverrideOption = Annotated[
    list[str] | None,
    typer.Option("--override", metavar="COLUMN=VALUE", help="Your own reading of a sign: split_fat.present=yes."),
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", metavar="FILE.toml", help="Settings to use.")]
PriorOption = Annotated[
    float | None,
    typer.Option("--prior", metavar="P", help="Probability of malignancy before the measurements (default 0.316)."),
]
PatientOption = Annotated[
    str | None,
    typer.Option("--patient", metavar="KEY=VALUE,…", help="Facts that decide warnings: nf1=yes,age=34,location=limb."),
]
CaseOption = Annotated[str | None, typer.Option("--case-id", metavar="ID", help="What to call the case in outputs.")]
OutFile = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write (default: print).")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"pnst {installed('pnst')}")
        raise typer.Exit


@app.command()
def run(
    study: StudyPath,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for every output.")],
    lesion: LesionOption = None,
    role: RoleOption = None,
    mask: MaskOption = None,
    override: OverrideOption = None,
    prior: PriorOption = None,
    patient: PatientOption = None,
    settings: SettingsOption = None,
    case_id: CaseOption = None,
    keep_identity: Annotated[
        bool, typer.Option("--keep-identity", help="Call a DICOM case by its patient ID.")
    ] = False,
) -> None:
    """The main job: measure the lesions of a study, score them, and write tables, a report and the regions.

    Example: pnst run study/ --lesion rtstruct.dcm:GTV_Mass --out results/
    """
    from pnst import workflow

    request = _request(study, lesion, role, mask, override, patient, case_id, keep_identity)
    with _progress() as progress:
        case = workflow.run(request, out, _settings(settings, prior), progress)
    _show(case, out)


@app.command()
def inspect(
    study: StudyPath,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show each series of a study: its role, the reason for it, its voxels, b-values and unit."""
    from pnst.io.study import inspect as guesses

    found = guesses(study)
    if json:
        _print_json({"series": [guess.to_dict() for guess in found]})
        return
    from rich.table import Table

    table = Table("key", "description", "role", "reason", "shape", "spacing mm", "b-values", "remarks")
    for guess in found:
        remarks = "; ".join([*guess.rivals, *guess.notes, *([guess.problem] if guess.problem else [])])
        table.add_row(
            *_escaped(
                guess.key,
                guess.description,
                guess.role or "–",
                guess.reason,
                "×".join(map(str, guess.shape or ())),
                " × ".join(f"{s:.3g}" for s in guess.spacing_mm or ()),
                ", ".join(f"{b:g}" for b in dict.fromkeys(guess.b_values or ())),
                remarks,
            )
        )
    _console().print(table)


@app.command()
def measure(
    study: StudyPath,
    lesion: LesionOption = None,
    role: RoleOption = None,
    mask: MaskOption = None,
    override: OverrideOption = None,
    settings: SettingsOption = None,
    case_id: CaseOption = None,
    out: OutFile = None,
) -> None:
    """Measure the lesions of a study: measurements.json, without an assessment."""
    from pnst import workflow

    request = _request(study, lesion, role, mask, override, None, case_id, False)
    with _progress() as progress:
        case = workflow.read_case(request, progress)
        case = workflow.measure_case(case, request, _settings(settings, None), progress)
    _emit(workflow.measurements_json(case.measurements), out)


@app.command()
def assess(
    measurements: Annotated[Path, typer.Argument(help="measurements.json of `pnst run` or `pnst measure`.")],
    prior: PriorOption = None,
    patient: PatientOption = None,
    settings: SettingsOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print where every number comes from.")] = False,
    out: OutFile = None,
) -> None:
    """Score measured lesions: assessment.json, from published evidence. Not a medical device."""
    from pnst import workflow

    found = workflow.assess_file(measurements, _patient(patient), _settings(settings, prior))
    if explain:
        _emit("\n\n".join(a.explain() for a in found), out)
        return
    _emit(workflow.assessments_json(found), out)


@app.command()
def report(
    study: StudyPath,
    results: Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of an earlier `pnst run`.")],
    role: RoleOption = None,
    out: OutFile = None,
) -> None:
    """Write the HTML report again from a study and the results of an earlier run, without measuring."""
    from pnst import workflow

    request = _request(study, None, role, None, None, None, None, False)
    _emit(workflow.report_results(request, results), out)


@app.command()
def phantom(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the study.")],
    like: Annotated[str, typer.Option("--like", help="benign or malignant.")] = "benign",
    seed: Annotated[int, typer.Option("--seed", help="Of noise and irregularity.")] = 0,
    dicom: Annotated[bool, typer.Option("--dicom", help="Write DICOM instead of NIfTI.")] = False,
) -> None:
    """Simulate a study with an exact answer (truth.toml). A test object, never clinical evidence."""
    from pnst import workflow

    with _progress() as progress:
        progress("simulating")
        workflow.write_phantom(out, like=like, seed=seed, format="dicom" if dicom else "nifti")


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

    from pnst.io.dicomweb import fetch_study

    with _progress() as progress:
        found = fetch_study(url, out, study, series, progress)
    table = Table("modality", "instances", "where", title=_escaped(str(out))[0], title_justify="left")
    for one in found:
        where = one.files[0] if len(one.files) == 1 else one.uid  # a SEG or RTSTRUCT is one file, for --lesion
        table.add_row(*_escaped(one.modality or "–", str(len(one.files)), where))
    _console().print(table)


UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""What every misuse of the command line is; typer carries its own click and exports only this child."""


def main() -> None:
    """Run the command line; refusals are one line on standard error and exit status 2."""
    try:
        status = app(standalone_mode=False)
    except PnstError as error:
        sys.exit(_refused(error))
    except typer.Abort:
        sys.exit(130)  # interrupted, as a shell says it
    except UsageError as error:
        if len(sys.argv) == 1:  # the message is the help itself
            sys.stderr.write(f"{error}\n")
            sys.exit(2)
        command = " ".join(["pnst", *sys.argv[1:2]]) if sys.argv[1] in _commands() else "pnst"
        expected = f"a command line as `{command} --help` describes it"
        message = str(error).rstrip(".")
        sys.exit(_refused(SettingError(message, got=" ".join(sys.argv[1:]), expected=expected, remedy="correct it")))
    sys.exit(status or 0)


def _commands() -> list[str]:
    return [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


def _refused(error: PnstError) -> int:
    sys.stderr.write(f"pnst: {_one_line(str(error))}\n")
    return 2


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _request(
    study: Path,
    lesion: str | None,
    role: list[str] | None,
    mask: list[str] | None,
    override: list[str] | None,
    patient: str | None,
    case_id: str | None,
    keep_identity: bool,
) -> Any:
    from pnst.workflow import Request

    if case_id is not None and not case_id.strip():
        raise SettingError(
            "the case id is empty", got="nothing", expected="a name", remedy="write one, or leave it out"
        )
    file, label = _lesion(lesion)
    return Request(
        study=study,
        lesion=file,
        label=label,
        roles=_pairs("--role", role),
        masks=_pairs("--mask", mask),
        overrides={column: _value(value) for column, value in _pairs("--override", override).items()},
        patient=_patient(patient),
        case_id=case_id,
        keep_identity=keep_identity,
    )


def _lesion(text: str | None) -> tuple[Path | None, str | None]:
    """`MASK[:LABEL]`; a file whose own name holds a colon is still a file."""
    if text is None:
        return None, None
    file, colon, label = text.rpartition(":")
    if not colon or Path(text).exists() or not label:
        return Path(text), None
    return Path(file), label


def _pairs(option: str, items: list[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in items or []:
        key, equals, value = item.partition("=")
        if not (equals and key.strip() and value.strip()):
            raise SettingError(
                f"cannot read {option}", got=item, expected="NAME=VALUE", remedy=f"write it as {option} NAME=VALUE"
            )
        if key.strip() in pairs:
            raise SettingError(
                f"{option} names {key.strip()!r} twice",
                got=f"{pairs[key.strip()]} and {value.strip()}",
                expected="each name once",
                remedy="leave one of them out",
            )
        pairs[key.strip()] = value.strip()
    return pairs


def _patient(text: str | None) -> dict[str, bool | float | str]:
    return {key: _value(value) for key, value in _pairs("--patient", text.split(",") if text else None).items()}


def _value(text: str) -> bool | float | str:
    """A boolean (yes, no, true, false), a number, or the text itself."""
    known = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() in known:
        return known[text.lower()]
    try:
        return float(text)
    except ValueError:
        return text


def _settings(file: Path | None, prior: float | None) -> Any:
    from pnst.settings import RunSettings

    settings = RunSettings.from_toml(file) if file else RunSettings()
    return settings if prior is None else settings.with_prior(prior)


def _emit(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text)
        return
    from pnst.io.atomic import whole_file

    try:
        with whole_file(out) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {out.name!r}",
            got=error.strerror or "a file that cannot be written",
            expected="the name of a file, in a folder that can be written",
            remedy="choose another file with --out",
        ) from error


def _print_json(content: Any) -> None:
    import json

    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _console() -> Any:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 200)


def _escaped(*cells: str) -> list[str]:
    from rich.markup import escape

    return [escape(cell) for cell in cells]


@contextmanager
def _progress() -> Iterator[Any]:
    """Say the stage on a terminal; stay quiet in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda stage: status.update(_escaped(stage)[0])


def _show(case: Any, out: Path) -> None:
    """The table that answers the question, and where the rest is."""
    from rich.table import Table

    from pnst.reporting.summary import summarise

    console = _console()
    for m, a in zip(case.measurements, case.assessments, strict=True):
        lesion = summarise(m, a)
        table = Table("what", "value", title=_escaped(lesion.title)[0], title_justify="left")
        for name, value in lesion.rows:
            table.add_row(*_escaped(name, value))
        console.print(table)
    console.print(_escaped(f"report: {out / 'report.html'}")[0], soft_wrap=True)
    console.print("Research software, not a medical device.")
