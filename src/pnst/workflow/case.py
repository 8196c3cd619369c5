"""The main job: read, preprocess, measure, assess, report, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError, PnstError
from pnst.measurement.measurements import Measurements
from pnst.measurement.overrides import check_overrides
from pnst.settings import RunSettings
from pnst.study import Lesion, Study
from pnst.workflow.serialise import assessments_json, measurements_csv, measurements_json

if TYPE_CHECKING:
    import pandas as pd

    from pnst.classification.assessment import Assessment
    from pnst.classification.training.trained_model import TrainedModel
    from pnst.evidence.site import Site
    from pnst.io.masks.file import MaskFile
    from pnst.io.output_folder import OutputFolder
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
    """Mask, SEG or RTSTRUCT, as text also `FILE:LABEL`; None: `lesion.nii.gz` in the study's folder."""
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
    evidence: Sequence[Site] = ()
    """Folders of other sites' evidence, as `pnst evidence` writes them."""
    own_evidence: Site | None = None
    """Such a folder of one's own site."""
    settings_file: StrPath | None = None
    """Where the settings were read; None: nowhere."""


@dataclass(frozen=True, eq=False)
class Case:
    """One study with its lesions and what was measured of each."""

    study: Study
    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurements, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    """Label of a lesion that could not be measured or assessed → why; it stands in none of the other fields."""

    def to_frame(self) -> pd.DataFrame:
        """One row a lesion: every measured column, and the probability with its interval."""
        import pandas as pd

        rows = []
        for index, m in enumerate(self.measurements):
            scored = self.assessments[index].row() if index < len(self.assessments) else {}
            rows.append({**m.row(), **scored})
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        parts = [part._repr_html_() for pair in zip(self.measurements, self.assessments, strict=False) for part in pair]
        return self.study._repr_html_() + "".join(parts)


def no_progress(_: str) -> None:
    """Progress that nobody watches."""


def run_case(
    inputs: CaseInputs, out: StrPath | None, settings: RunSettings | None = None, progress: Progress = no_progress
) -> Case:
    """The main job: every stage from reading to reporting, and every output written into `out`, whole or not at all.

    Without `out` nothing is written, and no page is made.
    """
    settings = settings or RunSettings()
    if out is None:
        return _assessed(inputs, settings, progress)
    from pnst.io.results import results_folder

    with results_folder(Path(out), given_paths(inputs)) as folder:
        case = _assessed(inputs, settings, progress)
        progress("report")
        page = report_case(case)
        progress("writing")
        write_case(case, page, settings, folder)
    return case


def _assessed(inputs: CaseInputs, settings: RunSettings, progress: Progress) -> Case:
    """Every stage from reading to assessing."""
    check_overrides(inputs.overrides)  # before the work, not after it
    inputs = with_evidence(with_model(inputs))
    case = preprocess_case(read_case(inputs, progress), settings, progress)
    return assess_case(measure_case(case, inputs, settings, progress), inputs, settings)


def given_paths(inputs: CaseInputs) -> list[Path]:
    """What the work reads, which no output may replace."""
    from pnst.io.masks.file import mask_file

    model = inputs.model if isinstance(inputs.model, str | PathLike) else None
    masks = [mask_file(given).file for given in (inputs.lesion, *inputs.masks.values()) if given is not None]
    sites = [site for site in (*inputs.evidence, inputs.own_evidence) if isinstance(site, str | PathLike)]
    others = (inputs.study, *inputs.roles.values(), model, inputs.settings_file, *sites)
    return [*masks, *(Path(file) for file in others if file is not None)]


def with_model(inputs: CaseInputs) -> CaseInputs:
    """The request with its model read: once for all lesions, and before the work starts."""
    if not isinstance(inputs.model, str | PathLike):
        return inputs
    from pnst.classification.training.model_folder import read_model

    return replace(inputs, model=read_model(inputs.model))


def with_evidence(inputs: CaseInputs) -> CaseInputs:
    """The request with the sites' evidence read: once for all lesions, and before the work starts."""
    if not inputs.evidence and inputs.own_evidence is None:
        return inputs
    from pnst.evidence.site import body_of_evidence

    evidence = body_of_evidence(inputs.evidence, inputs.own_evidence)
    return replace(inputs, evidence=evidence.sites, own_evidence=evidence.own)


def read_case(inputs: CaseInputs, progress: Progress = no_progress) -> Case:
    """Read the study and its lesions; other regions of the lesions' file serve as masks where none was given."""
    from pnst.io.masks.read import read_lesion, read_regions_of
    from pnst.io.study import read_study

    progress("reading the study")
    study = read_study(
        inputs.study,
        roles=inputs.roles or None,
        masks=inputs.masks or None,
        case_id=inputs.case_id,
        keep_identity=inputs.keep_identity,
    )
    file, label = lesion_file(inputs)
    progress("reading the lesion")
    if label is not None:
        return Case(study, (read_lesion(file, study, label=label, keep_identity=inputs.keep_identity),))
    regions = read_regions_of(file, study, keep_identity=inputs.keep_identity)
    study = replace(study, masks={**regions.masks, **study.masks}, notes=(*study.notes, *regions.notes))
    return Case(study, regions.lesions)


