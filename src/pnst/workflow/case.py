"""The main job: read, preprocess, measure, assess, report, write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError, PnstError
from pnst.html_table import html_notes
from pnst.measurement.measurements import Measurements
from pnst.measurement.overrides import check_overrides
from pnst.segmentation.prompt import Prompt
from pnst.settings import RunSettings
from pnst.study import Lesion, Study
from pnst.workflow.dicom_objects import check_dicom_results, dicom_files
from pnst.workflow.inputs import (
    CaseInputs,
    Progress,
    StrPath,
    check_inputs,
    given_paths,
    lesion_file,
    no_progress,
    with_evidence,
    with_model,
)
from pnst.workflow.serialise import assessments_json, measurements_csv, measurements_json

if TYPE_CHECKING:
    import pandas as pd

    from pnst.classification.assessment import Assessment
    from pnst.classification.burden import Burden
    from pnst.io.output_folder import OutputFolder
    from pnst.io.results import Content
    from pnst.reporting.summary import LesionSummary


@dataclass(frozen=True, eq=False)
class Case:
    """One study with its lesions and what was measured of each."""

    study: Study
    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurements, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    """Label of a lesion that could not be measured or assessed → why; it stands in none of the other fields."""
    prompt: Prompt | None = None
    """What the lesion was segmented from; None where it was read."""

    @cached_property
    def burden(self) -> Burden:
        """All measured lesions together, the most suspicious first."""
        from pnst.classification.burden import burden

        lesions = self.lesions[: len(self.measurements)]
        return burden(self.study, lesions, self.measurements, self.assessments, tuple(self.failures))

    def rows(self) -> list[dict[str, Any]]:
        """One row a lesion: every measured column, and the probability with its interval."""
        scored = [assessment.row() for assessment in self.assessments] or [{} for _ in self.measurements]
        return [m.row() | score for m, score in zip(self.measurements, scored, strict=True)]

    def to_frame(self) -> pd.DataFrame:
        """`rows` as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def __repr__(self) -> str:
        lesions = ", ".join(repr(lesion.label) for lesion in self.lesions) or "none"
        done = "assessed" if self.assessments else "measured" if self.measurements else "not measured"
        failed = f"; {len(self.failures)} failed" if self.failures else ""
        return f"Case({self.study.case_id!r}, lesions {lesions}, {done}{failed})"

    def _repr_html_(self) -> str:
        pairs = zip_longest(self.measurements, self.assessments)  # there may be no assessments yet
        parts = [part._repr_html_() for pair in pairs for part in pair if part is not None]
        whole = self.burden._repr_html_() if self.burden.is_several else ""
        failed = html_notes(f"Lesion {label}: {why}" for label, why in self.failures.items())
        return self.study._repr_html_() + whole + "".join(parts) + failed


def run_case(
    inputs: CaseInputs,
    out: StrPath | None,
    settings: RunSettings | None = None,
    progress: Progress = no_progress,
    with_page: bool = True,
    with_viewer: bool = True,
) -> Case:
    """The main job: every stage from reading to reporting, and every output written into `out`, whole or not at all.

    Without `out` nothing is written, and no page is made; nor is one without `with_page`.
    The page of a run has a viewer, several megabytes, unless it is left out.
    """
    settings = settings or RunSettings()
    check_dicom_results(inputs, out)
    if out is None:
        return _assessed(inputs, settings, progress)
    from pnst.io.results import results_folder

    with results_folder(Path(out), given_paths(inputs)) as folder:
        case = _assessed(inputs, settings, progress)
        page = None
        if with_page:
            progress("report")
            page = report_case(case, with_viewer)
        progress("writing")
        objects = dicom_files(case.study, case.lesions, case.measurements, inputs)
        write_case(case, page, settings, folder, objects)
    return case


def _assessed(inputs: CaseInputs, settings: RunSettings, progress: Progress) -> Case:
    """Every stage from reading to assessing."""
    check_inputs(inputs)  # before the work, not after it
    check_overrides(inputs.overrides)
    inputs = with_evidence(with_model(inputs))
    case = prepared_case(inputs, settings, progress)
    return assess_case(measure_case(case, inputs, settings, progress), inputs, settings)


def read_case(inputs: CaseInputs, progress: Progress = no_progress, settings: RunSettings | None = None) -> Case:
    """Read the study and its lesions; other regions of the lesions' file serve as masks where none was given.

    A prompt's lesion is segmented here, in the images as they were read: it then stands as one that was read would, and
    what comes after is the same for both.
    """
    return with_lesions(read_images(inputs, progress, settings), inputs, progress, settings)


def prepared_case(inputs: CaseInputs, settings: RunSettings, progress: Progress = no_progress) -> Case:
    """What is measured: the study and its lesions as read, preprocessed, with the cord that is asked for.

    The cord is found last, on the T2 that the measurements see and beside a T1 that lies where T2 does.
    """
    return with_cord(preprocess_case(read_case(inputs, progress, settings), settings, progress), inputs, progress)


def read_images(inputs: CaseInputs, progress: Progress = no_progress, settings: RunSettings | None = None) -> Study:
    """Read the study with the structures that are given, or that a program is to find."""
    from pnst.io.study import read_study

    progress("reading the study")
    study = read_study(
        inputs.study,
        roles=inputs.roles or None,
        masks=inputs.masks or None,
        case_id=inputs.case_id,
        keep_identity=inputs.keep_identity,
        mask_scheme=inputs.mask_scheme,
    )
    if inputs.structures is None:
        return study
    from pnst.workflow.structures import with_outside_structures

    progress(f"finding structures with {inputs.structures}")
    return with_outside_structures(study, inputs.structures, (settings or RunSettings()).structures)


