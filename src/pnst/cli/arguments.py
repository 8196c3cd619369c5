"""From the words of a command line to a `Request` and its settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst.settings import RunSettings
    from pnst.workflow import CaseInputs, StudyFormat
    from pnst.workflow.simulation import Changes


def inputs_of(
    study: Path,
    lesion: str | None,
    role: list[str] | None,
    mask: list[str] | None,
    override: list[str] | None,
    patient: str | None,
    case_id: str | None,
    keep_identity: bool,
    model: Path | None = None,
    evidence: list[Path] | None = None,
    own_evidence: Path | None = None,
) -> CaseInputs:
    """What a command is to work on. Raises `SettingError` for words that cannot be read."""
    from pnst.workflow import CaseInputs, value_of

    if case_id is not None and not case_id.strip():
        raise SettingError(
            "the case id is empty", got="nothing", expected="a name", remedy="write one, or leave it out"
        )
    return CaseInputs(
        study=study,
        lesion=lesion,
        roles=_pairs("--role", role),
        masks=_pairs("--mask", mask),
        overrides={column: value_of(value) for column, value in _pairs("--override", override).items()},
        patient=patient_of(patient),
        case_id=case_id,
        keep_identity=keep_identity,
        model=model,
        evidence=tuple(evidence or ()),
        own_evidence=own_evidence,
    )


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


def patient_of(text: str | None) -> dict[str, bool | float | str]:
    """The facts of `--patient`: "nf1=yes,age=34"."""
    if not text:
        return {}
    from pnst.workflow import value_of

    return {key: value_of(value) for key, value in _pairs("--patient", text.split(",") if text else None).items()}


def settings_of(
    file: Path | None, prior: float | None, bias: bool | None = None, align: str | None = None
) -> RunSettings:
    """The settings of a file, else the defaults; what the command line says beats theirs."""
    from pnst.settings import RunSettings

    settings = (RunSettings.from_toml(file) if file else RunSettings()).with_preprocessing(bias, align)
    return settings if prior is None else settings.with_prior(prior)


def changes_of(spec: Path | None, like: str | None, seed: int | None, realistic: bool = False) -> list[Changes | Path]:
    """What to simulate: a file beats the presets, the command line beats the file."""
    changes: dict[str, str | int | bool] = {}
    if like is not None or spec is None:
        changes["like"] = like or "benign"
    if seed is not None:
        changes["seed"] = seed
    if realistic:
        changes["realistic"] = True
    return [*([spec] if spec else []), changes]


def format_of(dicom: bool, bids: bool, vendor: str | None, enhanced: bool) -> StudyFormat:
    """How to write a simulated study. Raises `SettingError` for flags that do not go together."""
    from pnst.workflow import StudyFormat

    if dicom and bids:
        raise SettingError(
            "a study is written in one form", got="--dicom --bids", expected="one of them", remedy="leave one out"
        )
    return StudyFormat(format="dicom" if dicom else "bids" if bids else "nifti", vendor=vendor, enhanced=enhanced)


def workers_of(workers: int | None, table: Path | None) -> int | None:
    """The number of worker processes, None for the default. Raises `SettingError` where it says nothing."""
    if workers is None or (workers >= 1 and table is not None):
        return workers
    raise SettingError(
        "--workers is not usable",
        got=str(workers) if table else "no --table",
        expected="1 or more, with --table",
        remedy="correct it, or leave it out",
    )


TERMINAL = Path("-")
"""What `--out` is called that prints instead of writing."""


def folder_of(out: Path | None) -> Path | None:
    """The folder of `--out`; None where the answer is to be printed."""
    return None if out == TERMINAL else out


def only_folder(out: Path) -> Path:
    """The folder of `--out`. Raises `SettingError` where it asks for printing what cannot be printed."""
    if out != TERMINAL:
        return out
    raise SettingError(
        "this cannot be printed", got="--out -", expected="a folder for several files", remedy="name one with --out"
    )