def lesion_file(inputs: CaseInputs) -> MaskFile:
    """The file of the lesions, and the label that is meant where one was given: `label`, or behind the file's name."""
    from pnst.io.masks.file import MaskFile, mask_file

    if inputs.lesion is None:
        return MaskFile(default_lesion(Path(inputs.study)), inputs.label)
    if inputs.label is not None:
        return MaskFile(Path(inputs.lesion), inputs.label)
    return mask_file(inputs.lesion)


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
    """Measure every lesion, the others left out of its surroundings; one of several may fail alone."""
    from pnst.measurement.measure import measure

    measurements, failures = {}, dict(case.failures)
    for index, lesion in enumerate(case.lesions):
        progress(f"measuring {lesion.label}")
        others = [other for other in case.lesions if other is not lesion]
        try:
            measurements[index] = measure(case.study, lesion, settings.measure, inputs.overrides, others)
        except PnstError as error:
            if not others:
                raise
            failures[lesion.label] = str(error)
    return _with_measured(case, measurements, failures)


def _with_measured(case: Case, measurements: Mapping[int, Measurements], failures: Mapping[str, str]) -> Case:
    """The case with the lesions that were measured; raises where none was."""
    if not measurements:
        raise _none_left("measured", failures)
    lesions = tuple(case.lesions[index] for index in measurements)
    return replace(case, lesions=lesions, measurements=tuple(measurements.values()), failures=failures)


def _none_left(what: str, failures: Mapping[str, str]) -> InputError:
    return InputError(
        f"no lesion could be {what}",
        got="; ".join(f"{label}: {why}" for label, why in failures.items()),
        expected="at least one lesion that can",
        remedy="check the lesions' file",
    )


def assess_case(case: Case, inputs: CaseInputs, settings: RunSettings) -> Case:
    """Score every lesion that was measured. One of several that cannot be scored fails alone."""
    from pnst.classification.assess import assess

    patient = dict(inputs.patient) or None
    inputs = with_evidence(with_model(inputs))
    score = partial(
        assess,
        patient=patient,
        settings=settings.assess,
        model=inputs.model,
        evidence=inputs.evidence,
        own_evidence=inputs.own_evidence,
    )
    assessed, failures = [], dict(case.failures)
    for lesion, m in zip(case.lesions, case.measurements, strict=True):
        try:
            assessed.append((lesion, m, score(m)))
        except PnstError as error:
            if len(case.measurements) == 1:
                raise
            failures[lesion.label] = str(error)
    if not assessed:
        raise _none_left("assessed", failures)
    lesions, measurements, assessments = zip(*assessed, strict=True)
    return replace(case, lesions=lesions, measurements=measurements, assessments=assessments, failures=failures)


def report_case(case: Case) -> str:
    """One HTML page over the lesions that were assessed."""
    from pnst.reporting.report import report_lesions

    findings = list(zip(case.lesions, case.measurements, case.assessments, strict=True))
    return report_lesions(case.study, findings)


def summaries(case: Case) -> list[LesionSummary]:
    """What to show of each lesion first."""
    from pnst.reporting.summary import summarise

    return [summarise(m, a) for m, a in zip(case.measurements, case.assessments, strict=True)]


def write_case(case: Case, page: str, settings: RunSettings, out: Path | OutputFolder) -> None:
    """Write every output of a run into `out` as one set; of a further lesion n, `lesion-n.nii.gz` and so on."""
    from pnst.io.results import write_results

    files: dict[str, Content] = {
        **measured_files(case),
        "assessment.json": assessments_json(case.assessments),
        "report.html": page,
        "settings.toml": settings.to_toml(),
    }
    write_results(out, files)


def measured_files(case: Case) -> dict[str, Content]:
    """The outputs that say what was measured, and where."""
    from pnst.image import Mask, Volume
    from pnst.io.results import numbered

    files: dict[str, Content] = {
        "measurements.json": measurements_json(case.measurements),
        "measurements.csv": measurements_csv(case.measurements),
    }
    for n, (lesion, m) in enumerate(zip(case.lesions, case.measurements, strict=True), start=1):
        files[numbered("lesion.nii.gz", n)] = lesion.mask
        adc = m.regions.get("adc")
        if isinstance(adc, Volume):
            files[numbered("adc.nii.gz", n)] = adc
        regions = {name: region for name, region in m.regions.items() if isinstance(region, Mask)}
        if regions:
            files[numbered("regions", n)] = regions
    return files


def default_lesion(study: Path) -> Path:
    """The lesion mask that lies in a study's folder. Raises `InputError` where there is none or more than one."""
    files = [study / name for name in ("lesion.nii.gz", "lesion.nii", "lesion.hdr") if (study / name).is_file()]
    if len(files) == 1:
        return files[0]
    raise InputError(
        "more than one lesion mask in the study's folder" if files else "no lesion to measure",
        got=" and ".join(file.name for file in files)
        or "no lesion mask given, and no lesion.nii.gz in the study's folder",
        expected="a mask (NIfTI, NRRD), a DICOM SEG or an RTSTRUCT",
        remedy="give it with --lesion FILE, or --lesion FILE:LABEL for one of its labels",
    )
