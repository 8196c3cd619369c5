"""The main job: read, preprocess, measure, assess, report, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError
from pnst.measurement.measurements import Measurements
from pnst.settings import RunSettings
from pnst.study import Lesion, Study
from pnst.workflow.serialise import assessments_json, measurements_csv, measurements_json

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment
    from pnst.classification.training.trained_model import TrainedModel
    from pnst.io.results import Content
    from pnst.measurement.family import Value
    from pnst.reporting.summary import LesionSummary

StrPath = str | PathLike[str]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class CaseInputs:
    """What to run on: a study, where its lesion is, and what the user knows better."""

    study: StrPath
    lesion: StrPath | None = None
    """Mask, SEG or RTSTRUCT; None: `lesion.nii.gz` in the study's folder."""
    label: str | None = None
    """One label of that file; None: every label."""
    roles: Mapping[str, str] = field(default_factory=dict)
    masks: Mapping[str, StrPath] = field(default_factory=dict)
    overrides: Mapping[str, Value] = field(default_factory=dict)
    patient: Mapping[str, Any] = field(default_factory=dict)
    case_id: str | None = None
    keep_identity: bool = False
    model: StrPath | TrainedModel | None = None
    """The folder of a trained model; None: the evidence model."""


@dataclass(frozen=True, eq=False)
class Case:
    """One study with its lesions and what was found in each."""

    study: Study
    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurements, ...] = ()
    assessments: tuple[Assessment, ...] = ()


def no_progress(_: str) -> None:
    """Progress that nobody watches."""


def run(
    inputs: CaseInputs, out: StrPath, settings: RunSettings | None = None, progress: Progress = no_progress
) -> Case:
    """The main job: every stage from reading to reporting, and every output written into `out`, whole or not at all."""
    from pnst.io.results import refuse_inputs

    settings = settings or RunSettings()
    given = (inputs.study, inputs.lesion, *inputs.masks.values(), *inputs.roles.values())
    refuse_inputs(Path(out), [Path(file) for file in given if file is not None])
    inputs = with_model(inputs)
    case = preprocess_case(read_case(inputs, progress), settings, progress)
    case = assess_case(measure_case(case, inputs, settings, progress), inputs, settings)
    progress("report")
    page = report_case(case)
    progress("writing")
    write_case(case, page, settings, Path(out))
    return case


def with_model(inputs: CaseInputs) -> CaseInputs:
    """The request with its model read: once for all lesions, and before the work starts."""
    if not isinstance(inputs.model, str | PathLike):
        return inputs
    from pnst.classification.training.model_folder import read_model

    return replace(inputs, model=read_model(inputs.model))


def read_case(inputs: CaseInputs, progress: Progress = no_progress) -> Case:
    """Read the study and its lesions."""
    from pnst.io.masks.read import read_lesion, read_lesions
    from pnst.io.study import read_study

    progress("reading the study")
    study = read_study(
        inputs.study,
        roles=inputs.roles or None,
        masks=inputs.masks or None,
        case_id=inputs.case_id,
        keep_identity=inputs.keep_identity,
    )
    file = Path(inputs.lesion) if inputs.lesion is not None else _default_lesion(Path(inputs.study))
    progress("reading the lesion")
    if inputs.label is not None:
        return Case(study, (read_lesion(file, study, label=inputs.label),))
    return Case(study, tuple(read_lesions(file, study)))


def preprocess_case(case: Case, settings: RunSettings, progress: Progress = no_progress) -> Case:
    """Divide shading out and move series onto the anatomical one, as the settings say; lesions stay where they are."""
    wanted, study = settings.preprocess, case.study
    if wanted.correct_bias:
        from pnst.preprocessing.bias import correct_bias

        progress("correcting shading")
        study = correct_bias(study, settings=wanted.bias)
    if wanted.align != "none":
        from pnst.preprocessing.align import align

        progress("aligning")
        study = align(study, wanted.align, settings=wanted.alignment, lesions=case.lesions)
    return replace(case, study=study)


def measure_case(case: Case, inputs: CaseInputs, settings: RunSettings, progress: Progress = no_progress) -> Case:
    """Measure every lesion."""
    from pnst.measurement.measure import measure

    measurements = []
    for lesion in case.lesions:
        progress(f"measuring {lesion.label}")
        measurements.append(measure(case.study, lesion, settings.measure, inputs.overrides))
    return replace(case, measurements=tuple(measurements))


def assess_case(case: Case, inputs: CaseInputs, settings: RunSettings) -> Case:
    """Score every lesion that was measured."""
    from pnst.classification.assess import assess

    patient = dict(inputs.patient) or None
    model = with_model(inputs).model
    assessments = [assess(m, patient=patient, settings=settings.assess, model=model) for m in case.measurements]
    return replace(case, assessments=tuple(assessments))


def report_case(case: Case) -> str:
    """One HTML page over the lesions that were assessed."""
    from pnst.reporting.report import report_lesions

    findings = list(zip(case.lesions, case.measurements, case.assessments, strict=True))
    return report_lesions(case.study, findings)


def summaries(case: Case) -> list[LesionSummary]:
    """What to show of each lesion first."""
    from pnst.reporting.summary import summarise

    return [summarise(m, a) for m, a in zip(case.measurements, case.assessments, strict=True)]


def write_case(case: Case, page: str, settings: RunSettings, out: Path) -> None:
    """Write every output of a run into `out` as one set; of a further lesion n, `lesion-n.nii.gz` and so on."""
    from pnst.image import Mask, Volume
    from pnst.io.results import numbered, write_results

    files: dict[str, Content] = {
        "measurements.json": measurements_json(case.measurements),
        "measurements.csv": measurements_csv(case.measurements),
        "assessment.json": assessments_json(case.assessments),
        "report.html": page,
        "settings.toml": _effective_settings(case, settings).to_toml(),
    }
    for n, (lesion, m) in enumerate(zip(case.lesions, case.measurements, strict=True), start=1):
        files[numbered("lesion.nii.gz", n)] = lesion.mask
        adc = m.regions.get("adc")
        if isinstance(adc, Volume):
            files[numbered("adc.nii.gz", n)] = adc
        regions = {name: region for name, region in m.regions.items() if isinstance(region, Mask)}
        if regions:
            files[numbered("regions", n)] = regions
    write_results(out, files)


def _effective_settings(case: Case, settings: RunSettings) -> RunSettings:
    """The settings with the prior that the lesions were assessed at, so that they give the same numbers again."""
    return settings.with_prior(case.assessments[0].prior) if case.assessments else settings


def _default_lesion(study: Path) -> Path:
    for name in ("lesion.nii.gz", "lesion.nii"):
        if (study / name).is_file():
            return study / name
    raise InputError(
        "no lesion to measure",
        got="no lesion mask given, and no lesion.nii.gz in the study's folder",
        expected="a mask (NIfTI, NRRD), a DICOM SEG or an RTSTRUCT",
        remedy="give it with --lesion FILE, or --lesion FILE:LABEL for one of its labels",
    )