def with_cord(case: Case, inputs: CaseInputs, progress: Progress = no_progress) -> Case:
    """The case with the cord that is found along the inputs' line, near its lesions; as it is where there is none."""
    if inputs.cord_line is None:
        return case
    from pnst.workflow.cord_line import with_cord_along

    progress("finding the cord")
    return replace(case, study=with_cord_along(case.study, inputs.cord_line, case.lesions))


def with_lesions(study: Study, inputs: CaseInputs, progress: Progress, settings: RunSettings | None) -> Case:
    """The lesions of a study, segmented from a prompt or read."""
    from pnst.io.masks.read import read_lesion, read_regions_of

    if inputs.prompt is not None:
        from pnst.workflow.segmentation import segment_study

        lesion, prompt = segment_study(study, inputs, settings or RunSettings(), progress)
        return Case(study, (lesion,), prompt=prompt)
    file, label = lesion_file(inputs)
    progress("reading the lesion")
    if label is not None:
        return Case(study, (read_lesion(file, study, label=label, keep_identity=inputs.keep_identity),))
    regions = read_regions_of(file, study, keep_identity=inputs.keep_identity)
    study = replace(study, masks={**regions.masks, **study.masks}, notes=(*study.notes, *regions.notes))
    return Case(study, regions.lesions)


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
            m = measure(case.study, lesion, settings.measure, inputs.overrides, others)
            measurements[index] = _with_prompt(m, case.prompt)
        except PnstError as error:
            if not others:
                raise
            failures[lesion.label] = str(error)
    return _with_measured(case, measurements, failures)


def _with_prompt(m: Measurements, prompt: Prompt | None) -> Measurements:
    """The measurements with the prompt named in their provenance."""
    if prompt is None:
        return m
    from pnst.io.prompts.json_form import prompt_digest

    return replace(m, provenance={**m.provenance, "prompt": prompt_digest(prompt)})


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


def report_case(case: Case, viewer: bool = True) -> str:
    """One HTML page over the lesions that were assessed, with a viewer, or a few times smaller without one."""
    from pnst.reporting.report import report_lesions
    from pnst.workflow.page_images import page_images

    findings = list(zip(case.lesions, case.measurements, case.assessments, strict=True))
    images = [page_images(case.study, lesion, m) for lesion, m, _ in findings] if viewer else ()
    return report_lesions(case.study, findings, tuple(case.failures), images)


def summaries(case: Case) -> list[LesionSummary]:
    """What to show of each lesion first, the most suspicious lesion before the others."""
    from pnst.reporting.summary import summarise

    pairs = list(zip(case.measurements, case.assessments, strict=True))
    return [summarise(*pairs[lesion.number - 1]) for lesion in case.burden.lesions]


def burden_rows(case: Case) -> list[tuple[str, ...]]:
    """The table of all lesions, a head first; empty where there is one lesion alone."""
    from pnst.reporting.burden_table import terminal_rows

    return terminal_rows(case.burden) if case.burden.is_several else []


def write_case(
    case: Case,
    page: str | None,
    settings: RunSettings,
    out: Path | OutputFolder,
    objects: Mapping[str, Content] | None = None,
) -> None:
    """Write every output of a run into `out` as one set; of a further lesion n, `lesion-n.nii.gz` and so on.

    `objects` are its DICOM objects, by the names of their files.
    """
    from pnst.io.results import write_results

    files: dict[str, Content] = {
        **measured_files(case),
        "assessment.json": assessments_json(case.assessments),
        **({} if page is None else {"report.html": page}),
        "settings.toml": settings.to_toml(),
        **(objects or {}),
    }
    write_results(out, files)


def measured_files(case: Case) -> dict[str, Content]:
    """The outputs that say what was measured, and where."""
    from pnst.image import Mask, Volume
    from pnst.io.results import numbered
    from pnst.workflow.cord_line import masks_along_line

    along_line = masks_along_line(case.study)
    files: dict[str, Content] = {
        "measurements.json": measurements_json(case.measurements),
        "measurements.csv": measurements_csv(case.measurements),
        **burden_files(case),
        **prompt_files(case),
    }
    for n, (lesion, m) in enumerate(zip(case.lesions, case.measurements, strict=True), start=1):
        files |= lesion_files(lesion, n)
        adc = m.regions.get("adc")
        if isinstance(adc, Volume):
            files[numbered("adc.nii.gz", n)] = adc
        regions = {name: region for name, region in m.regions.items() if isinstance(region, Mask)} | along_line
        if regions:
            files[numbered("regions", n)] = regions
    return files


def burden_files(case: Case) -> dict[str, Content]:
    """What all lesions come to; nothing where there is one alone."""
    from pnst.io.results import BURDEN
    from pnst.workflow.burden_file import burden_text

    return {BURDEN: burden_text(case.burden)} if case.burden.is_several else {}


def prompt_files(case: Case) -> dict[str, Content]:
    """The prompt that the lesion was segmented from; nothing where it was read."""
    from pnst.io.prompts.json_form import prompt_json
    from pnst.io.results import PROMPT

    return {} if case.prompt is None else {PROMPT: prompt_json(case.prompt)}


def lesion_files(lesion: Lesion, number: int = 1) -> dict[str, Content]:
    """The lesion's mask and, where it was segmented, its probability."""
    from pnst.io.results import LESION, PROBABILITY, numbered

    probability = getattr(lesion, "probability", None)
    files: dict[str, Content] = {numbered(LESION, number): lesion.mask}
    return files if probability is None else files | {numbered(PROBABILITY, number): probability}
